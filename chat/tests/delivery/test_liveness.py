"""Who is here reaches every client; who is typing, those that can take it at once."""

from time import monotonic

from chat.models import Room
from chat.people import describe
from chat.protocol import Ping
from chat.tests.delivery.conftest import Scene, enter
from chat.tests.until import until


async def test_who_comes_is_told_to_a_client_that_was_being_sent_something(scene: Scene) -> None:
    await enter(scene)
    client, liveness = scene.here, scene.here.hub.liveness
    await until(lambda: client.connection.is_idle)
    client.socket.open.clear()
    await client.commands.obey(Ping(1))
    liveness.presence.connect(scene.bob.pk, "desk", monotonic())
    await liveness.tell_presence(monotonic())
    liveness.type(Room.WORLD, describe(scene.bob))
    client.socket.open.set()
    await until(lambda: scene.bob.pk.hex in [frame["user"] for frame in client.frames("presence")])
    assert client.socket.kinds().index("presence") > client.socket.kinds().index("pong")
    assert client.frames("typing") == []


async def test_who_comes_before_the_welcome_is_in_it(scene: Scene) -> None:
    client, liveness = scene.here, scene.here.hub.liveness
    await client.hub.join(client.connection, [])
    liveness.presence.connect(scene.bob.pk, "desk", monotonic())
    await liveness.tell_presence(monotonic())
    await client.enter()
    await until(lambda: client.frames("welcome"))
    assert client.socket.kinds()[0] == "welcome"
    assert client.frames("welcome")[0]["presence"][scene.bob.pk.hex] == "online"
    assert client.frames("presence") == []
