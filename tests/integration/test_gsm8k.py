"""Published solutions of a 6B model imported as lanes: what the decision counts equals a direct count.

The fine-tuned model is the baseline and the same model with a verifier the candidate; the labels of the data say whose
answer is right. Skips when the labelled data is not there.
"""

import json
import os
from pathlib import Path

import pytest
from scipy.stats import binomtest

from analytics.decide.decision import GateStatus
from analytics.decide.verdict import decide
from analytics.jobs.evidence import load_evidence
from analytics.jobs.judging import judgement_row
from judges.checks import SuiteCheck
from judges.judgement import Case
from judges.panel import run_panel
from proxy.exchange import Door
from shadow.replay import Lane
from shadow.store.clickhouse import Store
from shadow.store.rows import exchange_row, experiment_row, replay_row
from tests.evidence import CARD
from tests.records import deployment, exchange, experiment, replay

_DATA = Path(os.environ.get("UNDERSTUDY_DATA", "../shared/data")) / "gsm8k" / "solutions_6b.jsonl"
_LANES = {Lane.BASELINE: "6b_finetuning", Lane.CANDIDATE: "6b_verification"}


def _rows() -> list[dict[str, dict[str, str]]]:
    if not _DATA.exists():
        pytest.skip(f"{_DATA} IS MISSING: set UNDERSTUDY_DATA to the folder of the labelled data")
    return [json.loads(line) for line in _DATA.read_text("utf-8").splitlines() if line]


def _imported(store: Store, rows: list[dict[str, dict[str, str]]]) -> None:
    """The solutions as replays of a suite's examples, judged by the suite's checks."""
    trial = experiment(baseline=deployment("baseline"), candidate=deployment("candidate"))
    store.insert("experiment_versions", [experiment_row(trial)])
    cases = [case for number, row in enumerate(rows) for case in _cases(number, row)]
    asked = {case.exchange.exchange_id: case.exchange for case in cases}
    store.insert("exchanges", [exchange_row(one) for one in asked.values()])
    store.insert("replays", [replay_row(case.answer, exchange=case.exchange) for case in cases])
    found = run_panel([SuiteCheck()], cases)
    store.insert("judgements", [judgement_row(one, case=cases[one.case_index]) for one in found])


def _cases(number: int, row: dict[str, dict[str, str]]) -> list[Case]:
    one = exchange(number, door=Door.SUITE, suite="gsm8k@1", example_id=str(number), category="arithmetic")
    wanted = str(row["ground_truth"]).rpartition("A: ")[2].strip().replace(",", "")
    checks = ({"kind": "regex", "pattern": rf"A: {wanted}(\.0*)?\s*$"},)
    lanes = {lane: replay(number, lane=lane, text=row[name]["solution"]) for lane, name in _LANES.items()}
    return [
        Case(exchange=one, answer=answer, reference=lanes[Lane.BASELINE], checks=checks) for answer in lanes.values()
    ]


def test_the_verdict_and_mcnemar_equal_a_direct_count(store: Store) -> None:
    rows = _rows()
    _imported(store, rows)
    right = {lane: [bool(row[name]["is_correct"]) for row in rows] for lane, name in _LANES.items()}
    lost = sum(a and not b for a, b in zip(right[Lane.BASELINE], right[Lane.CANDIDATE], strict=True))
    won = sum(b and not a for a, b in zip(right[Lane.BASELINE], right[Lane.CANDIDATE], strict=True))
    p_value = binomtest(min(lost, won), lost + won, 0.5).pvalue
    gate = decide(load_evidence(store, "trial"), CARD, seed=1, resamples=500).gates[1]
    assert gate.n == len(rows) == 1_319
    assert gate.events == lost
    mcnemar = f"only the baseline right on {lost}, only the candidate on {won}, p {p_value:.4g}."
    assert mcnemar in gate.remarks[1]
    ratio = sum(right[Lane.CANDIDATE]) / sum(right[Lane.BASELINE])
    assert gate.value is not None
    assert gate.value.estimate == pytest.approx(ratio)
    assert gate.status is GateStatus.PASS
