"""The demo's team and its history as a site for tests, with what the story lacks: a room without words, invitations."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from connect.tests.server import Site, make_site

TELL = """
import json
from accounts.models import User
from chat.membership.inviting import make_invite
from chat.membership.joining import remove
from chat.models import Room
from chat.membership.opening import create_room, update_room
from connect.demo.telling import tell
from connect.tests.seed import open_session
from ledger.models import Message
from ledger.sealing import seal
list(tell("the demo's password"))
people = {user.username: user for user in User.objects.all()}
mara = people["mara"]
create_room(mara, "Quiet", "", "private")
update_room(mara, create_room(mara, "Season 2025", "", "public"), archived=True)
rooms = {room.name or room.access: room for room in Room.objects.visible_to(mara)}
remove(mara, rooms["Operations"], people["ben"], "oat milk", ban=True)
invite = make_invite(mara, rooms["Legal"], 7, None, "")
while Message.objects.pending().exists():
    seal()
edited = Message.objects.get(kind="edit")
print(json.dumps({
    "sessions": {name: open_session(user) for name, user in people.items()},
    "rooms": {name: "/rooms/" + room.slug + "/" for name, room in rooms.items()},
    "edited": bytes(edited.ref).hex(),
    "invitation": "/join/" + invite.token + "/",
}))
"""


@dataclass(frozen=True, slots=True)
class Team:
    site: Site
    rooms: dict[str, str]
    """Name → path; a conversation by the word "direct"."""
    edited: str
    """The leaf hash of a message that was edited."""
    invitation: str


def make_team(folder: Path) -> Team:
    """The story is told, sealed and ready to be found."""
    site = make_site(folder)
    told = json.loads(site.run(TELL))
    site.manage("reindex")
    return Team(replace(site, sessions=told["sessions"]), told["rooms"], told["edited"], told["invitation"])
