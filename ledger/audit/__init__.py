"""The audit of this database; what is checked is `ledger/core/audit.py`.

auditing.py     streams the tables to the core
snapshots.py    one consistent state of them, while others go on writing
workers.py      ranges of messages, by processes of their own
results.py      the result of the last full audit, kept in a file
tip.py          a cheap look at the newest blocks
"""
