"""A believable team and its history, for a first look and for pictures: `manage.py demo`."""
