"""A thousand random acts by the ways that browsers take: what people are told is unread is what a recount finds.

Three people with two devices each, in the World and in a room that they leave and enter. They write, answer, edit,
delete, react, erase, read, mark as unread, remove each other and rename the room. The recount knows nothing of the code
under test: it walks over the rows. In the end the audit finds nothing, and a receipt of each kind of entry verifies.
"""

import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.db import SessionStore

from accounts.models import User
from chat import posting
from chat.hub import Hub
from chat.membership.opening import create_room
from chat.models import Room
from chat.protocol import Read
from chat.rates import Rates
from chat.rooms import ensure_world
from chat.tests.commands import do, send
from chat.tests.delivery.hub_client import Client
from chat.tests.until import until
from connect.tests.people import as_
from connect_verify import Trust, parse_vkey, verify_receipt
from ledger.blocks.genesis import ensure_genesis
from ledger.log.receipts import make_receipt
from ledger.models import Genesis, Message, RoomHead
from ledger.recording import batches
from ledger.sealing import seal
from ledger.tests.sealed import assert_valid

ACTS, LOOK_EVERY = 1000, 25
NEAR = 12
"""What is done is done to one of so many newest posts."""
EVERYBODY = {"alice", "bob", "charlie"}
WORDS = {
    "nothing to see": set(),
    "@alice, look": {"alice"},
    "@Bob and (@charlie)": {"bob", "charlie"},
    "tell @room": EVERYBODY,
    "`@alice` is code, me@bob.org an address": set(),
}
"""What people say, and whom it mentions."""


def recount(rows: Sequence[Message], user: User, beginning: int) -> tuple[int, int]:
    """Unread and mentions after a seq, by hand."""
    deleted = {bytes(row.ref or b"") for row in rows if row.kind == "delete"}
    new = [row for row in rows if row.room_seq > beginning and row.author != user.pk and row.body]
    posts = {bytes(row.hash) for row in new if row.kind == "post"}
    named = {
        bytes(row.hash if row.kind == "post" else row.ref or b"")
        for row in new
        if row.kind in ("post", "edit") and user.username in WORDS.get(json.loads(row.body or "")["text"], ())
    }
    return len(posts - deleted), len(named - deleted)


class Player:
    """Somebody with two devices and a page for what is done by forms. What they have read is noted here, too."""

    def __init__(self, user: User, hub: Hub, session_key: str) -> None:
        self.user = user
        self.desk, self.phone = self.devices = Client(user, hub, session_key), Client(user, hub, session_key)
        self.page = as_(user)
        self.read: dict[UUID, int] = {}
        self.marks: dict[UUID, int] = {}

    def beginning(self, room: UUID) -> int:
        return min(self.read.get(room, 0), self.marks.get(room, 1 << 60) - 1)

    async def post(self, path: str, **form: Any) -> int:
        """What the page answers."""
        return (await sync_to_async(self.page.post)(path, form)).status_code


