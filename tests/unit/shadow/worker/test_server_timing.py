import pytest

from proxy.exchange import Chunk
from shadow.worker.server_timing import server_ttft_ms

METRICS = b'"metrics":{"time_to_first_token_ms":85.5,"queue_time_ms":12,"mean_itl_ms":9.1}'


def chunks(*pieces: bytes) -> list[Chunk]:
    return [Chunk(number, piece) for number, piece in enumerate(pieces)]


def test_queue_and_first_token_of_the_last_usage_chunk_are_added() -> None:
    stream = b'data: {"choices":[]}\n\ndata: {"choices":[],' + METRICS + b"}\n\ndata: [DONE]\n\n"
    assert server_ttft_ms(chunks(stream[:40], stream[40:70], stream[70:])) == 97.5


def test_a_whole_body_has_it_too() -> None:
    assert server_ttft_ms(chunks(b'{"choices":[],' + METRICS + b"}")) == 97.5


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'data: {"choices":[]}\n\n',
        b'data: {"metrics":{"time_to_first_token_ms":85.5}}\n\n',
        b'data: {"metrics":{"time_to_first_token_ms":null,"queue_time_ms":1}}\n\n',
        b'data: {"metrics":{"time_to_first_token_ms":-1,"queue_time_ms":1}}\n\n',
        b'data: {"metrics":{"time_to_first_token_ms":true,"queue_time_ms":1}}\n\n',
        b'data: {"metrics":{"time_to_first_token_ms":1,"queue_time_ms":1',
        b'data: {"text":"\\"time_to_first_token_ms\\":1"}\n\n',
    ],
)
def test_anything_else_is_not_said(data: bytes) -> None:
    assert server_ttft_ms(chunks(data)) is None
