import asyncio
import os
import stat
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts import gravatar, pictures
from accounts.pictures import Kept, gravatar_picture
from accounts.tests.gravatar_server import JPEG, PATIENCE_S, PNG, GravatarServer

ANN = "ann@example.com"


def file_of(settings: Settings, email: str = ANN) -> Path:
    return Path(settings.DATA_DIR) / "avatars" / gravatar.address_hash(email)


def age(path: Path) -> None:
    """Lets the time pass after which the picture is asked for again."""
    os.utime(path, (1, 1))


async def test_a_picture_is_asked_for_once_and_kept(gravatar_server: GravatarServer, settings: Settings) -> None:
    assert [await gravatar_picture(ANN) for _ in range(3)] == [Kept(PNG, fresh=True)] * 3
    assert len(gravatar_server.asked) == 1
    assert file_of(settings).read_bytes() == PNG
    assert stat.S_IMODE(file_of(settings).parent.stat().st_mode) == 0o700
    assert [path.name for path in file_of(settings).parent.iterdir()] == [gravatar.address_hash(ANN)]


async def test_that_there_is_none_is_kept_too(gravatar_server: GravatarServer, settings: Settings) -> None:
    gravatar_server.status = 404
    assert [await gravatar_picture(ANN) for _ in range(3)] == [Kept(b"", fresh=True)] * 3
    assert len(gravatar_server.asked) == 1
    assert file_of(settings).stat().st_size == 0


async def test_after_its_time_a_picture_is_asked_for_again(gravatar_server: GravatarServer, settings: Settings) -> None:
    await gravatar_picture(ANN)
    age(file_of(settings))
    gravatar_server.body = JPEG
    assert await gravatar_picture(ANN) == Kept(JPEG, fresh=True)
    gravatar_server.status = 404
    age(file_of(settings))
    assert await gravatar_picture(ANN) == Kept(b"", fresh=True)
    assert len(gravatar_server.asked) == 3


async def test_an_old_picture_stands_while_gravatar_is_away(
    gravatar_server: GravatarServer, settings: Settings
) -> None:
    await gravatar_picture(ANN)
    age(file_of(settings))
    gravatar_server.status = 500
    assert await gravatar_picture(ANN) == Kept(PNG, fresh=False)


async def test_after_a_failure_nobody_asks_for_a_while(
    gravatar_server: GravatarServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    gravatar_server.status = 500
    assert await gravatar_picture(ANN) is None
    assert await gravatar_picture(ANN) is None
    assert await gravatar_picture("bea@example.com") is None
    assert len(gravatar_server.asked) == 1
    gravatar_server.status = 200
    monkeypatch.setattr(pictures, "_paused_until_s", 0.0)  # the while is over
    assert await gravatar_picture(ANN) == Kept(PNG, fresh=True)


async def test_many_wait_for_one_fetch_and_the_loop_goes_on(gravatar_server: GravatarServer) -> None:
    gravatar_server.holds = True
    waiting = [asyncio.create_task(gravatar_picture(ANN)) for _ in range(20)]
    # This line runs on the very loop that the twenty wait on, while the server has not answered.
    assert await asyncio.to_thread(gravatar_server.came.wait, PATIENCE_S)
    assert not any(task.done() for task in waiting)
    gravatar_server.go_on.set()
    assert await asyncio.gather(*waiting) == [Kept(PNG, fresh=True)] * 20
    assert len(gravatar_server.asked) == 1


async def test_one_who_goes_away_takes_nothing_from_the_others(gravatar_server: GravatarServer) -> None:
    gravatar_server.holds = True
    first, second = (asyncio.create_task(gravatar_picture(ANN)) for _ in range(2))
    assert await asyncio.to_thread(gravatar_server.came.wait, PATIENCE_S)
    first.cancel()
    gravatar_server.go_on.set()
    assert await second == Kept(PNG, fresh=True)
    assert len(gravatar_server.asked) == 1
