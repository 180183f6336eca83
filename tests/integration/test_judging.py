"""The judging job on a real store: resumable, idempotent, judge by judge; what fails is counted and stops nothing."""

import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

from analytics.cli import understudy
from analytics.decide.judge_measure import JudgeMeasure
from analytics.decide.judged_rates import FLAGS
from analytics.explanation_table import show_explanation
from analytics.jobs.calibrating import calibrate, quality_row, read_labelled
from analytics.jobs.explaining import explain
from analytics.jobs.judging import coverage_of, judge_experiment, missing, refuse_arm
from analytics.jobs.jury import Jury
from analytics.jobs.qualities import quality_of
from judges.judgement import Case, Judge
from judges.panel import Row, cheap_panel, run_panel
from judges.refusal import Refusal
from proxy.errors import Refused, UsageError
from shadow.replay import Lane
from shadow.settings import ClickHouseSettings
from shadow.store.clickhouse import Store
from shadow.store.rows import exchange_row, experiment_row, replay_row
from tests.jurors import Fine, Wayward, panel
from tests.records import NOON, exchange, experiment, replay

_PAIRS = 5
_HOSTILE = "I'm sorry, but I can't help with that. [bold red]not markup[/] \x1b[31mred \u202eevil"


@pytest.fixture
def filled(store: Store) -> Store:
    store.insert("experiment_versions", [experiment_row(experiment())])
    store.insert("exchanges", [exchange_row(exchange(number)) for number in range(_PAIRS)])
    texts = {3: "hang", 4: _HOSTILE}
    lanes = [
        replay(number, lane=lane, text=texts.get(number, "fine") if lane is Lane.CANDIDATE else "fine")
        for number in range(_PAIRS)
        for lane in (Lane.BASELINE, Lane.CANDIDATE)
    ]
    store.insert("replays", [replay_row(one) for one in lanes])
    return store


def run(store: Store, judges: Sequence[Judge], **options: Any) -> int:
    return judge_experiment(store, experiment_id="trial", judges=judges, batch=2, **options)


def test_a_run_that_breaks_off_goes_on_where_it_was_and_does_nothing_twice(filled: Store) -> None:
    judges: list[Judge] = [Fine(), Fine(name="other")]
    done: list[int] = []

    def stops(cases: Sequence[Case], names: frozenset[str]) -> list[Row]:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(len(cases))
        return run_panel([one for one in judges if one.name in names], cases)

    with pytest.raises(KeyboardInterrupt):
        run(filled, judges, run=stops)
    assert len(missing(filled, experiment_id="trial", judges=judges)) == _PAIRS - 4
    assert run(filled, judges) == 4
    assert run(filled, judges) == 0


def test_only_the_judge_whose_version_changed_judges_again(filled: Store) -> None:
    run(filled, [Fine(), Fine(name="other")])
    newer: list[Judge] = [Fine(), Fine(name="other", version="2")]
    found = missing(filled, experiment_id="trial", judges=newer)
    assert set(found.values()) == {frozenset({"other"})}
    assert run(filled, newer) == 2 * _PAIRS
    assert {(one.judge, one.version, one.judged) for one in coverage_of(filled, experiment_id="trial")} == {
        ("fine", "1", 2 * _PAIRS),
        ("other", "2", 2 * _PAIRS),
    }


def test_a_judge_that_hangs_stops_nothing_and_is_shown(filled: Store) -> None:
    with Jury(panel, judges=panel(), deadline_s=0.5) as jury:
        written = run(filled, panel(), run=lambda cases, names: jury.run(cases, names=names))
    assert written == 3 * 2 * _PAIRS
    (wayward,) = (one for one in coverage_of(filled, experiment_id="trial") if one.judge == Wayward().name)
    assert (wayward.judged, wayward.failed, wayward.why) == (2 * _PAIRS - 1, 1, ("DeadlineExceeded",))


def test_a_pair_is_explained_with_the_words_that_decided_and_nothing_is_read_as_markup(filled: Store) -> None:
    run(filled, cheap_panel())
    found = explain(filled, "trial:exchange-0004")
    told = {(one.judge, one.lane): one for one in found.found}
    refusal = told["refusal", "candidate"]
    assert refusal.label == "refusal_safety"
    assert any("sorry" in words for words in refusal.words)
    paper = StringIO()
    show_explanation(found, console=Console(width=120, file=paper))
    shown = paper.getvalue()
    assert "[bold red]not markup[/]" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert json.loads(json.dumps(found.to_dict()))["answers"]["candidate"] == _HOSTILE


