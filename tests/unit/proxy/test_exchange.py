import json
from datetime import timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from proxy.errors import BadRecord
from proxy.exchange import Exchange, LiveTiming
from proxy.wire.reply import Choice, Reply, TokenLogprob, ToolCall, Usage
from tests.records import NOON, exchange


def _full() -> Exchange:
    reply = Reply(
        choices=(
            Choice(
                text="\U0001f600",
                reasoning="hm",
                tool_calls=(ToolCall(name="f", arguments='{"half', call_id="c"),),
                finish_reason="stop",
                logprobs=(TokenLogprob(token="a", logprob=-0.5),),
            ),
        ),
        usage=Usage(prompt_tokens=3, completion_tokens=2, cached_tokens=0),
        model="m",
    )
    return exchange(
        captured_at=NOON + timedelta(microseconds=1),
        reply=reply,
        status=200,
        timing=LiveTiming(ttft_ms=1.25, e2e_ms=3.5, output_events=2),
        masked={"EMAIL": 2},
        weight=12.5,
        request={"n": None, "a": [1, -0.5, True, 10**30, {"é": "\u2028"}]},
    )


def _changed(**changes: Any) -> bytes:
    return json.dumps(json.loads(exchange().to_bytes()) | changes).encode()


def test_an_exchange_is_read_back_as_it_was_written() -> None:
    for one in (exchange(), _full()):
        assert Exchange.from_bytes(one.to_bytes()) == one


def test_an_exchange_is_utf_8_json_and_names_its_schema_version() -> None:
    written = json.loads(_full().to_bytes().decode())
    assert written["schema_version"] == 1
    assert written["captured_at"] == "2026-11-01T12:00:00.000001Z"


def test_a_time_of_another_zone_is_the_same_time() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert Exchange.from_bytes(exchange(captured_at=there).to_bytes()).captured_at == NOON


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"schema_version": 2}, "schema_version"),
        ({"exchange_id": ""}, "exchange_id"),
        ({"conversation_id": "c" * 65}, "conversation_id"),
        ({"captured_at": "2026-11-01T12:00:00"}, "captured_at"),
        ({"door": "window"}, "door"),
        ({"shape": None}, "shape"),
        ({"turn": 0}, "turn"),
        ({"status": 1_000}, "status"),
        ({"weight": 0}, "weight"),
        ({"request": "secret"}, "request"),
        ({"timing": {"ttft_ms": -1}}, "timing"),
        ({"reply": {"choices": [{"text": 3}]}}, "reply"),
        ({"secret": "red"}, "unknown fields"),
    ],
)
def test_a_record_that_is_none_says_which_field_is_wrong_and_not_what_it_holds(
    changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadRecord) as caught:
        Exchange.from_bytes(_changed(**changes))
    assert str(caught.value).endswith(f"wrong at {field}")
    assert "secret" not in str(caught.value)


def test_every_wrong_field_is_named_once() -> None:
    with pytest.raises(BadRecord, match=r"wrong at door, turn$"):
        Exchange.from_bytes(_changed(door="window", turn="many"))


def test_a_missing_field_is_named() -> None:
    fields = json.loads(exchange().to_bytes())
    del fields["model"]
    with pytest.raises(BadRecord, match=r"wrong at model$"):
        Exchange.from_bytes(json.dumps(fields).encode())


@pytest.mark.parametrize(
    "data", [b"", b"{", b"null", b"[]", b'"text"', b"\xff\xfe", b"\x00" * 10, b"[" * 100_000, b'{"a":"\\ud800"}x']
)
def test_bytes_that_are_no_json_object_are_wrong_at_the_root(data: bytes) -> None:
    with pytest.raises(BadRecord, match=r"wrong at the root$"):
        Exchange.from_bytes(data)


def test_an_exchange_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        exchange().model = "other"  # type: ignore[misc]


def test_a_lone_surrogate_stays_what_it_was() -> None:
    """JSON allows what UTF-8 cannot hold, and a client may send it."""
    asked = exchange(request={"model": "m", "messages": [{"role": "user", "content": "half \ud83d an emoji \udfff"}]})
    assert "\\ud83d" in asked.to_bytes().decode()
    assert Exchange.from_bytes(asked.to_bytes()) == asked


def test_a_broken_record_with_an_escaped_surrogate_is_no_record() -> None:
    with pytest.raises(BadRecord):
        Exchange.from_bytes(b'{"path": "\\ud800", }')
