"""What sealing (`ledger/sealing.py`) is made of: from pending rows to a block that is signed.

genesis.py      the beginning of the log: leaf 0, sealed alone in block 0
pending.py      what waits, checked once more
mining.py       the search for a nonce, on one process a core
signing.py      from a committed block to its checkpoint: signed state first, then the note
unsigned.py     the newest block, before another follows it: mined over what was recorded, and signed
"""
