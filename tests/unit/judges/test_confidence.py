import math

import pytest

from judges.confidence import Confidence
from judges.judgement import Abstained, Case, Finding, Judgement
from proxy.wire.reply import Choice, Reply, TokenLogprob
from tests.records import exchange, replay


def judged(*tokens: tuple[str, float]) -> Finding:
    logprobs = tuple(TokenLogprob(token=token, logprob=logprob) for token, logprob in tokens)
    answer = replay(0, reply=Reply(choices=(Choice(text="so it is", logprobs=logprobs),)))
    return Confidence().judge_batch([Case(exchange=exchange(0), answer=answer, reference=answer)])[0]


def test_confidence_is_the_geometric_mean_of_the_token_probabilities() -> None:
    found = judged(("so", math.log(0.5)), (" it", math.log(0.25)), (" is", math.log(0.125)))
    assert isinstance(found, Judgement)
    assert found.value == pytest.approx(0.25)


def test_tokens_that_end_a_turn_say_nothing() -> None:
    found = judged(("so", math.log(0.5)), ("<|im_end|>", math.log(0.999)), ("</s>", 0.0))
    assert isinstance(found, Judgement)
    assert found.value == pytest.approx(0.5)


def test_an_answer_without_log_probabilities_is_none_of_its_business() -> None:
    assert isinstance(judged(), Abstained)
    assert isinstance(judged(("so", -math.inf)), Abstained)
