"""Rows of the first paint: day dividers, groups, glyph names. The same rules as `static/chat/js/rows.js`.

Times are UTC here, since a server does not know where its reader is; the browser writes them again in local time.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby, zip_longest
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chat import notes
from ledger.display import grouped

GROUP_MS = 5 * 60 * 1000

Event = Mapping[str, Any]
EMOJI_ALONE = re.compile(
    r"[\s\u200d\u231a\u231b\u23e9-\u23fa\u2600-\u27bf\u2b50\u2b55\ufe0f\U0001f000-\U0001faff]{1,24}"
)
"""A few emoji and no word: shown large. The same as in static/chat/js/message.js."""
register = template.Library()


Row = dict[str, Any]


@register.filter
def timeline(events: Sequence[Event], me: Mapping[str, Any]) -> Iterator[Row]:
    """Rows of kind "day", "new", "message", "note" and "notes", several in one, for events in ascending order."""
    for is_move, run in groupby(_rows(events, me), lambda row: row.get("move") is not None):
        rows = list(run)
        yield from [_fold(rows)] if is_move and len(rows) > 1 else rows


def _fold(run: list[Row]) -> Row:
    """People who come and go one after the other share a line."""
    return {
        "kind": "notes",
        "key": f"f{run[0]['move']['seq']}",
        "text": notes.summary([row["move"] for row in run]),
        "lines": "\n".join(row["text"] for row in run),
    }


def _rows(events: Sequence[Event], me: Mapping[str, Any]) -> Iterator[Row]:
    new_from = me.get("new_from") if events and events[0]["seq"] <= (me.get("new_from") or 0) else None
    newest_mine = next((event["seq"] for event in reversed(events) if _is_mine(event, me)), None)
    day, group = None, None
    for event, following in zip_longest(events, events[1:]):
        if event["kind"] != "post" and event["kind"] not in notes.KINDS:
            continue
        received = datetime.fromtimestamp(event["received_ms"] / 1000, UTC)
        if received.date() != day:
            day, group = received.date(), None
            yield {
                "kind": "day",
                "key": f"d{day:%Y-%m-%d}",
                "iso": f"{day:%Y-%m-%d}",
                "label": date_format(day),
            }
        if new_from and event["seq"] >= new_from and event["author"]["id"] != me["id"]:
            new_from, group = None, None
            yield {"kind": "new", "key": "new"}
        if event["kind"] == "post":
            row = _message(event, received, mine=_is_mine(event, me), first=not _continues(group, event))
            yield row | {"newest_mine": event["seq"] == newest_mine, "block_name": _block_end(event, following, me)}
            group = event
        else:
            group = None
            yield {
                "kind": "note",
                "key": f"s{event['seq']}",
                "text": notes.note(event),
                "move": event if event["kind"] in notes.MOVES else None,
            }


def _message(event: Event, received: datetime, *, mine: bool, first: bool) -> Row:
    sealed = event["block"] is not None
    return {
        "kind": "message",
        "key": f"c{event['client_id']}" if mine else f"s{event['seq']}",
        "event": event,
        "first": first,
        "iso": received.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "time": f"{received:%H:%M}",
        "version": version(event),
        "html": (event.get("edited") or event)["html"],
        "is_large": _is_large(event),
        "mine": mine,
        "state": "sealed" if sealed else "recorded",
        "state_name": _sealed(event["block"]) if sealed else _("Recorded, not yet in a block"),
    }


def version(event: Event) -> str:
    """Tells what stands in the body, so that a script knows whether to write it again: the same as in message.js."""
    gone = " erased" if event["erased"] else " deleted" if event.get("deleted") else ""
    return f"{(event.get('edited') or event)['hash']}{gone}"


def _is_large(event: Event) -> bool:
    words = (event.get("edited") or event.get("body") or {}).get("text") or ""
    return not event["erased"] and not event.get("deleted") and EMOJI_ALONE.fullmatch(words) is not None


def _is_mine(event: Event, me: Mapping[str, Any]) -> bool:
    return bool(event["kind"] == "post" and event["author"]["id"] == me["id"])


def _continues(group: Event | None, event: Event) -> bool:
    """Whether `event` stands under the name that `group` already carries."""
    return (
        group is not None
        and group["author"]["id"] == event["author"]["id"]
        and event["received_ms"] - group["received_ms"] < GROUP_MS
    )


def _block_end(event: Event, following: Event | None, me: Mapping[str, Any]) -> str:
    """The block's name where it ends after this event; "" where it goes on or where the end is not in sight."""
    height = event["block"]
    if height is None or following is None or following["block"] == height:
        return ""
    name = _("Block %(height)s ends here") % {"height": grouped(height)}
    if (block := me.get("blocks", {}).get(height)) is None:
        return name
    entries = ngettext("%(count)s entry", "%(count)s entries", block["entries"]) % {"count": grouped(block["entries"])}
    return f"{name} · {entries} · {datetime.fromtimestamp(block['timeMs'] / 1000, UTC):%H:%M}"


def _sealed(height: int) -> str:
    return _("Sealed in block %(height)s") % {"height": grouped(height)}
