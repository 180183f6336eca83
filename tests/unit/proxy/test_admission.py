import gzip
import json
import zlib
from typing import Any

import cramjam
import pytest

from proxy.admission import Admission, Naming, NotAdmitted
from proxy.anonymise.anonymiser import Anonymiser
from proxy.exchange import Chunk, Exchange, ExchangeOutcome, Shape
from proxy.language import Languages
from tests.records import chat_body, raw_exchange

_KEY = b"0123456789abcdef"
_EMAIL = "xaver.quellhaus@example.org"


def _admission(key: bytes = _KEY) -> Admission:
    naming = Naming(conversation="x-conversation-id", category="x-understudy-category", tenant="x-tenant-id")
    return Admission(Anonymiser(key), key=key, naming=naming)


def _admitted(**changes: Any) -> Exchange:
    found = _admission().admit(raw_exchange(**changes))
    assert isinstance(found, Exchange)
    return found


def _body(text: str, **fields: Any) -> bytes:
    return json.dumps({"model": "m", "messages": [{"role": "user", "content": text}], **fields}).encode()


def test_request_and_reply_are_read_and_timed() -> None:
    found = _admitted()
    assert found.shape is Shape.CHAT
    assert found.reply is not None
    assert found.reply.first.text == "hello to you"
    assert found.timing.ttft_ms == 1.0
    assert found.timing.e2e_ms == 2.0


def test_nothing_personal_is_left_in_request_reply_or_tenant() -> None:
    found = _admitted(
        body=_body(f"Write to {_EMAIL}"),
        reply=(Chunk(2_000_000, chat_body(f"I wrote to {_EMAIL}.")),),
        headers=(("x-tenant-id", _EMAIL),),
    )
    assert _EMAIL.encode() not in found.to_bytes()
    assert sum(found.masked.values()) == 3


def test_headers_name_conversation_and_category_and_only_a_keyed_hash_is_kept() -> None:
    headers = (("x-conversation-id", "case 7"), ("x-understudy-category", "billing"))
    found = _admitted(headers=headers)
    assert found.category == "billing"
    assert "case 7" not in found.conversation_id
    assert found.conversation_id == _admitted(headers=headers, body=_body("other")).conversation_id
    other = _admission(b"another key of 16").admit(raw_exchange(headers=headers))
    assert isinstance(other, Exchange)
    assert other.conversation_id != found.conversation_id


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("br", cramjam.brotli.compress),
        ("zstd", cramjam.zstd.compress),
    ],
)
def test_compressed_bodies_are_read(encoding: str, compress: Any) -> None:
    found = _admitted(
        headers=(("content-encoding", encoding),),
        body=bytes(compress(_body("hello"))),
        reply_headers=(("content-encoding", encoding),),
        reply=(Chunk(2_000_000, bytes(compress(chat_body("squeezed")))),),
    )
    assert found.reply is not None
    assert found.reply.first.text == "squeezed"


def test_a_gzipped_stream_keeps_the_stamp_of_its_first_output() -> None:
    squeeze = zlib.compressobj(wbits=31)
    role = b'data: {"choices":[{"index":0,"delta":{"role":"assistant"}}]}\n\n'
    word = b'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\ndata: [DONE]\n\n'
    chunks = [squeeze.compress(part) + squeeze.flush(zlib.Z_SYNC_FLUSH) for part in (role, word)]
    found = _admitted(
        reply_headers=(("content-encoding", "gzip"), ("content-type", "text/event-stream")),
        reply=(Chunk(2_000_000, chunks[0]), Chunk(9_000_000, chunks[1])),
        ended_ns=9_500_000,
    )
    assert found.timing.ttft_ms == 8.0


def test_a_request_without_a_reply_has_none() -> None:
    found = _admitted(status=0, reply=(), outcome=ExchangeOutcome.UPSTREAM_FAILED)
    assert found.reply is None
    assert found.timing.ttft_ms is None
    assert found.timing.e2e_ms is None


@pytest.mark.parametrize(
    "changes",
    [
        {"body": b"{half"},
        {"body": b"[1]"},
        {"body": b"\xff\xfe"},
        {"body": b"no gzip", "headers": (("content-encoding", "gzip"),)},
        {"headers": (("content-encoding", "pig"),)},
    ],
)
def test_what_cannot_be_read_is_dropped_with_its_reason(changes: dict[str, Any]) -> None:
    assert _admission().admit(raw_exchange(**changes)) == NotAdmitted("bad_request")


def test_the_language_is_told_from_the_newest_user_text_after_it_was_anonymised() -> None:
    asked: list[str] = []

    def classify(text: str) -> tuple[str, float]:
        asked.append(text)
        return "de", 0.9

    naming = Naming(conversation="x-conversation-id", category="x-understudy-category", tenant="x-tenant-id")
    admission = Admission(Anonymiser(_KEY), key=_KEY, naming=naming, languages=Languages(classify))
    found = admission.admit(raw_exchange(body=_body(f"Bitte schreiben Sie die Antwort an {_EMAIL} und an uns")))
    assert isinstance(found, Exchange)
    assert found.language == "de"
    (text,) = asked
    assert "Bitte schreiben" in text
    assert _EMAIL not in text


def test_without_a_model_the_language_is_unknown() -> None:
    assert _admitted().language == ""


def test_other_routes_are_not_admitted() -> None:
    assert _admission().admit(raw_exchange(path="/v1/models", method="GET")) == NotAdmitted("other_route")
