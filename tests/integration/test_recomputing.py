"""An old verdict from the store, to the byte, whatever became of the rows since."""

from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from analytics.cli import understudy
from analytics.decide.score_card import load_score_card
from analytics.jobs.decisions import keep_decision
from analytics.jobs.evidence import make_evidence
from analytics.jobs.judging import judge_experiment
from analytics.jobs.packing import pack, unpack
from analytics.jobs.reading import Reading, read_evidence
from analytics.jobs.recomputing import Inputs, keep_inputs, recompute
from judges.panel import cheap_panel
from proxy.errors import Refused, UsageError
from shadow.replay import Lane, ReplayOutcome
from shadow.settings import ClickHouseSettings
from shadow.store.clickhouse import Store
from shadow.store.rows import exchange_row, experiment_row, replay_row
from tests.records import exchange, experiment, replay

_LANES = (Lane.BASELINE, Lane.CANDIDATE, Lane.BASELINE_AGAIN)
_THEN = datetime(2026, 11, 2, tzinfo=UTC)


def _fill(store: Store, numbers: range) -> None:
    asked = [exchange(number) for number in numbers]
    rows = [
        replay_row(replay(number, lane=lane), exchange=one)
        for number, one in zip(numbers, asked, strict=True)
        for lane in _LANES
    ]
    store.insert("exchanges", [exchange_row(one) for one in asked])
    store.insert("replays", rows)
    judge_experiment(store, experiment_id="trial", judges=list(cheap_panel()), batch=100)


def _decide(store: Store, *, at: datetime, keep: bool = True) -> str:
    inputs = Inputs(read_evidence(store, "trial"), load_score_card("default"), seed=3, resamples=200)
    decision = inputs.decide()
    decision_id = keep_decision(store, decision, decided_at=at)
    if keep:
        keep_inputs(store, inputs, decision, decision_id=decision_id)
    return decision.to_json()


@pytest.fixture
def decided(store: Store) -> Store:
    """Ten pairs, decided upon, and then changed in every way that a store changes."""
    store.insert("experiment_versions", [experiment_row(experiment())])
    _fill(store, range(10))
    _decide(store, at=_THEN)
    return store


def test_later_rows_other_outcomes_and_deleted_ones_change_nothing(decided: Store) -> None:
    before = recompute(decided, "trial", until=_THEN + timedelta(seconds=1))
    assert before.is_the_same
    _fill(decided, range(10, 20))
    late = replay(3, outcome=ReplayOutcome.TIMED_OUT, text="")
    decided.insert("replays", [replay_row(late, exchange=exchange(3))])
    decided.command("DELETE FROM {database}.judgements WHERE exchange_id = 'exchange-0004'")
    second = _decide(decided, at=_THEN + timedelta(days=1))
    after = recompute(decided, "trial", until=_THEN + timedelta(seconds=1))
    assert after.is_the_same
    assert after.stored == before.stored != second
    assert recompute(decided, "trial", until=_THEN + timedelta(days=2)).stored == second


def test_what_is_kept_names_no_conversation_and_no_text(decided: Store) -> None:
    (row,) = decided.read("decisions_of", experiment_id="trial", until=_THEN, most=1)
    parts = decided.read("inputs_of_decision", decision_id=row["decision_id"])
    assert len(parts) == 1
    reading = read_evidence(decided, "trial")
    assert "conversation-0003" in reading.pairs["conversation_id"].to_pylist()
    packed = pack(reading)
    assert pack(unpack(packed)) == packed
    kept = unpack(b64decode(parts[0]["reading"]))
    assert kept.pairs["conversation_id"].to_pylist() == [f"{number:08d}" for number in range(10)]


def test_a_reading_survives_packing(decided: Store) -> None:
    reading = read_evidence(decided, "trial")
    again = unpack(pack(reading))
    assert isinstance(again, Reading)
    assert again.experiment == reading.experiment
    assert again.findings.keys() == reading.findings.keys()
    assert make_evidence(again).reasons == make_evidence(reading).reasons


def test_without_a_decision_or_without_its_inputs_it_says_what_to_do(store: Store) -> None:
    store.insert("experiment_versions", [experiment_row(experiment())])
    with pytest.raises(UsageError, match="nothing was decided of trial"):
        recompute(store, "trial", until=_THEN)
    _fill(store, range(2))
    _decide(store, at=_THEN, keep=False)
    with pytest.raises(Refused, match="UNDERSTUDY_ANALYTICS_KEPT_PAIRS"):
        recompute(store, "trial", until=_THEN)


def test_inputs_of_an_older_version_are_refused_by_the_column_that_they_lack(store: Store) -> None:
    store.insert("experiment_versions", [experiment_row(experiment())])
    _fill(store, range(2))
    reading = read_evidence(store, "trial")
    older = replace(reading, pairs=reading.pairs.drop_columns(["bucket"]))
    inputs = Inputs(reading, load_score_card("default"), seed=0, resamples=10)
    decision = inputs.decide()
    decision_id = keep_decision(store, decision, decided_at=_THEN)
    keep_inputs(store, replace(inputs, reading=older), decision, decision_id=decision_id)
    with pytest.raises(Refused, match=r"lack what this version needs .*bucket"):
        recompute(store, "trial", until=_THEN)


def test_the_verb_says_whether_it_is_the_record_and_ends_with_the_documented_codes(
    decided: Store, clickhouse: ClickHouseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERSTUDY_CLICKHOUSE_PORT", str(clickhouse.port))
    monkeypatch.setenv("UNDERSTUDY_CLICKHOUSE_DATABASE", clickhouse.database)

    def code(*words: str) -> int:
        return CliRunner().invoke(understudy, ["decide", "trial", "--as-of", *words]).exit_code

    shown = CliRunner().invoke(understudy, ["decide", "trial", "--as-of", "2026-11-02T12:00"])
    assert "INSUFFICIENT EVIDENCE, decided 2026-11-02 00:00:00 UTC; the same to the byte" in shown.output
    assert (shown.exit_code, code("2026-11-03", "--exit-code")) == (0, 2)
    (row,) = decided.read("decisions_of", experiment_id="trial", until=_THEN, most=1)
    forged = row["record"].replace('"owner": "', '"owner": "not ')
    decided.insert(
        "decisions",
        [
            {
                "decision_id": row["decision_id"],
                "experiment_id": "trial",
                "decided_at": _THEN + timedelta(days=1),
                "verdict": "GO",
                "record": forged,
            }
        ],
    )
    assert code("2026-11-04") == 65
