"""Tells the hubs of a new block or a new name: this process's own, and by the doorbell those of the others."""

from typing import Any

from chat.doorbell import ring_once
from chat.hub import running_hub


def announce_block(**signal: Any) -> None:
    """Receiver of `block_sealed`; in the miner's process, or in the thread of a page that mined."""
    if (hub := running_hub()) is not None:
        hub.nudge()
    ring_once({})


def announce_name(**signal: Any) -> None:
    """Receiver of `profile_changed`, in the thread of a page."""
    if (hub := running_hub()) is not None:
        hub.reread()
    ring_once({"reread": True})