@pytest.mark.parametrize("pair", ["trial", "trial:", ":x", "trial:nothing", "other:exchange-0001"])
def test_a_pair_that_is_none_is_a_clear_error(filled: Store, pair: str) -> None:
    with pytest.raises(UsageError, match="pair"):
        explain(filled, pair)


def test_a_calibration_is_kept_and_read_again(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "labelled.jsonl"
    rows = [{"prompt": "Help me.", "answer": "I cannot help with that.", "bad": True}] * 12
    rows += [{"prompt": "Sum?", "answer": "It is 4.", "bad": False}] * 20
    rows += [{"prompt": "Sum?", "answer": "", "bad": False}]
    path.write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    measured = calibrate(Refusal(), read_labelled(path), data=path.read_bytes())
    assert (measured.quality.true_positives, measured.quality.true_negatives, measured.abstained) == (12, 20, 1)
    sensitivity = measured.figure("sensitivity")
    assert sensitivity is not None
    assert sensitivity[0] == sensitivity[2] == 1
    assert sensitivity[1] == pytest.approx(0.025 ** (1 / 12))
    store.insert("judge_quality", [quality_row(measured, measured_at=NOON)] * 2)
    assert quality_of(store) == (JudgeMeasure("refusal", Refusal().version, measured.flags, measured.quality),)


@pytest.mark.parametrize(
    "text", ["", "no JSON\n", '{"answer": "x"}\n', '{"answer": "x", "bad": true, "odd": 1}\n', "[1]\n"]
)
def test_labelled_files_that_are_wrong_name_the_line_and_never_the_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "labelled.jsonl"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"line 1|no labelled"):
        read_labelled(path)


def test_a_judge_without_flags_of_its_own_asks_for_them() -> None:
    assert "fine" not in FLAGS
    with pytest.raises(UsageError, match="--flag"):
        calibrate(Fine(), [], data=b"")


@pytest.mark.parametrize(
    ("base_url", "model", "role"),
    [
        ("http://localhost:1/", "another", "baseline"),
        ("http://127.0.0.1:2", "Candidate", "candidate"),
    ],
)
def test_a_judge_that_is_an_arm_is_refused(base_url: str, model: str, role: str) -> None:
    with pytest.raises(Refused, match=role):
        refuse_arm(experiment(), base_url=base_url, model=model)


def test_a_judge_that_is_no_arm_is_taken() -> None:
    refuse_arm(experiment(), base_url="http://127.0.0.1:3", model="judge")


def test_the_verbs_say_what_to_do_and_speak_json(
    filled: Store, clickhouse: ClickHouseSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run(filled, cheap_panel())
    monkeypatch.setenv("UNDERSTUDY_CLICKHOUSE_PORT", str(clickhouse.port))
    monkeypatch.setenv("UNDERSTUDY_CLICKHOUSE_DATABASE", clickhouse.database)
    runner = CliRunner()
    explained = runner.invoke(understudy, ["judge", "explain", "trial:exchange-0001", "--json"])
    assert json.loads(explained.output)["exchange_id"] == "exchange-0001"
    covered = runner.invoke(understudy, ["judge", "coverage", "trial", "--json"])
    assert {row["judge"] for row in json.loads(covered.output)["trial"]} >= {"refusal", "taxonomy", "grounding"}
    path = tmp_path / "labelled.jsonl"
    path.write_text(json.dumps({"prompt": "a", "answer": "b", "bad": False}))
    unknown = runner.invoke(understudy, ["judge", "calibrate", "nobody", str(path)])
    assert isinstance(unknown.exception, UsageError)
    assert "judge list" in str(unknown.exception)


def test_the_verb_judges_everything_in_its_own_process(
    filled: Store, clickhouse: ClickHouseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERSTUDY_CLICKHOUSE_PORT", str(clickhouse.port))
    monkeypatch.setenv("UNDERSTUDY_CLICKHOUSE_DATABASE", clickhouse.database)
    ran = CliRunner().invoke(understudy, ["judge", "run", "trial", "--json"], catch_exceptions=False)
    covered = json.loads(ran.stdout)["trial"]
    assert {row["judge"] for row in covered} >= {"semantic_similarity", "refusal", "taxonomy", "grounding"}
    assert all(row["judged"] + row["abstained"] == 2 * _PAIRS and row["failed"] == 0 for row in covered)
    assert len(missing(filled, experiment_id="trial", judges=cheap_panel())) == 0
    unknown = CliRunner().invoke(understudy, ["judge", "run", "nobody"])
    assert isinstance(unknown.exception, UsageError)
