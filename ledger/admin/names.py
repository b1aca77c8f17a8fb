"""Who and where: names for the bare ids in the ledger's rows.

The ledger refers to people and rooms by id alone. The names come from the models that the settings give
(AUTH_USER_MODEL, ROOM_MODEL), two queries a page however many rows it shows, and never enter the ledger.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_user_model
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.admin.display import Cell
from ledger.admin.readonly import ReadOnlyAdmin
from ledger.core.records import NO_ROOM, SYSTEM_AUTHOR
from ledger.models import Message, RoomHead

_KEY = "_ledger_names"


def load_names(rows: Iterable[Message | RoomHead]) -> None:
    """Gives every row the names of its room and author, for `room_link` and `author_link`."""
    rows = list(rows)
    rooms = _names(apps.get_model(settings.ROOM_MODEL), {row.room for row in rows})
    people = _names(get_user_model(), {row.author for row in rows if isinstance(row, Message)})
    for row in rows:
        vars(row)[_KEY] = rooms | people


class NamedChangeList(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        load_names(self.result_list)


class NamedAdmin(ReadOnlyAdmin):
    """Rows, in the list and on a page of their own, with the names of their rooms and authors."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NamedChangeList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            load_names([row])
        return row


@admin.display(description=_("room"))
def room_link(row: Message | RoomHead) -> SafeString:
    """The room's name, and all its entries behind it."""
    address = reverse("admin:ledger_message_changelist", query={"room": row.room.hex})
    return format_html('<a href="{}">{}</a>', address, room_name(row))


@admin.display(description=_("author"))
def author_link(row: Message) -> Cell:
    name = _name(row, row.author, SYSTEM_AUTHOR, gettext("the system"))
    person = get_user_model()
    if row.author not in vars(row)[_KEY] or not admin.site.is_registered(person):
        return name
    address = reverse(f"admin:{person._meta.app_label}_{person._meta.model_name}_change", args=[row.author])
    return format_html('<a href="{}">{}</a>', address, name)


def room_name(row: Message | RoomHead) -> str:
    return _name(row, row.room, NO_ROOM, gettext("no room"))


def room_names(rooms: Iterable[UUID]) -> dict[UUID, str]:
    """A name for each room: its own, or its id where the room is gone."""
    rooms = list(dict.fromkeys(rooms))
    found = _names(apps.get_model(settings.ROOM_MODEL), set(rooms))
    return {room: found.get(room, gettext("no room") if room == NO_ROOM else room.hex[:8]) for room in rooms}


def _names(model: type[models.Model], ids: set[UUID]) -> dict[Any, str]:
    return {pk: str(row) for pk, row in model._default_manager.in_bulk(ids).items()} if ids else {}


def _name(row: Message | RoomHead, pk: UUID, nobody: UUID, nobody_name: str) -> str:
    if pk == nobody:
        return nobody_name
    names: dict[UUID, str] = vars(row)[_KEY]
    return names.get(pk, pk.hex[:8])