class Game:
    def __init__(self, hub: Hub, people: list[User], session_key: str) -> None:
        self.random = random.Random(11)
        self.hub, self.session_key = hub, session_key
        self.world, self.tea = ensure_world(), create_room(people[1], "Tea", "", "public")
        self.players = [Player(user, hub, session_key) for user in people]
        self.inside = {people[1].pk}
        self.posts: dict[UUID, list[str]] = {self.world.pk: [], self.tea.pk: []}
        self.steps: list[tuple[int, Callable[[Player, Room], Awaitable[None]]]] = [
            (9, self.say),
            (3, self.answer),
            (5, self.edit),
            (2, self.delete),
            (4, self.react),
            (1, self.erase),
            (4, self.reads),
            (2, self.mark),
            (3, self.come_or_go),
            (1, self.remove),
            (1, self.rename),
        ]

    async def play(self) -> None:
        (step,) = self.random.choices([step for _, step in self.steps], [weight for weight, _ in self.steps])
        player = self.random.choice(self.players)
        await step(player, self.random.choice(self.rooms(player)))
        await self.settle()
        self.hears_nothing_outside()

    def rooms(self, player: Player) -> list[Room]:
        return [self.world, self.tea] if player.user.pk in self.inside else [self.world]

    async def settle(self) -> None:
        """What was recorded has reached the hub."""
        heads = await sync_to_async(lambda: dict(RoomHead.objects.values_list("room", "seq")))()
        rings = [self.hub.ring(room) for room in self.posts]
        await until(lambda: all(ring is None or ring.head == heads[ring.room] for ring in rings))

    def hears_nothing_outside(self) -> None:
        """Frames heard are forgotten; none of a room reached who is not in it."""
        for player in self.players:
            for device in player.devices:
                if player.user.pk not in self.inside:
                    assert self.tea.pk.hex not in json.dumps(device.socket.taken)
                device.socket.taken.clear()

    # What people do

    async def say(self, player: Player, room: Room, **more: Any) -> None:
        answer = await player.desk.ask(send(room.pk, text=self.random.choice(list(WORDS)), **more))
        if answer["type"] == "ack":
            self.posts[room.pk].append(answer["hash"])
        else:
            assert answer["code"] == "not_found", "it answers what is deleted or erased"

    async def answer(self, player: Player, room: Room) -> None:
        if target := self.target(room):
            await self.say(player, room, reply_to=bytes.fromhex(target))

    async def edit(self, player: Player, room: Room) -> None:
        await self.act("edit", player, room, text=self.random.choice(list(WORDS)))

    async def delete(self, player: Player, room: Room) -> None:
        await self.act("delete", player, room)

    async def react(self, player: Player, room: Room) -> None:
        await self.act(self.random.choice(["react", "unreact"]), player, room, emoji="🎉")

    async def act(self, kind: str, player: Player, room: Room, **more: Any) -> None:
        if target := self.target(room):
            answer = await player.desk.ask(do(kind, bytes.fromhex(target), room=room.pk, **more))
            assert answer["type"] == "ack" or answer["code"] in ("not_found", "forbidden")

    async def erase(self, player: Player, room: Room) -> None:
        if target := self.target(room):
            assert await player.post(f"/rooms/{room.slug}/erase/{target}/", reason="at random") in (303, 403)

    async def reads(self, player: Player, room: Room) -> None:
        """Up to some newer entry, or an older one, or beyond the newest; the other device is told how it stands."""
        head = self.hub.updater.rings[room.pk].head
        seq = self.random.randrange(max(1, head - 20), head + 3)
        player.read[room.pk] = max(player.read.get(room.pk, 0), min(seq, head))
        player.phone.socket.taken.clear()
        await player.desk.commands.obey(Read(room.pk, seq))
        await self.hub.read_positions.save()
        await until(lambda: player.phone.frames("read"))
        unread, mentions = await self.recount(player, room.pk)
        expected = {"seq": player.read[room.pk], "unread": unread, "mentions": mentions}
        assert player.phone.frames("read") == [{"type": "read", "room": room.pk.hex, **expected}]

    async def mark(self, player: Player, room: Room) -> None:
        """As unread from some entry on, or not any more."""
        head = self.hub.updater.rings[room.pk].head
        player.marks.pop(room.pk, None)
        seq = self.random.choice(["", str(self.random.randrange(max(1, head - 20), head + 1))])
        if seq:
            player.marks[room.pk] = int(seq)
        assert await player.post(f"/rooms/{room.slug}/unread", seq=seq) == 303

    async def come_or_go(self, player: Player, _room: Room) -> None:
        is_in = player.user.pk in self.inside
        answer = await player.post(f"/rooms/{self.tea.slug}/details/", act="leave" if is_in else "join")
        assert answer == 303 or (is_in and answer == 403), "the last owner stays while others are there"
        if answer == 303:
            await (self.gone(player) if is_in else self.came(player))

    async def remove(self, player: Player, _room: Room) -> None:
        """Whom they remove is known by the answer: nobody who is not below them."""
        other = self.random.choice(self.players)
        form = {"act": "remove", "person": str(other.user.pk), "reason": "at random"}
        answer = await player.post(f"/rooms/{self.tea.slug}/details/", **form)
        assert answer in (303, 403)
        if answer == 303 and other.user.pk in self.inside:
            await self.gone(other)

    async def rename(self, player: Player, _room: Room) -> None:
        form = {"act": "update", "name": "Tea", "topic": str(self.random.random()), "access": "public"}
        assert await player.post(f"/rooms/{self.tea.slug}/details/", **form) in (303, 403)

    async def gone(self, player: Player) -> None:
        """They are told by a `reset`, and that is the last they hear."""
        self.inside.remove(player.user.pk)
        for device in player.devices:
            await device.is_out(self.tea)
            device.socket.taken.clear()
        assert (await player.desk.ask(send(self.tea.pk)))["code"] == "not_found"

    async def came(self, player: Player) -> None:
        self.inside.add(player.user.pk)
        for device in player.devices:
            await device.has("World", "Tea")

    def target(self, room: Room) -> str | None:
        posts = self.posts[room.pk][-NEAR:]
        return self.random.choice(posts) if posts else None

    # What they are told

    async def recount(self, player: Player, room: UUID) -> tuple[int, int]:
        rows = await sync_to_async(lambda: list(Message.objects.filter(room=room)))()
        return recount(rows, player.user, player.beginning(room))

    async def look(self, player: Player) -> None:
        """Opens a third device: its welcome tells of each room."""
        device = Client(player.user, self.hub, self.session_key)
        await device.enter()
        await until(lambda: device.frames("welcome"))
        (welcome,) = device.frames("welcome")
        told = {room["id"]: (room["read"], room["unread"], room["mentions"]) for room in welcome["rooms"]}
        rooms = [room.pk for room in self.rooms(player)]
        counts = {room.hex: (player.read.get(room, 0), *await self.recount(player, room)) for room in rooms}
        assert told == counts
        self.hub.leave(device.connection)
        device.connection.stop()


