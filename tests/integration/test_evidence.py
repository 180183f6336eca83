"""From rows in ClickHouse to judgements, evidence and the texts that a report shows."""

from datetime import datetime, timedelta

import pytest

from analytics.decide.decision import WorstPair
from analytics.jobs.evidence import load_evidence
from analytics.jobs.judging import cases_of, judge_experiment, unjudged
from analytics.jobs.specimens import load_specimens
from judges.judgement import Judge
from judges.panel import cheap_panel
from proxy.coverage import Disposition, Ledger
from proxy.errors import UsageError
from proxy.exchange import Door, Exchange
from shadow.experiment import Split
from shadow.replay import Lane, ReplayOutcome, Timings
from shadow.store.clickhouse import Store
from shadow.store.rows import (
    example_row,
    exchange_row,
    experiment_row,
    ledger_row,
    replay_row,
    self_check_row,
)
from shadow.suites.example import Example
from shadow.worker.watch import SelfCheck
from tests.records import NOON, exchange, experiment, replay

_PAIRS = 6


@pytest.fixture
def filled(store: Store) -> Store:
    """Six live pairs (the last one broken by the candidate), one suite pair, books and self-checks."""
    store.insert("experiment_versions", [experiment_row(experiment())])
    store.insert("exchanges", [exchange_row(exchange(number)) for number in range(_PAIRS)])
    store.insert("exchanges", [exchange_row(_suite_exchange())])
    replays = [replay(number, lane=lane) for number in range(_PAIRS + 1) for lane in (Lane.BASELINE, Lane.CANDIDATE)]
    late = Timings(schedule_delay_ms=0.0)
    replays[11] = replay(5, outcome=ReplayOutcome.TIMED_OUT, timings=late, text="")
    replays.append(replay(0, lane=Lane.BASELINE_AGAIN))
    asked = {one.exchange_id: one for one in [*(exchange(number) for number in range(_PAIRS)), _suite_exchange()]}
    store.insert("replays", [replay_row(one, exchange=asked[one.exchange_id]) for one in replays])
    store.insert("lane_ledger", [_consumed(number) for number in range(_PAIRS + 1)])
    store.insert("ledger", [ledger_row(entry) for entry in _ledger().changed()])
    checks = [(0, 1.0), (3, 20.0)]
    store.insert("self_checks", [_self_check(second, lag_ms=lag_ms) for second, lag_ms in checks])
    example = Example.model_validate(
        {"id": "one", "category": "arithmetic", "messages": [{"role": "user", "content": "2 + 2?"}],
         "checks": [{"kind": "contains", "values": ["answer"]}], "reference": "the answer is 4",
         "danger": "wrong_sums", "canary": "MARIGOLD", "language": "en", "family": "sum"}
    )  # fmt: skip
    store.insert("examples", [example_row(example, suite_id="heldout@1")])
    return store


def _suite_exchange() -> Exchange:
    return exchange(_PAIRS, door=Door.SUITE, suite="heldout@1", example_id="one", experiment_id="trial")


def _consumed(number: int) -> dict[str, object]:
    return {
        "experiment_id": "trial",
        "worker_id": "w",
        "partition": 0,
        "offset": number,
        "exchange_id": f"exchange-{number:04d}",
        "disposition": "replayed",
        "reason": "",
    }


def _ledger() -> Ledger:
    ledger = Ledger("gateway")
    for _ in range(_PAIRS + 1):
        ledger.count(Disposition.SEEN, at=NOON.timestamp(), door=Door.GATEWAY, route="chat")
    for _ in range(_PAIRS):
        ledger.count(Disposition.PUBLISHED, at=NOON.timestamp(), door=Door.GATEWAY, route="chat")
    ledger.count(Disposition.DROPPED, at=NOON.timestamp(), door=Door.GATEWAY, route="other", reason="other_route")
    return ledger


def _self_check(second: int, *, lag_ms: float) -> dict[str, object]:
    check = SelfCheck(
        window_start=NOON + timedelta(seconds=second),
        loop_lag_p99_ms=lag_ms,
        cpu_share=0.1,
        schedule_delay_median_ms=0.1,
    )
    return self_check_row(check, experiment_id="trial", worker_id="w")


def _panel() -> list[Judge]:
    return list(cheap_panel())


def test_judging_is_done_once_and_goes_on_where_it_was(filled: Store) -> None:
    told: list[int] = []
    assert len(unjudged(filled, experiment_id="trial", judges=_panel())) == _PAIRS + 1
    lanes = 2 * (_PAIRS + 1) + 1
    found = judge_experiment(filled, experiment_id="trial", judges=_panel(), batch=3, advance=told.append)
    assert found == lanes * len(_panel())
    assert sum(told) == _PAIRS + 1
    assert judge_experiment(filled, experiment_id="trial", judges=_panel(), batch=3) == 0


def test_cases_carry_what_the_example_says(filled: Store) -> None:
    live, suite = (f"exchange-{number:04d}" for number in (0, _PAIRS))
    cases = {
        case.exchange.exchange_id: case for case in cases_of(filled, experiment_id="trial", exchange_ids=[live, suite])
    }
    assert cases[suite].checks == ({"kind": "contains", "values": ["answer"]},)
    assert (cases[suite].danger, cases[suite].canary, cases[suite].expected) == (
        "wrong_sums",
        "MARIGOLD",
        "the answer is 4",
    )
    assert (cases[live].checks, cases[live].danger, cases[live].canary, cases[live].expected) == ((), "", "", "")


