"""What the recorder (`ledger/recorder.py`) is made of: from a draft to a row that is linked to the one before it.

drafts.py       what is handed in, and the same once it is checked and its body is committed to
batches.py      one batch, one transaction: the only writer of messages
heads.py        the rooms' heads, which every batch locks and moves on
writers.py      who may write where
acts.py         which edits, deletions and reactions may stand
erasing.py      how words go
bulk.py         many rows at once, in SQL of our own
wal.py          moves what is committed into SQLite's file, beside the commits
"""
