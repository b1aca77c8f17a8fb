"""`manage.py ensure_world`: makes the World room where it is missing."""

from typing import Any

from django.core.management.base import BaseCommand

from chat.rooms import ensure_world


class Command(BaseCommand):
    help = "Makes the World room and its first entries where they are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        room = ensure_world()
        self.stdout.write(f"The room {room.name} is at /rooms/{room.slug}/.")
