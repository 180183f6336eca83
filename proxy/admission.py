"""From the raw exchange of a door to the anonymised one that may be published, or the reason why it may not.

Pure but for its anonymiser's cache: no sockets, no clock. Fails closed: what cannot be read or masked is dropped.
"""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import cramjam

from proxy.anonymise.anonymiser import Anonymiser, AnonymiserFailed
from proxy.canary import marked
from proxy.errors import BadRecord
from proxy.exchange import Chunk, Exchange, ExchangeOutcome, LiveTiming, RawExchange, Shape
from proxy.language import Languages, newest_user_text
from proxy.wire.assemble import Assembly, read_reply
from proxy.wire.fields import decode
from proxy.wire.reply import Reply
from proxy.wire.request import Asked, read_request
from proxy.wire.routes import PATHS, shape_of

_MAX_BODY_BYTES = 67_108_864
_MAX_TENANT = 64


@dataclass(frozen=True, slots=True)
class NotAdmitted:
    """Why an exchange may not be published; a word for the coverage ledger."""

    reason: str


@dataclass(frozen=True, slots=True)
class Naming:
    """Lower-case names of the headers that say what an exchange belongs to."""

    conversation: str
    category: str
    tenant: str


class Admission:
    """Turns raw exchanges into publishable ones.

    Args:
        key: Key of pseudonyms and conversation ids, 16 bytes or more.
        languages: Names the language of a request; without it every language is unknown.
    """

    def __init__(
        self, anonymiser: Anonymiser, *, key: bytes, naming: Naming, languages: Languages | None = None
    ) -> None:
        self._anonymiser = anonymiser
        self._key = key
        self._naming = naming
        self._languages = languages

    def admit(self, raw: RawExchange) -> Exchange | NotAdmitted:
        """The anonymised exchange, or why there is none."""
        shape = shape_of(raw.path, method=raw.method)
        if shape is None:
            return NotAdmitted("other_route")
        try:
            body = decode(_plain(raw.body, encoding=dict(raw.headers).get("content-encoding", "")))
            if not isinstance(body, dict):
                return NotAdmitted("bad_request")
            assembly = _assembly(raw, shape)
        except BadRecord:
            return NotAdmitted("bad_request")
        asked = read_request(
            shape,
            body=body,
            headers=dict(raw.headers),
            conversation_header=self._naming.conversation,
            category_header=self._naming.category,
        )
        try:
            return marked(self._exchange(raw, asked, body, assembly), raw, key=self._key)
        except AnonymiserFailed:
            return NotAdmitted("anonymiser_failed")

    def _exchange(self, raw: RawExchange, asked: Asked, body: dict[str, object], assembly: Assembly) -> Exchange:
        conversation_id = asked.conversation_id(self._key)
        request = self._anonymiser.anonymise_json(body, conversation=conversation_id)
        reply = self._anonymiser.anonymise_reply(assembly.reply, conversation=conversation_id)
        model = self._anonymiser.anonymise_text(asked.model, conversation=conversation_id)
        tenant = self._anonymiser.anonymise_text(
            dict(raw.headers).get(self._naming.tenant, "")[:_MAX_TENANT], conversation=conversation_id
        )
        return Exchange(
            exchange_id=raw.exchange_id,
            conversation_id=conversation_id,
            captured_at=datetime.fromtimestamp(raw.started_at, UTC),
            door=raw.door,
            shape=asked.shape,
            path=PATHS[asked.shape],
            model=model.value,
            streamed=asked.streamed,
            category=asked.category,
            turn=asked.turn,
            tenant=tenant.value,
            language=self._language(asked, request.value, conversation=conversation_id),
            request=request.value,
            reply=reply.value if raw.status else None,
            status=raw.status,
            outcome=raw.outcome,
            timing=_timing(raw, assembly),
            masked=_added(request.masked, reply.masked, tenant.masked),
            anonymiser=self._anonymiser.version,
        )

    def _language(self, asked: Asked, request: dict[str, object], *, conversation: str) -> str:
        if self._languages is None:
            return ""
        text = newest_user_text(asked.shape, request)
        return self._languages.language_of(text, conversation=conversation, turn=asked.turn)


def _added(*counts: dict[str, int]) -> dict[str, int]:
    kinds = sorted({kind for one in counts for kind in one})
    return {kind: sum(one.get(kind, 0) for one in counts) for kind in kinds}


def _assembly(raw: RawExchange, shape: Shape) -> Assembly:
    headers = dict(raw.reply_headers)
    if not raw.status:
        return Assembly(Reply(), (), ended=False, malformed=0)
    chunks = _plain_chunks(raw.reply, encoding=headers.get("content-encoding", ""))
    is_stream = headers.get("content-type", "").startswith("text/event-stream")
    return read_reply(shape, streamed=is_stream, chunks=chunks)


def _timing(raw: RawExchange, assembly: Assembly) -> LiveTiming:
    if raw.ended_ns == 0:
        return LiveTiming()
    events = assembly.output_events_ns
    ended = raw.outcome is ExchangeOutcome.COMPLETE
    return LiveTiming(
        ttft_ms=max(events[0] - raw.sent_ns, 0) / 1e6 if events else None,
        e2e_ms=max(raw.ended_ns - raw.sent_ns, 0) / 1e6 if ended else None,
        output_events=len(events),
    )


def _plain_chunks(chunks: Iterable[Chunk], *, encoding: str) -> Iterator[Chunk]:
    """The chunks decompressed; stamps stay exact for gzip and deflate, else the first chunk's stamp holds for all."""
    if encoding in {"", "identity"}:
        yield from chunks
    elif encoding in {"gzip", "deflate"}:
        inflate = zlib.decompressobj(wbits=47 if encoding == "gzip" else 15)
        try:
            yield from (Chunk(chunk.at_ns, inflate.decompress(chunk.data, _MAX_BODY_BYTES)) for chunk in chunks)
        except zlib.error:
            raise BadRecord("the body is not what its content-encoding says") from None
    else:
        held = tuple(chunks)
        if held:
            yield Chunk(held[0].at_ns, _plain(b"".join(chunk.data for chunk in held), encoding=encoding))


def _plain(data: bytes, *, encoding: str) -> bytes:
    match encoding:
        case "" | "identity":
            return data
        case "gzip" | "deflate":
            return b"".join(chunk.data for chunk in _plain_chunks([Chunk(0, data)], encoding=encoding))
        case "br" | "zstd":
            decompress = cramjam.brotli.decompress if encoding == "br" else cramjam.zstd.decompress
            try:
                return bytes(decompress(data))
            except cramjam.DecompressionError:
                raise BadRecord("the body is not what its content-encoding says") from None
        case _:
            raise BadRecord("the content-encoding is not known")
