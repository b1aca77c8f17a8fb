"""Pages beside the room's own (`chat/views.py`). All of them work without JavaScript.

*_views.py      a page or a few about one thing; `chat/urls.py` names them
finding.py      what an address or a form names: rooms, people
forms.py        forms of rooms
refusing.py     what a program is told in place of the page
sidebar.py      the rooms beside a page
"""
