import pytest

from proxy.exchange import Exchange
from proxy.log.oversize import TooLarge, fit
from proxy.log.record import Refusal
from proxy.wire.reply import Choice, Reply, TokenLogprob, Usage
from tests.records import exchange


def _exchange(*, logprobs: int = 100, text: int = 5_000, request: int = 1_000) -> Exchange:
    choice = Choice(
        text="x" * text, finish_reason="stop", logprobs=(TokenLogprob(token="token", logprob=-1.5),) * logprobs
    )
    return exchange(
        request={"messages": [{"role": "user", "content": "q" * request}]},
        reply=Reply(choices=(choice, choice), usage=Usage(completion_tokens=9)),
        status=200,
    )


def _size(one: Exchange) -> int:
    return len(one.to_bytes())


def _fitted(one: Exchange, *, max_bytes: int) -> Exchange:
    found = fit(one, max_bytes=max_bytes)
    assert isinstance(found, Exchange)
    assert _size(found) <= max_bytes
    return found


def test_what_fits_stays_as_it_is() -> None:
    one = _exchange()
    assert fit(one, max_bytes=_size(one)) is one
    assert b'"cut"' not in one.to_bytes()


def test_log_probabilities_go_first_and_alone_when_that_is_enough() -> None:
    one = _exchange()
    found = _fitted(one, max_bytes=_size(one) - 1)
    assert found.cut == ("reply.logprobs",)
    assert found.reply is not None
    assert [choice.text for choice in found.reply.choices] == ["x" * 5_000] * 2
    assert not any(choice.logprobs for choice in found.reply.choices)


@pytest.mark.parametrize("logprobs", [0, 100])
def test_then_the_reply_goes_and_is_missing_rather_than_empty(logprobs: int) -> None:
    one = _exchange(logprobs=logprobs)
    found = _fitted(one, max_bytes=4_000)
    assert found.cut == ("reply",)
    assert found.reply is None


@pytest.mark.parametrize("max_bytes", [16_000, 4_000])
def test_neither_the_request_nor_what_the_reply_was_counted_by_ever_changes(max_bytes: int) -> None:
    one = _exchange(logprobs=200)
    found = _fitted(one, max_bytes=max_bytes)
    assert found.model_dump(exclude={"reply", "cut"}) == one.model_dump(exclude={"reply", "cut"})


@pytest.mark.parametrize("with_reply", [True, False])
def test_a_request_that_is_too_large_itself_is_too_large(*, with_reply: bool) -> None:
    one = _exchange(request=50_000) if with_reply else _exchange(request=50_000).model_copy(update={"reply": None})
    found = fit(one, max_bytes=50_000)
    assert isinstance(found, TooLarge)
    assert 50_000 < found.least_bytes < 51_000
    assert found.reason is Refusal.TOO_LARGE


def test_a_cut_record_is_read_back_and_an_uncut_one_looks_as_before_there_were_cuts() -> None:
    one = _exchange()
    found = _fitted(one, max_bytes=4_000)
    assert Exchange.from_bytes(found.to_bytes()) == found
    assert Exchange.from_bytes(one.to_bytes()).cut == ()
