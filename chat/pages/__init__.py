"""Pages beside the room's own (`chat/views.py`). All of them work without JavaScript.

*_views.py      a page or a few about one thing; `chat/urls.py` names them
finding.py      what an address or a form names: rooms, people
forms.py        forms of rooms
sidebar.py      the rooms beside a page
"""
