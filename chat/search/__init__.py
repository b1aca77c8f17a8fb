"""Search over all that one may read.

query.py      what a person typed → what they want, or a sentence that says what is wrong        pure
folding.py    text as it is compared: case, width and accents set aside                          pure
terms.py      text → the short strings under which an index keeps it                             pure
documents.py  posts with their newest words, from the ledger's rows
indexing.py   keeps the index in step with the ledger
sqlite.py, postgres.py, scan.py    the indexes: they only suggest posts, newest first
finding.py    asks the index, then looks at each post itself: what is found is decided here, alike on every database
"""
