"""The explorer, /chain/: the public face of the log.

views.py        its pages
ribbon.py       the newest blocks as a picture
terms.py        what a person types: a height, an index, the beginning of a hash
search.py       the blocks and entries that it names
"""
