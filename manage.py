#!/usr/bin/env python
"""Django's command line for Connect."""

import os
import signal
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import InterfaceError, OperationalError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connect.settings")
    try:
        _ = settings.DATA_DIR  # Reads the environment once, before any command.
    except ImproperlyConfigured as error:
        sys.exit(f"Connect cannot start: {error}")
    try:
        execute_from_command_line(sys.argv)
    except (InterfaceError, OperationalError) as error:  # as in connect/failures.py
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"The database cannot be used ({str(error).strip()}).")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
