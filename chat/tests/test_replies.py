import json
from uuid import UUID

import orjson
import pytest

from chat import replies
from chat.refusals import RETRY, CloseCode, Refusal

ROOM = UUID("c0117ec7000040008000000000000001")


def test_events_are_joined_as_they_are() -> None:
    frame = json.loads(replies.encode_events(ROOM, [b'{"seq":1,"text":"\xc3\xa9"}', b'{"seq":2}']))
    assert frame == {"type": "events", "room": ROOM.hex, "events": [{"seq": 1, "text": "é"}, {"seq": 2}]}


@pytest.mark.parametrize("re", ["x", 0, 'a"b'])
def test_a_page_carries_the_id_of_its_request(re: str | int) -> None:
    frame = json.loads(replies.encode_events(ROOM, [], re=re, more=False))
    assert frame == {"type": "events", "room": ROOM.hex, "events": [], "re": re, "more": False}


def test_an_error_names_what_may_help_and_leaves_out_what_is_unknown() -> None:
    refusal = Refusal("rate_limited", "slower", after_ms=7)
    assert json.loads(replies.encode_error(refusal)) == {
        "type": "error",
        "code": "rate_limited",
        "retry": "same",
        "detail": "slower",
        "after_ms": 7,
    }
    refusal.re, refusal.client_id = 0, "ab"
    assert {"re": 0, "client_id": "ab"}.items() <= json.loads(replies.encode_error(refusal)).items()


def test_every_error_code_says_whether_to_retry() -> None:
    assert {code: Refusal(code, "").retry for code in RETRY} == RETRY
    assert set(RETRY.values()) == {"same", "new", "no"}


def test_ids_and_hashes_are_lower_case_hex() -> None:
    ack = replies.encode_ack(
        re="r", client_id=ROOM, room=ROOM, seq=3, hash=bytes.fromhex("AB" * 32), received_ms=5, duplicate=True
    )
    assert orjson.loads(ack) == {
        "type": "ack",
        "re": "r",
        "client_id": ROOM.hex,
        "room": ROOM.hex,
        "seq": 3,
        "hash": "ab" * 32,
        "received_ms": 5,
        "duplicate": True,
    }


def test_bye_says_when_to_come_back() -> None:
    assert json.loads(replies.encode_bye(CloseCode.TOO_SLOW)) == {"type": "bye", "code": 4408, "retry_ms": 1000}
    assert json.loads(replies.encode_bye(CloseCode.NOT_LOGGED_IN))["retry_ms"] is None
