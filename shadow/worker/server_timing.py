"""The first-token time that the server itself reports with a reply: the second opinion on the client's figure."""

from collections.abc import Sequence
from typing import Final

from proxy.errors import BadRecord
from proxy.exchange import Chunk
from proxy.wire.fields import Json, decode, table

_MARK: Final = b'"time_to_first_token_ms"'
_LONGEST_MS: Final = 86_400_000


def server_ttft_ms(chunks: Sequence[Chunk]) -> float | None:
    """Queue plus first-token time of the `metrics` object on the last usage chunk or on a whole body, ms.

    None where the server reports none: it does for requests of one prompt and one choice, when started with
    `--enable-per-request-metrics`.

    Source: vLLM 0.32, PerRequestTimingMetrics: `queue_time_ms` ends when the request is scheduled, and
    `time_to_first_token_ms` begins then.
    """
    data = b"".join(chunk.data for chunk in chunks)
    place = data.rfind(_MARK)
    if place < 0:
        return None
    start, end = data.rfind(b"\n", 0, place) + 1, data.find(b"\n", place)
    metrics = table(_object(data[start : end if end >= 0 else None].removeprefix(b"data:")), "metrics")
    queue, first = _ms(metrics, "queue_time_ms"), _ms(metrics, "time_to_first_token_ms")
    return None if queue is None or first is None else queue + first


def _object(data: bytes) -> Json:
    try:
        value = decode(data)
    except BadRecord:
        return {}
    return value if isinstance(value, dict) else {}


def _ms(metrics: Json, name: str) -> float | None:
    match metrics.get(name):
        case bool():
            return None
        case int() | float() as value if 0 <= value <= _LONGEST_MS:
            return float(value)
        case _:
            return None
