from analytics.report import tables
from analytics.report.differences import Segment
from analytics.report.report import Distribution, Measure
from tests.records import deployment
from tests.unit.analytics.report import sample


def _row(name: str) -> tables.DeploymentRow:
    rows = tables.compare_deployments(sample.decision().baseline, sample.decision().candidate)
    return next(row for row in rows if row.name == name)


def test_what_two_deployments_do_not_share_is_marked() -> None:
    assert _row("engine").likeness == "alike"
    assert _row("quantisation").candidate == (Segment("awq", differs=True),)
    assert _row("quantisation").likeness == "differs"


def test_only_the_flags_of_one_side_are_marked() -> None:
    flags = _row("flags")
    assert flags.baseline == (Segment("--max-model-len 8192", differs=False),)
    assert [part.differs for part in flags.candidate] == [False, True]


def test_a_property_that_is_not_known_is_missing_and_alike_to_nothing() -> None:
    assert _row("hardware").baseline[0].text == "missing (not declared)"
    assert _row("context, tokens").baseline[0].text == "missing (not probed)"
    assert _row("hardware").likeness == _row("context, tokens").likeness == "unknown"


def test_the_address_of_a_deployment_is_not_shown() -> None:
    rows = tables.compare_deployments(deployment("one"), deployment("two"))
    assert not any("http" in part.text for row in rows for part in (*row.baseline, *row.candidate))


def test_the_ledger_says_whether_it_balances() -> None:
    ledger = {"seen": 10, "published": 7, "sampled_out": 2, "dropped:queue": 1, "stored": 7}
    assert tables.balance_ledger(ledger).startswith("Balanced: all 10")
    assert tables.balance_ledger(ledger | {"seen": 11}).startswith("Not balanced: 11 seen, 10 accounted for")
    assert tables.balance_ledger(ledger | {"stored": 6}).startswith("Not balanced")
    assert "missing" in tables.balance_ledger({"seen": 10})


def test_failure_labels_are_ordered_by_what_the_candidate_does() -> None:
    mix = {"candidate": {"ok": 8, "empty": 2}, "baseline": {"ok": 10}, "live": {"ok": 1}, "baseline_again": {}}
    rows = tables.count_failures(mix)
    assert [row.label for row in rows] == ["ok", "empty"]
    assert rows[1].cells == ("0 (0 %)", "missing (no answers)", "2 (20 %)")


def test_times_are_rows_of_percentiles_by_lane() -> None:
    times = {"candidate": Distribution(upto_ms=(10.0, 20.0), requests=(90, 6), failed=4), "live": Distribution((), ())}
    rows = tables.describe_times({Measure.E2E: times, Measure.TTFT: {"baseline": Distribution((), (), failed=0)}})
    assert rows == [
        tables.TimeRow("time to first token", "baseline", ("missing", "missing", "missing"), "0", "0"),
        tables.TimeRow("time to last byte", "candidate", ("10 ms", "20 ms", "among the failed"), "96", "4"),
    ]


def test_the_excess_over_the_noise_floor_needs_both() -> None:
    excess = tables.exceed_noise(sample.comparison())
    assert excess is not None
    assert round(excess, 6) == -0.033
    assert tables.exceed_noise(sample.comparison(noise=None)) is None
    assert tables.exceed_noise(sample.comparison(difference=None)) is None


def test_pairs_without_texts_are_found() -> None:
    pairs = sample.decision().worst_pairs
    assert tables.find_untold(pairs, [sample.specimen()]) == []
    assert tables.find_untold(pairs, [sample.specimen(metric="other")]) == list(pairs)


def test_the_latency_threshold_comes_from_the_gate_in_ms() -> None:
    assert tables.find_threshold_ms(sample.gates()) == 500
    assert tables.find_threshold_ms(sample.gates()[1:]) is None