@pytest.fixture
async def game(
    transactional_db: None, alice: User, bob: User, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Game]:
    for rates in ("_by_user", "_by_address"):
        monkeypatch.setattr(posting, rates, Rates(1000, 1000))
    await sync_to_async(ensure_genesis)()
    session = SessionStore()
    await session.acreate()
    hub = Hub()
    hub.start(tick_s=3600)
    monkeypatch.setattr(batches, "_listeners", [hub.heard])
    made = await sync_to_async(Game)(hub, [alice, bob, charlie], session.session_key or "")
    devices = [device for player in made.players for device in player.devices]
    for device in devices:
        await device.enter()
    yield made
    for device in devices:
        device.connection.stop()
    hub.stop()


async def test_after_a_thousand_random_acts_unread_is_what_a_recount_finds(game: Game) -> None:
    for number in range(ACTS):
        await game.play()
        if number % LOOK_EVERY == 0:
            for player in game.players:
                await game.look(player)
    await sync_to_async(is_proved)()


def is_proved() -> None:
    """Every entry is in a block, the audit finds nothing, and a receipt of each kind is good for who has the key."""
    seal()
    assert_valid()
    rows = {row.kind: row for row in Message.objects.select_related("block").order_by("id")}
    assert rows.keys() == {
        *("room.create", "room.update", "member.join", "member.leave", "member.remove"),
        *("post", "edit", "delete", "react", "unreact", "erase"),
    }
    trust = Trust(parse_vkey(Genesis.objects.get().key))
    for kind, row in rows.items():
        assert verify_receipt(make_receipt(row).encode(), trust, kind).is_verified
