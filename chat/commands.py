"""What the server does with the commands of one connection. It answers through the connection and knows no socket.

A room that its user cannot see is not among the connection's cursors, and so does not exist: the same answer as for an
id that was never given out. Sends reach the recorder in the order in which they came; each ack comes when its entry is
committed.
"""

import asyncio
from functools import partial
from time import monotonic
from uuid import UUID

from accounts.models import User
from chat.delivery import store
from chat.delivery.backfill import fit_page
from chat.delivery.connection import Connection
from chat.delivery.ring import Ring
from chat.delivery.threads import readers
from chat.delivery.welcoming import welcome
from chat.fields import RequestId
from chat.files.claims import find_claim
from chat.hub import Hub
from chat.people import find_people
from chat.posting import check_emoji, check_rate, draft_act, draft_post, refusal_of
from chat.protocol import Act, Command, Hello, Older, Ping, Read, Send, Sync, Typing
from chat.rates import Bucket
from chat.refusals import CloseCode, Disconnect, Refusal
from chat.replies import INFLIGHT_LIMIT, encode_ack, encode_error, encode_events
from ledger.errors import RecordError
from ledger.recorder import get_recorder
from ledger.recording.batches import Recorded
from ledger.recording.drafts import Draft

COMMANDS_PER_S, COMMANDS_BURST = 20, 200
PAGE_COST = 10
"""What a page of history costs, in commands."""
REFUSED_PER_S, REFUSED_BURST = 1, 100
"""Who goes on after so many refusals is disconnected."""


class Commands:
    def __init__(self, connection: Connection, hub: Hub, user: User, address: str) -> None:
        self._connection = connection
        self._hub = hub
        self._user = user
        self._address = address
        self._inflight = asyncio.Semaphore(INFLIGHT_LIMIT)
        self._allowance = Bucket(COMMANDS_PER_S, COMMANDS_BURST)
        self._patience = Bucket(REFUSED_PER_S, REFUSED_BURST)

    async def greet(self, hello: Hello) -> None:
        compared = self._hub.memberships.compared
        await welcome(self._hub, self._connection, self._user, hello.cursors)
        self._hub.memberships.arrived(compared)

    async def obey(self, command: Command) -> None:
        """Answers with an ack, a page or an error."""
        try:
            self._charge(command)
            if not isinstance(command, Ping | Sync):  # which clients send by themselves
                self._hub.liveness.presence.act(self._user.pk, self._connection, monotonic())
            await self._perform(command)
        except Refusal as refusal:
            refusal.re = getattr(command, "id", None)
            refusal.client_id = command.client_id.hex if isinstance(command, Send | Act) else None
            await self.refuse(refusal)

    async def refuse(self, refusal: Refusal) -> None:
        """Answers with the error. Disconnect when there have been too many."""
        if self._patience.take():
            raise Disconnect(CloseCode.RATE_LIMIT)
        await self._connection.reply(encode_error(refusal))

    def _charge(self, command: Command) -> None:
        """What is recorded has its own rate, by person and address."""
        cost = 0 if isinstance(command, Send | Act) else PAGE_COST if isinstance(command, Sync | Older) else 1
        if wait_s := self._allowance.take(cost):
            raise Refusal("rate_limited", "too many requests; wait a moment", after_ms=int(wait_s * 1000) + 1)

    async def _perform(self, command: Command) -> None:
        match command:
            case Send():
                await self._send(command)
            case Act():
                await self._act(command)
            case Sync(id=id, room=room, after=after, limit=limit):
                ring = self._ring(room)
                events = await self._hub.read_after(ring, after, limit)
                await self._check_is_in(room)
                await self._page(id, room, events, more=bool(events) and events[-1][0] < ring.head)
            case Older(id=id, room=room, before=before, limit=limit):
                found = await readers.run(store.read_before, self._ring(room).room, before, limit)
                await self._check_is_in(room)
                events = fit_page(found[::-1], step=-1)[::-1]
                await self._page(id, room, events, more=bool(events) and events[0][0] > 1)
            case Read(room=room, seq=seq):
                self._hub.read_positions.note(self._connection, self._ring(room).room, seq)
            case Typing(room=room):
                await self._type(self._ring(room).room)
            case Ping(n=n):
                self._connection.pong(n)
            case Hello():
                raise Refusal("bad_frame", "hello comes once")

    def _ring(self, room: UUID) -> Ring:
        ring = self._hub.ring(room)
        if ring is None or ring not in self._connection.cursors:
            raise Refusal("not_found", "there is no such room")
        return ring

    async def _check_is_in(self, room: UUID) -> None:
        """Asked after reading: what was read was recorded while they were in the room."""
        if not await readers.run(store.is_in, self._user, room):
            raise Refusal("not_found", "there is no such room")

    async def _page(self, id: str | int, room: UUID, events: store.Encoded, *, more: bool) -> None:
        await self._connection.reply(encode_events(room, [event for _, event in events], re=id, more=more))

    async def _type(self, room: UUID) -> None:
        """Under the name that they have now."""
        if self._hub.liveness.is_news(room, self._user.pk):
            people = await readers.run(find_people, [self._user.pk])
            self._hub.liveness.type(room, people[self._user.pk])

    async def _send(self, command: Send) -> None:
        self._check(command)
        check_rate(self._user.pk, self._address, command.text)
        if command.reply_to and not await readers.run(store.holds_post, command.room, command.reply_to):
            raise Refusal("not_found", "there is no such message in this room")
        claim = await readers.run(find_claim, command.files, self._user.pk, command.room) if command.files else None
        draft = draft_post(
            room=command.room,
            author=self._user.pk,
            client_id=command.client_id,
            text=command.text,
            reply_to=command.reply_to,
            sent_ms=command.sent_ms,
            seen=command.seen,
            checkpoint=command.checkpoint,
            salt=command.salt,
            claim=claim,
        )
        await self._submit(command.id, draft)

    async def _act(self, command: Act) -> None:
        self._check(command)
        check_rate(self._user.pk, self._address, command.text or "")
        if command.kind == "react":
            await readers.run(check_emoji, command)
        await self._submit(command.id, draft_act(self._user.pk, command))

    def _check(self, command: Send | Act) -> None:
        self._ring(command.room)
        if command.device or command.signature:
            raise Refusal("forbidden", "this server takes no author signatures")

    async def _submit(self, id: RequestId, draft: Draft) -> None:
        """To the recorder now, in the order of the calls; the answer comes when it is committed."""
        await self._inflight.acquire()
        try:
            recording = get_recorder().submit(draft)
        except RecordError as error:
            self._inflight.release()
            self._decline(id, draft, error)
        else:
            recording.add_done_callback(partial(self._answer, id, draft))

    def _answer(self, id: RequestId, draft: Draft, recording: asyncio.Future[Recorded]) -> None:
        self._inflight.release()
        try:
            recorded = recording.result()
        except RecordError as error:
            self._decline(id, draft, error)
            return
        row = recorded.message
        self._connection.push(
            encode_ack(
                re=id,
                client_id=row.client_id,
                room=row.room,
                seq=row.room_seq,
                hash=bytes(row.hash),
                received_ms=row.received_ms,
                duplicate=recorded.duplicate,
            )
        )

    def _decline(self, id: RequestId, draft: Draft, error: RecordError) -> None:
        refusal = refusal_of(error)
        refusal.re, refusal.client_id = id, draft.client_id.hex
        self._connection.push(encode_error(refusal))
