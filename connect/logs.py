"""What the log is spared."""

import logging


class OneLine(logging.Filter):
    """A request that was refused for its sender's fault (a wrong Host, a forged cookie) is a line and no traceback.

    Strangers send such requests all day; the sentence says what an operator needs to know.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security."):
            record.exc_info = record.exc_text = None
        return True
