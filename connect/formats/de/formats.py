"""Wie Zeiten auf Deutsch geschrieben werden."""

DATE_FORMAT = "l, j. F Y"
DATETIME_FORMAT = "j. F Y, H:i"
SHORT_DATETIME_FORMAT = "d.m.Y, H:i"
