"""The one request that a canary sends. Sends nothing itself."""

import json
from dataclasses import dataclass
from typing import Final

from proxy.canary import CANARY_HEADER, mark_of
from proxy.exchange import Shape
from proxy.wire.request import read_request

SENTENCE: Final = "This is a test of the line. Please answer with one word."
"""What production is asked; nothing in it is personal, so nothing is masked."""


@dataclass(frozen=True, slots=True)
class CanaryRequest:
    """One marked chat request.

    Attributes:
        nonce: 32 hex digits; also the example id of the exchange that it becomes.
        body: UTF-8 JSON.
        record_key: Key that its record has on the log, by which it is told from traffic without reading any.
        sent_at: Seconds since the epoch.
    """

    nonce: str
    body: bytes
    headers: dict[str, str]
    record_key: bytes
    sent_at: float


def make_request(*, model: str, nonce: str, at: float, key: bytes, conversation_header: str) -> CanaryRequest:
    """A request for a single token, a conversation of its own.

    Args:
        key: Key of the pseudonyms, the capture process's own.
        conversation_header: Lower-case name of the header that names the conversation.
    """
    fields = {"model": model, "messages": [{"role": "user", "content": SENTENCE}], "max_tokens": 1, "temperature": 0}
    body = json.dumps(fields).encode()
    named = {conversation_header: f"canary-{nonce}"}
    asked = read_request(Shape.CHAT, body=fields, headers=named, conversation_header=conversation_header)
    return CanaryRequest(
        nonce=nonce,
        body=body,
        headers={
            "content-type": "application/json",
            CANARY_HEADER: mark_of(body, nonce=nonce, at=at, key=key),
            **named,
        },
        record_key=asked.conversation_id(key).encode(),
        sent_at=at,
    )
