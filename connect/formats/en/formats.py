"""How times are written in English: the day before the month, and 24 hours."""

DATE_FORMAT = "l, j F Y"
DATETIME_FORMAT = "j F Y, H:i"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
