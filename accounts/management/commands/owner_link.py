"""`manage.py owner_link`: prints the address at which the owner's account is made, while there is no account."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from accounts.owner import OwnerLinkClosed, owner_link_token


class Command(BaseCommand):
    help = "Prints a new one-time link that makes the owner's account. Works only while there is no account."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            token = owner_link_token()
        except OwnerLinkClosed as error:
            raise CommandError(
                "An account exists already, so there is no owner's link. Make an administrator with createsuperuser."
            ) from error
        self.stdout.write(settings.SITE_URL + reverse("owner", args=[token]))
