"""Rooms and who is in them: entries and the rows that follow from them, in one transaction.

roles.py        who may do what
changing.py     what all of these share: the transaction
opening.py      new rooms, and what is changed about them
joining.py      who comes and who goes, and with which role
inviting.py     invitations
closing.py, succession.py    accounts that are closed, and who looks after their rooms then
modlog.py       who moderated what, read from the entries
"""