def test_evidence_knows_what_an_example_probes(filled: Store) -> None:
    pairs = load_evidence(filled, "trial").pairs
    assert pairs.hazard.at(_PAIRS) == "wrong_sums"
    assert pairs.hazard.at(0) == pairs.category.at(0) == "chat"


def test_evidence_holds_pairs_books_coverage_and_findings(filled: Store) -> None:
    judge_experiment(filled, experiment_id="trial", judges=_panel(), batch=100)
    evidence = load_evidence(filled, "trial")
    assert evidence.experiment == experiment()
    assert len(evidence.pairs) == _PAIRS + 1
    assert evidence.coverage.is_balanced
    assert evidence.coverage.dropped == {"other_route": 1}
    assert evidence.books.consumed == _PAIRS + 1
    assert evidence.books.missing == {}
    assert evidence.suites == ("heldout@1",)
    assert evidence.self_checks.reasons == {"event-loop lag": 1}
    pairs = evidence.pairs
    assert pairs.exchange_ids.tolist() == [f"exchange-{number:04d}" for number in range(_PAIRS + 1)]
    assert pairs.baseline_again.drawn.tolist() == [True] + [False] * _PAIRS
    assert pairs.candidate.finding("taxonomy").label.at(5) == "timeout"
    assert pairs.candidate.value("suite_check").known.tolist() == [False] * _PAIRS + [True]
    assert pairs.candidate.value("suite_check").values[_PAIRS] == 1.0
    assert evidence.reasons["taxonomy", "exchange-0005"]


def test_what_was_sent_while_a_deployment_stood_in_for_a_while_is_split_off(filled: Store) -> None:
    """The candidate was last seen at second 2 and found replaced at second 4; since second 5 it is back."""
    trial = experiment()
    mine, other = trial.candidate.fingerprint, "another"
    splits = (
        Split(at=_at(4), last_seen_at=_at(2), arm="candidate", old_fingerprint=mine, new_fingerprint=other),
        Split(at=_at(5), last_seen_at=_at(4), arm="candidate", old_fingerprint=other, new_fingerprint=mine),
    )
    filled.insert("experiment_versions", [experiment_row(experiment(version=2, updated_at=_at(9), splits=splits))])
    evidence = load_evidence(filled, "trial")
    assert set(evidence.pairs.exchange_ids) == {f"exchange-{number:04d}" for number in (0, 1, 4, 5, 6)}
    assert evidence.books.split == 2


def _at(second: int) -> datetime:
    return NOON + timedelta(seconds=second)


def test_timings_of_a_window_that_failed_its_self_check_are_void_and_others_are_not(filled: Store) -> None:
    evidence = load_evidence(filled, "trial")
    assert evidence.pairs.candidate.is_void.tolist() == [False] * 3 + [True] * 4


def test_a_row_that_names_its_own_reason_is_void_alone(store: Store) -> None:
    store.insert("experiment_versions", [experiment_row(experiment())])
    store.insert("exchanges", [exchange_row(exchange(number)) for number in range(3)])
    replays = [replay(number, lane=lane) for number in range(3) for lane in (Lane.BASELINE, Lane.CANDIDATE)]
    replays[3] = replay(1, lane=Lane.CANDIDATE, void_reason="self-check: lag")
    store.insert("replays", [replay_row(one) for one in replays])
    evidence = load_evidence(store, "trial")
    assert evidence.pairs.candidate.is_void.tolist() == [False, True, False]
    assert evidence.pairs.baseline.is_void.tolist() == [False] * 3


def test_a_replay_that_never_came_is_missing_by_its_lane(filled: Store) -> None:
    filled.insert("exchanges", [exchange_row(exchange(90))])
    filled.insert("replays", [replay_row(replay(90, lane=Lane.BASELINE))])
    evidence = load_evidence(filled, "trial")
    assert evidence.books.missing == {"candidate": 1}
    assert len(evidence.pairs) == _PAIRS + 1


def test_specimens_show_what_was_asked_and_answered(filled: Store) -> None:
    worst = [
        WorstPair(exchange_id=f"exchange-000{number}", metric="m", category="c", label="l", reason="r", severity=1)
        for number in (5, 1, 9)
    ]
    found = load_specimens(filled, experiment_id="trial", worst=worst)
    assert [one.exchange_id for one in found] == ["exchange-0005", "exchange-0001"]
    assert found[0].request_text == "user: question 5"
    assert found[0].candidate_text == "[timed_out]"
    assert found[1].candidate_text == "answer"


def test_an_experiment_that_the_store_does_not_know_is_a_usage_error(store: Store) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        load_evidence(store, "nowhere")


def test_answers_of_a_deployment_of_before_stay_out_and_are_counted(filled: Store) -> None:
    old = replay(1, lane=Lane.CANDIDATE, fingerprint="0" * 16)
    filled.insert("replays", [replay_row(old, exchange=exchange(1))])
    evidence = load_evidence(filled, "trial")
    assert "exchange-0001" not in evidence.pairs.exchange_ids.tolist()
    assert (evidence.books.split, evidence.books.missing, len(evidence.pairs)) == (1, {}, _PAIRS)


def test_a_pair_weighs_what_it_weighed_when_it_was_replayed(filled: Store) -> None:
    asked, lanes = exchange(2), (Lane.BASELINE, Lane.CANDIDATE)
    filled.insert("replays", [replay_row(replay(2, lane=lane), exchange=asked, weight=4.0) for lane in lanes])
    assert load_evidence(filled, "trial").pairs.weight.tolist() == [1.0, 1.0, 4.0, 1.0, 1.0, 1.0, 1.0]
