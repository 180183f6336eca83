from collections.abc import Mapping, Sequence

import pytest

from shadow.suites.lock import is_held_out
from shadow.suites.strata import Member, Stratum, by_stratum, shares
from shadow.suites.traffic import Built, Text, Wanted, build, to_example
from tests.records import exchange

SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}


def members(count: int, *, categories: Sequence[str] = ("chat", "tools")) -> list[Member]:
    return [
        Member(
            exchange_id=f"e{n:04d}",
            conversation_id=f"c{n // 2:04d}",
            category=categories[n % 10 == 0],
            route="chat",
            language="en",
            characters=100 + 40 * (n % 3 == 0) * 100,
        )
        for n in range(count)
    ]


def texts(ids: Sequence[str], *, same: bool = False) -> Mapping[str, Text]:
    def said(one: str) -> str:
        return "the very same question about the very same order again" if same else f"question {one} {hash(one)}"

    return {
        one: Text(exchange(exchange_id=one, conversation_id=f"c-{one}", request={"messages": [{"role": "user",
                  "content": said(one)}]}), answer=f"answer {one}")
        for one in ids
    }  # fmt: skip


def built(count: int, *, size: int, ratio: float = 1.0, seed: int = 1, same: bool = False) -> Built:
    wanted = Wanted(name="mine", size=size, ratio=ratio, salt="s", seed=seed)
    return build(members(count), wanted, fetch=lambda ids: texts(ids, same=same))


def test_every_stratum_is_drawn_in_proportion_and_weights_stand_for_the_whole() -> None:
    found = built(600, size=60).suite.examples
    assert len(found) == 60
    assert sum(one.weight for one in found) == pytest.approx(600)


def test_shares_are_in_proportion_and_leave_no_stratum_out() -> None:
    sizes = {Stratum(str(n), "chat", "en", "short"): count for n, count in enumerate((900, 90, 9, 1))}
    drawn = shares(sizes, size=100)
    assert min(drawn.values()) == 1
    assert abs(sum(drawn.values()) - 100) <= 1
    assert drawn[Stratum("0", "chat", "en", "short")] >= 89


def test_the_seed_settles_who_is_drawn() -> None:
    assert built(300, size=30).suite.id == built(300, size=30).suite.id
    assert built(300, size=30).suite.id != built(300, size=30, seed=2).suite.id


def test_only_held_out_conversations_enter_and_a_larger_ratio_lets_none_go() -> None:
    conversations = [f"c{n}" for n in range(4_000)]
    small = {one for one in conversations if is_held_out(one, ratio=0.2, salt="s")}
    large = {one for one in conversations if is_held_out(one, ratio=0.5, salt="s")}
    assert 0.17 < len(small) / 4_000 < 0.23
    assert small < large
    assert {one for one in conversations if is_held_out(one, ratio=0.2, salt="t")} != small
    found = built(400, size=400, ratio=0.3)
    assert found.left_out["not held out"] + len(found.suite.examples) == 400


def test_near_duplicates_are_left_out_and_counted() -> None:
    found = built(40, size=20, same=True)
    assert len(found.suite.examples) == 1
    assert found.left_out["near duplicate"] >= 35
    assert sum(found.left_out.values()) == 39


def test_every_exchange_is_accounted_for() -> None:
    found = built(500, size=50, ratio=0.5)
    assert len(found.suite.examples) + sum(found.left_out.values()) == 500


def test_an_exchange_becomes_an_example_with_the_baselines_answer() -> None:
    request = {
        "messages": [{"role": "user", "content": "q"}],
        "response_format": {"type": "json_schema", "json_schema": {"schema": SCHEMA}},
        "max_completion_tokens": 77,
    }
    found = to_example(Text(exchange(request=request, language="de"), answer='{"a": "b"}'))
    assert not isinstance(found, str)
    assert (found.reference, found.max_tokens, found.language) == ('{"a": "b"}', 77, "de")
    assert found.checks == ({"kind": "json_schema", "schema": SCHEMA},)
    assert found.conversation == "conversation-0000"


@pytest.mark.parametrize(
    ("request_", "answer", "why"),
    [
        ({"prompt": "q"}, "a", "no chat"),
        ({"messages": [{"role": "user", "content": "q"}]}, "", "no answer"),
        ({"messages": []}, "a", "no valid example"),
    ],
)
def test_what_makes_no_example_says_why(request_: dict[str, object], answer: str, why: str) -> None:
    assert to_example(Text(exchange(request=request_), answer=answer)) == why


def test_members_of_a_stratum_share_category_route_language_and_length() -> None:
    for stratum, those in by_stratum(members(200), seed=1).items():
        assert {one.stratum for one in those} == {stratum}
