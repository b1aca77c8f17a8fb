"""The explorer, /chain/: the public face of the log.

views.py        its pages
ribbon.py       the newest blocks as a picture
search.py       what a person types to find a place: a height, an index, the beginning of a hash
places.py       the blocks and entries that it names
"""
