"""What the log is spared."""

import logging
import re

_TOKEN = re.compile(r"(/(?:owner|join|confirm-email|email/confirm|password/reset/key)/)[^/\s]+")


class OneLine(logging.Filter):
    """A request that was refused for its sender's fault (a wrong Host, a forged cookie) is a line and no traceback.

    Strangers send such requests all day; the sentence says what an operator needs to know.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security."):
            record.exc_info = record.exc_text = None
        return True


class NoTokens(logging.Filter):
    """Of an address that lets in whoever has it the log gets what stands before its token: who reads it is no user."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith(("django.", "connect.")):  # what tells of requests
            record.msg, record.args = _TOKEN.sub(r"\1…", record.getMessage()), None
        return True
