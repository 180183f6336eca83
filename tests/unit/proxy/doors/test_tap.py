"""The tap as an ASGI application, without a server."""

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest

from proxy.channel import ChannelSender
from proxy.coverage import Ledger
from proxy.doors.tap import Tap


def _scope(path: str = "/v1/chat/completions", *, method: str = "POST") -> dict[str, Any]:
    return {"type": "http", "method": method, "path": path, "headers": [(b"content-type", b"application/json")]}


async def _ask(tap: Tap, scope: dict[str, Any], *parts: bytes, is_whole: bool = True) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages.append({"type": "http.request", "body": b""} if is_whole else {"type": "http.disconnect"})
    sent: list[dict[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return messages.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(dict(message))

    await tap(scope, receive, send)
    assert not messages, "the body was not read to its end"
    return sent


def _tap(folder: Path, ledger: Ledger, *, max_messages: int = 10) -> Tap:
    channel = ChannelSender(folder / "nobody.sock", max_messages=max_messages, max_bytes=2**20)
    return Tap(channel=channel, ledger=ledger, max_capture_bytes=8)


def _counted(ledger: Ledger) -> list[tuple[str, str, str, int]]:
    return [(entry.route, str(entry.disposition), entry.reason, entry.requests) for entry in ledger.changed()]


async def test_a_body_in_parts_is_answered_204_after_its_end(tmp_path: Path) -> None:
    ledger = Ledger("tap")
    sent = await _ask(_tap(tmp_path, ledger), _scope(), b"{}", b"  ")
    assert [message.get("status") for message in sent] == [204, None]
    assert _counted(ledger) == [("chat", "seen", "", 1)]


async def test_a_body_beyond_the_limit_is_drained_and_counted(tmp_path: Path) -> None:
    ledger = Ledger("tap")
    sent = await _ask(_tap(tmp_path, ledger), _scope(), b"12345678", b"9", b"0")
    assert sent[0]["status"] == 204
    assert _counted(ledger) == [("chat", "dropped", "too_large", 1), ("chat", "seen", "", 1)]


async def test_a_body_that_breaks_off_is_counted_and_gets_no_answer(tmp_path: Path) -> None:
    ledger = Ledger("tap")
    assert await _ask(_tap(tmp_path, ledger), _scope(), b"{", is_whole=False) == []
    assert _counted(ledger) == [("chat", "dropped", "broken_off", 1), ("chat", "seen", "", 1)]


@pytest.mark.parametrize(("path", "method"), [("/v1/models", "POST"), ("/v1/responses", "GET"), ("/", "POST")])
async def test_everything_but_the_five_routes_is_counted_as_another_route(
    tmp_path: Path, path: str, method: str
) -> None:
    ledger = Ledger("tap")
    sent = await _ask(_tap(tmp_path, ledger), _scope(path, method=method), b"{}")
    assert sent[0]["status"] == 204
    assert _counted(ledger) == [("other", "dropped", "other_route", 1), ("other", "seen", "", 1)]


async def test_a_full_channel_is_counted_by_its_name(tmp_path: Path) -> None:
    ledger = Ledger("tap")
    tap = _tap(tmp_path, ledger, max_messages=1)
    await _ask(tap, _scope(), b"{}")
    await _ask(tap, _scope(), b"{}")
    assert _counted(ledger) == [("chat", "dropped", "channel_full", 1), ("chat", "seen", "", 2)]
