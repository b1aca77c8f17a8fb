"""The whole journey by keyboard alone, where there is least room: 1280 × 1024 at 400 % zoom.

The stops are looked at in the dark and in the light theme by turns. `make soak` goes the way on a narrow phone as well.
"""

import subprocess
import sys

import pytest
from playwright.sync_api import ViewportSize

from connect.tests.e2e.browser import OpenWindow
from connect.tests.e2e.keyboard import Keyboard
from connect.tests.e2e.moving import (
    change_the_name,
    find,
    invite_hand_over_and_leave,
    jump,
    log_out,
    open_a_room_and_add_bob,
    sign_up,
)
from connect.tests.e2e.talking import (
    attach_and_delete,
    pin_and_go_there,
    prove,
    walk_the_landmarks,
    write_reply_react_edit,
)
from connect.tests.served import ROOT, Served

NARROW, ZOOMED = ViewportSize(width=320, height=640), ViewportSize(width=320, height=256)
BOB = """
import time, uuid
from accounts.addresses import confirm_address
from accounts.models import User
from chat.models import Room
from ledger.recording.drafts import Draft
from ledger.recording.batches import record
bob = User.objects.create(username="bob", email="bob@example.org")
confirm_address(bob)
for text in ("Who brings the lantern?", "And the ropes?"):
    record(Draft("post", Room.WORLD, bob.pk, uuid.uuid4(), time.time_ns() // 1_000_000, body={"text": text}))
"""


@pytest.fixture(scope="module")
def bob(served: Served) -> None:
    """Somebody who said something before."""
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", BOB]
    subprocess.run(command, cwd=ROOT, env=served.environment, check=True)


@pytest.mark.parametrize(
    ("name", "size"),
    [pytest.param("zoomed", ZOOMED, id="zoomed"), pytest.param("narrow", NARROW, id="narrow", marks=pytest.mark.soak)],
)
def test_everything_by_keyboard_alone(open_window: OpenWindow, bob: None, name: str, size: ViewportSize) -> None:
    window = open_window(viewport=size, reduced_motion="reduce")  # else each look waits for colours to fade
    keyboard = Keyboard(window.page)
    sign_up(window, keyboard, name)
    write_reply_react_edit(window, keyboard, name)
    walk_the_landmarks(window, keyboard)
    room = open_a_room_and_add_bob(window, keyboard, name)
    pin_and_go_there(window, keyboard)
    jump(window, keyboard, room)
    find(window, keyboard, name)
    prove(window, keyboard)
    attach_and_delete(window, keyboard)
    invite_hand_over_and_leave(window, keyboard, room)
    change_the_name(window, keyboard, name)
    log_out(window, keyboard)
