"""Writes an e-mail to whoever missed mentions or direct messages. To be run now and then: hourly by cron or a timer.

manage.py send_digest
"""

import time
from typing import Any

from django.core.management.base import BaseCommand

from chat.notifying.digest import send_digests


class Command(BaseCommand):
    help = "Sends e-mails about mentions and direct messages that lie unread for an hour or longer."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{send_digests(time.time_ns() // 1_000_000)} e-mails sent.")
