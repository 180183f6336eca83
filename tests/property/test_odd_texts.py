"""Texts that made a judge crawl for minutes, or might: each is read, wherever it stands, before time is up."""

import pytest

from judges.judgement import Case, JudgeFailed
from judges.panel import cheap_panel, run_panel
from shadow.replay import Lane
from tests.records import exchange, replay

_ODD = {
    "no spaces": "[" * 100_000,
    "marks of one letter": "\u0e14" + "\u0e49\u0e47" * 140,
    "a long canary": "lamp-4711" * 2_000,
    "at signs": "@" * 20_000,
    "dots": "a." * 10_000,
    "quotes": '"' * 20_000,
    "capitals": "A" * 20_000,
    "capital words": "Ab " * 7_000,
    "digits": "7" * 20_000,
    "digits apart": "7 " * 10_000,
    "years": "Smith 2019 " * 2_000,
}


def cases(text: str) -> list[Case]:
    asked = exchange(request={"messages": [{"role": "system", "content": text}, {"role": "user", "content": text}]})
    plain = replay(text="The lamp is bright.", lane=Lane.BASELINE)
    odd = replay(text=text)
    return [Case(asked, odd, plain, canary=text, danger="odd"), Case(exchange(), odd, plain), Case(asked, plain, plain)]


@pytest.mark.timeout(30)
@pytest.mark.parametrize("name", _ODD)
def test_no_judge_crawls_or_fails(name: str) -> None:
    panel = cheap_panel()
    for judge in panel:
        for case in cases(_ODD[name]):
            (row,) = run_panel([judge], [case])
            assert not isinstance(row.finding, JudgeFailed), (judge.name, row.finding)
