"""One line each for what happens to a room and its people, as the timeline shows it. The same words as in notes.js."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Event = Mapping[str, Any]
MOVES = frozenset({"member.join", "member.leave", "member.remove"})
KINDS = MOVES | {"room.create", "room.update"}
NAMED = 4
"""So many are called by their names where several came or went; of more, one fewer, and how many others."""


def note(event: Event) -> str:
    """`event` is of one of KINDS."""
    body = event.get("body") or {}
    author, member = event["author"], _member(event)
    is_own = author["id"] == member["id"]
    words = " ".join(_sentences(event["kind"], body, event.get("before") or {}, is_own=is_own))
    values = {key: value for key, value in body.items() if key in ("name", "topic")}
    return words % {"author": author["name"], "member": member["name"], **values}


def summary(events: Sequence[Event]) -> str:
    """One line for several of MOVES: what each person did last."""
    groups: dict[tuple[str, str], list[Event]] = {}
    for event in {_member(event)["id"]: event for event in events}.values():
        by = "" if event["author"]["id"] == _member(event)["id"] else event["author"]["id"]
        groups.setdefault((event["kind"], by), []).append(event)
    return " ".join(_together(group) for group in groups.values())


def _together(group: list[Event]) -> str:
    """Of events that differ in the member alone."""
    if len(group) == 1:
        return note(group[0])
    author, is_own = group[0]["author"], group[0]["author"]["id"] == _member(group[0])["id"]
    if group[0]["kind"] == "member.join":
        words = _("%(names)s joined.") if is_own else _("%(author)s added %(names)s.")
    elif group[0]["kind"] == "member.leave":
        words = _("%(names)s left.")
    else:
        words = _("%(author)s removed %(names)s.")
    return words % {"author": author["name"], "names": _listed([_member(event)["name"] for event in group])}


def _listed(names: list[str]) -> str:
    if len(names) <= NAMED:
        return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}
    count = len(names) - NAMED + 1
    words = ngettext("%(names)s and %(count)s other", "%(names)s and %(count)s others", count)
    return words % {"names": ", ".join(names[: NAMED - 1]), "count": count}


def _member(event: Event) -> Event:
    member: Event = event.get("member", event["author"])
    return member


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
