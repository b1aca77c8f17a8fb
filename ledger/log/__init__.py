"""The public log (C2SP tlog-tiles): what anyone may hold against this server.

published.py    the newest checkpoint, tiles, bundles of opaque entries
views.py        the same over HTTP, with proofs and receipts
exporting.py    the same as a folder that any web server can serve
receipts.py     all that somebody needs to check one entry alone, offline
"""
