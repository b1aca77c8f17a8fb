"""What is new for somebody, and how they hear of it when they do not look.

unread.py       how much is unread, and how many mentions, from the rows after the read positions
news.py         the same, to be read room by room
notices.py      whether somebody is told of a message
pushing.py, vapid.py    Web Push
digest.py       the e-mail of what was missed
"""
