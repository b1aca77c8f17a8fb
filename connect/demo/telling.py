"""Tells the story: makes its people and rooms and says its lines, by the ways of everybody, so that all of it is in the
ledger and valid. Its times are the times at which it is told: the ledger's clock is bent for nobody."""

import io
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from accounts.addresses import confirm_address
from accounts.models import User
from chat.erasing import erase_message
from chat.files.claims import find_claim
from chat.files.uploads import receive
from chat.membership.joining import add
from chat.membership.opening import create_room, open_direct
from chat.models import Room
from chat.pins import pin
from chat.posting import draft_post
from connect.demo.story import OWNER, PEOPLE, ROOMS, STORY, Line
from ledger.errors import LostRace
from ledger.models import Message
from ledger.recording.batches import record
from ledger.recording.drafts import Draft
from ledger.sealing import seal

TABLE = "day,line,passengers\nMon,north,1204\nTue,north,1187\nWed,north,1311\nThu,north,1256\nFri,north,1790\n"
PRESSURE_BAR = (182, 181, 182, 180, 181, 179, 172, 163, 155, 149, 143, 138, 131)


def tell(password: str) -> Iterator[str]:
    """What was done, a line at a time."""
    people = make_people(password)
    yield f"{len(people)} people."
    rooms = make_rooms(people)
    yield f"{len(rooms) - 1} rooms beside the World."
    teller = _Teller(people, rooms)
    for line in STORY:
        teller.say(line)
        if line.block_after:
            yield f"{Message.objects.sealed().count()} entries in blocks."


def make_people(password: str) -> dict[str, User]:
    people = {}
    for username, name in PEOPLE.items():
        is_owner = username == OWNER
        user = User(username=username, email=f"{username}@example.org", first_name=name)
        user.is_staff = user.is_superuser = is_owner
        user.set_password(password)
        user.save()
        confirm_address(user)
        people[username] = user
    return people


def make_rooms(people: dict[str, User]) -> dict[str, Room]:
    rooms = {"world": Room.objects.get(pk=Room.WORLD)}
    for key, room in ROOMS.items():
        first, *others = (people[name] for name in room.people)
        if room.access == "direct":
            rooms[key] = open_direct(first, others)
        else:
            rooms[key] = create_room(first, room.name, room.topic, room.access)
            add(first, rooms[key], others)
    return rooms


class _Teller:
    def __init__(self, people: dict[str, User], rooms: dict[str, Room]) -> None:
        self._people = people
        self._rooms = rooms
        self._said: dict[str, Message] = {}

    def say(self, line: Line) -> None:
        who, room = self._people[line.who], self._rooms[line.room]
        claim = None
        if line.file:
            file = receive(who, room, FILES[line.file]())
            claim = find_claim([file.pk], who.pk, room.pk)
        reply = bytes(self._said[line.reply].hash) if line.reply else None
        row = record(
            draft_post(
                room=room.pk,
                author=who.pk,
                client_id=uuid4(),
                text=line.text,
                reply_to=reply,
                sent_ms=_now_ms(),
                claim=claim,
            )
        ).message
        if line.key:
            self._said[line.key] = row
        self._act(line, row)

    def _act(self, line: Line, row: Message) -> None:
        who = self._people[line.who]
        for emoji, names in line.reactions.items():
            for name in names.split():
                self._record("react", row, self._people[name], {"emoji": emoji})
        if line.edit:
            self._record("edit", row, who, {"text": line.edit})
        if line.delete:
            self._record("delete", row, who, None)
        if line.erase:
            erase_message(who, row, uuid4(), line.erase)
        if line.pin:
            pin(self._people[OWNER], self._rooms[line.room], row)
        if line.block_after:
            with suppress(LostRace):  # the server's own miner was faster
                seal()

    def _record(self, kind: str, row: Message, who: User, body: dict[str, object] | None) -> None:
        record(Draft(kind, row.room, who.pk, uuid4(), _now_ms(), body, bytes(row.hash)))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _table() -> SimpleUploadedFile:
    return SimpleUploadedFile("passengers.csv", TABLE.encode())


def _chart() -> SimpleUploadedFile:
    """The pressure over time, with the limit below which a ramp must hold."""
    image = Image.new("RGB", (960, 480), "#0b0d17")
    draw = ImageDraw.Draw(image)
    points = [(60 + 70 * i, 440 - (bar - 120) * 6) for i, bar in enumerate(PRESSURE_BAR)]
    for bar in range(120, 200, 20):
        y = 440 - (bar - 120) * 6
        draw.line([(60, y), (910, y)], "#2a2f45")
        draw.text((16, y - 8), str(bar), "#9aa3b8", font_size=18)
    draw.line([(60, 320), (910, 320)], "#ff8a80", 2)
    draw.text((730, 292), "hold below 140", "#ff8a80", font_size=20)
    draw.line(points, "#a38bff", 5, joint="curve")
    draw.text((60, 18), "Pier 3, left cylinder, bar", "#e7eaf3", font_size=24)
    data = io.BytesIO()
    image.save(data, "PNG")
    return SimpleUploadedFile("pressure-pier-3.png", data.getvalue())


FILES: dict[str, Callable[[], SimpleUploadedFile]] = {"table": _table, "chart": _chart}
