"""What the hub (`chat/hub.py`) is made of: from a new row to every socket, and nothing lost on the way.

ring.py, sealings.py       what is newest in a room, and in the chain: encoded once, kept for all           pure
updater.py                 keeps them true: what is announced, and what the database says every 1.5 s
doorbell.py                what other processes announce
connection.py, wire.py     one client's way out: its cursors and its pump; the short way to its socket
backfill.py                what lies before the rings
newcomers.py, welcoming.py, gathering.py    who comes is let in, all who come together by the same few queries
watcher.py, memberships.py who may no longer be here, who comes into a room and who goes
read_positions.py          how far people have read, stored and told
liveness.py, presence.py   who is here, who types: told once and forgotten
store.py, threads.py       what is read from the database, and where the event loop has it read
repeating.py               a job that is done again and again
"""
