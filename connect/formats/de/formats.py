"""Wie Zeiten auf Deutsch geschrieben werden."""

DATETIME_FORMAT = "j. F Y, H:i"
