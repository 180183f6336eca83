from analytics.decide.decision import Mix, Slice
from analytics.decide.slices import compare_mixes, compare_slices
from tests.evidence import CARD, PairFacts, answer, pair, sample_of, suite_pair


def slices(pairs: list[PairFacts]) -> dict[tuple[str, str, str], Slice]:
    return {(one.dimension, one.name, one.metric): one for one in compare_slices(sample_of(pairs), card=CARD)}


def mixes(pairs: list[PairFacts]) -> dict[tuple[str, str], Mix]:
    return {(one.dimension, one.metric): one for one in compare_mixes(sample_of(pairs))}


def test_a_part_that_is_worse_is_found_by_its_dimension_and_others_are_not() -> None:
    pairs = [
        pair(n, language="de" if n % 2 else "en", candidate=answer(n, label="empty" if n % 2 and n < 80 else "ok"))
        for n in range(200)
    ]
    found = slices(pairs)
    worse = {key for key, one in found.items() if one.is_worse}
    assert worse == {("language", "de", "mean failure severity")}
    assert found["language", "en", "mean failure severity"].adjusted == 1.0


def test_many_parts_raise_the_bar_for_each() -> None:
    few = [
        pair(n, tenant=f"t{n % 2}", candidate=answer(n, label="empty" if n in {0, 2, 4} else "ok")) for n in range(80)
    ]
    many = few + [pair(100 + n, tenant=f"more{n % 9}") for n in range(900)]
    key = ("tenant", "t0", "mean failure severity")
    assert slices(few)[key].p_value == slices(many)[key].p_value
    assert slices(few)[key].adjusted < slices(many)[key].adjusted


def test_parts_with_few_pairs_and_dimensions_of_one_part_are_left_out() -> None:
    pairs = [pair(n, tenant="small" if n < 19 else "large") for n in range(100)]
    assert {(one.dimension, one.name) for one in slices(pairs).values()} == {("tenant", "large")}


def test_lengths_are_of_prompt_tokens() -> None:
    sizes = [255, 256, 1_023, 1_024, 4_096, None]
    pairs = [pair(n, prompt_tokens=sizes[n % 6]) for n in range(240)]
    names = {one.name: one.n for one in slices(pairs).values() if one.dimension == "length"}
    assert names == {
        "1: from 0 prompt tokens": 40,
        "2: from 256 prompt tokens": 80,
        "3: from 1024 prompt tokens": 40,
        "4: from 4096 prompt tokens": 40,
        "unknown": 40,
    }


def test_a_sign_that_flips_when_the_parts_weigh_as_in_traffic_is_flagged() -> None:
    live = [pair(5_000 + n, category="hard" if n < 90 else "easy") for n in range(100)]
    easy = [suite_pair(n, category="easy", baseline=n >= 9) for n in range(90)]
    hard = [suite_pair(100 + n, category="hard", candidate=n >= 4) for n in range(10)]
    mix = mixes([*live, *easy, *hard])["category", "suite accuracy"]
    assert (round(mix.crude, 9), round(mix.standardised, 9), mix.flips) == (0.05, -0.35, True)


def test_a_part_that_traffic_lacks_leaves_no_standard_to_weigh_by() -> None:
    pairs = [*(suite_pair(n, category=f"c{n % 2}") for n in range(60)), pair(900, category="c0")]
    assert ("category", "suite accuracy") not in mixes(pairs)
