from shadow.suites.results import Tally, tallies


def row(example: str, lane: str, value: float, *, category: str = "c", sample: int = 0) -> dict[str, object]:
    names = {"suite": "s@1", "category": category, "example_id": example, "exchange_id": f"{example}-{sample}"}
    return names | {"lane": lane, "value": value, "reason": ""}


def test_lanes_are_tallied_by_category_and_all_together() -> None:
    rows = [
        row("a", "baseline", 1), row("a", "candidate", 0), row("b", "baseline", 0), row("b", "candidate", 1),
        row("d", "baseline", 1, category="k"), row("d", "candidate", 1, category="k"),
    ]  # fmt: skip
    found = tallies(rows)["s@1"]
    assert found[0] == Tally("c", n=2, baseline=0.5, candidate=0.5, lost=("a",), won=("b",))
    assert found[1] == Tally("k", n=1, baseline=1, candidate=1, lost=(), won=())
    assert (found[2].category, found[2].n) == ("", 3)


def test_an_exchange_that_one_lane_lacks_is_left_out() -> None:
    assert tallies([row("a", "baseline", 1)])["s@1"] == [Tally("", n=0, baseline=0, candidate=0, lost=(), won=())]


def test_samples_of_an_example_count_one_by_one() -> None:
    rows = [row("a", lane, float(sample), sample=sample) for sample in (0, 1) for lane in ("baseline", "candidate")]
    assert tallies(rows)["s@1"][-1].n == 2
    assert tallies(rows)["s@1"][-1].baseline == 0.5
