"""One line each for what happens to a room and its people, as the timeline shows it. The same words as in notes.js."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

Event = Mapping[str, Any]
KINDS = frozenset({"room.create", "room.update", "member.join", "member.leave", "member.remove"})


def note(event: Event) -> str:
    """`event` is of one of KINDS."""
    body = event.get("body") or {}
    author, member = event["author"], event.get("member", event["author"])
    is_own = author["id"] == member["id"]
    words = " ".join(_sentences(event["kind"], body, event.get("before") or {}, is_own=is_own))
    values = {key: value for key, value in body.items() if key in ("name", "topic")}
    return words % {"author": author["name"], "member": member["name"], **values}


def _sentences(kind: str, body: Event, before: Event, *, is_own: bool) -> Iterator[str]:
    if kind == "room.create":
        yield (
            _("%(author)s began the conversation.")
            if body.get("access") == "direct"
            else _("%(author)s opened the room.")
        )
    elif kind == "member.join":
        yield _("%(author)s joined.") if is_own else _("%(author)s added %(member)s.")
    elif kind == "member.leave":
        yield _("%(author)s left.")
    elif kind == "member.remove":
        yield _("%(author)s removed %(member)s.")
    else:
        yield from _changes(body, before) or (_("%(author)s changed the room."),)


def _changes(body: Event, before: Event) -> list[str]:
    """What a `room.update` changed; nothing where what was before is not known."""
    changes: list[str] = []
    if not before:
        return changes
    if body["name"] != before["name"]:
        changes.append(_("%(author)s renamed the room to “%(name)s”."))
    if body["topic"] != before["topic"]:
        changes.append(
            _("%(author)s set the topic: “%(topic)s”.") if body["topic"] else _("%(author)s removed the topic.")
        )
    access, was = _access(body), _access(before)
    if access[0] != was[0]:
        changes.append(
            _("%(author)s made the room public.") if access[0] == "public" else _("%(author)s made the room private.")
        )
    if access[1] != was[1]:
        changes.append(_("%(author)s archived the room.") if access[1] else _("%(author)s opened the room again."))
    return changes


def _access(body: Event) -> tuple[str, bool]:
    """The access, and whether the room is archived: `access` says it by a second word."""
    access, _space, rest = str(body["access"]).partition(" ")
    return access, rest == "archived"
