"""Wiring of jobs, decision and report: the only place of this package where objects are built."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from analytics.decide.decision import Decision
from analytics.decide.ranking import rank
from analytics.decide.score_card import load_score_card
from analytics.decide.watching import Watched, watch
from analytics.jobs.asking import Endpoint, ModelAsker
from analytics.jobs.calibrating import Measured, calibrate, quality_row, read_labelled
from analytics.jobs.decisions import keep_decision, load_last_decisions
from analytics.jobs.embedding import EndpointEmbedder
from analytics.jobs.evidence import load_evidence
from analytics.jobs.explaining import Explanation, explain
from analytics.jobs.judging import (
    JudgeCoverage,
    RunJudges,
    coverage_of,
    judge_experiment,
    load_experiment,
    refuse_arm,
    unjudged,
)
from analytics.jobs.jury import Jury
from analytics.jobs.reading import read_evidence
from analytics.jobs.recomputing import Inputs, Recomputed, keep_inputs, recompute
from analytics.jobs.remembering import RememberingEmbedder
from analytics.jobs.reporting import compose_report, find_previous, restore_report
from analytics.planning.plan import Expectations, Plan, Volume, make_plan
from analytics.report.changes import Changes, compare_reports
from analytics.report.report import Report
from analytics.report.writing import render, write_index, write_report
from analytics.settings import AnalyticsSettings
from judges.judgement import Judge
from judges.main import list_panel, open_embedder, open_panel
from judges.settings import JudgeSettings
from judges.similarity import Embedder
from proxy.errors import UsageError
from shadow.main import read_experiment
from shadow.settings import ClickHouseSettings
from shadow.store.clickhouse import Store


def plan_run(
    file: Path | None, *, dangerous: Sequence[str], shares: Sequence[str], numbers: Mapping[str, float]
) -> Plan:
    """What a run needs, from an experiment's file and what is expected of it.

    Args:
        dangerous: Categories in place of the file's; one where neither names any.
        shares: CATEGORY=SHARE of traffic.
        numbers: Fields of `Expectations` and `Volume`.

    Raises:
        UsageError: the file is no experiment, a share is none, or the expectations contradict each other.
    """
    asked = read_experiment(file, owner="plan", days=1, now=datetime.now(UTC)) if file else None
    ratios = {"sample_ratio": asked.sample_ratio, "again_ratio": asked.again_ratio} if asked else {}
    expected = {name: value for name, value in numbers.items() if name in Expectations.model_fields}
    volume = {name: value for name, value in numbers.items() if name in Volume.model_fields}
    try:
        return make_plan(
            Expectations.model_validate(expected),
            Volume.model_validate(ratios | volume | {"category_shares": dict(one.split("=", 1) for one in shares)}),
            card=load_score_card(asked.score_card if asked else "default"),
            dangerous=tuple(dangerous) or (asked.dangerous_categories if asked else ()) or ("a dangerous category",),
            arms=(asked.baseline, asked.candidate) if asked else None,
        )
    except ValidationError as error:
        message = "; ".join(str(one["msg"]).removeprefix("Value error, ") for one in error.errors(include_input=False))
        raise UsageError(message) from None
    except ValueError:
        raise UsageError("a share is written CATEGORY=SHARE, such as billing=0.1") from None


@contextmanager
def opened_store() -> Iterator[Store]:
    """The store that the settings name, for the length of the block."""
    store = Store.connect(ClickHouseSettings())
    try:
        yield store
    finally:
        store.close()


def open_judges() -> list[Judge]:
    """The whole panel; loads the models, which takes seconds."""
    settings = JudgeSettings()
    return open_panel(settings, embedder=_embedder(settings), asker=_asker(settings))


def _embedder(settings: JudgeSettings) -> Embedder:
    """The local model or the server that the settings name, remembering its vectors in ClickHouse unless told not to.

    The store stays open for the life of the judges' process.
    """
    embedder: Embedder
    if settings.embedding_url:
        embedder = EndpointEmbedder(
            base_url=settings.embedding_url,
            model=settings.embedding_model,
            token=settings.embedding_token,
            batch=settings.embed_batch,
        )
    else:
        embedder = open_embedder(settings)
    if not settings.embedding_cache:
        return embedder
    return RememberingEmbedder(embedder, store=Store.connect(ClickHouseSettings()))


def list_judges() -> list[Judge]:
    """The same judges, with no model loaded."""
    settings = JudgeSettings()
    return list_panel(settings, asker=_asker(settings))


def _asker(settings: JudgeSettings) -> ModelAsker | None:
    if not settings.llm_url:
        return None
    if not settings.llm_model:
        raise UsageError("UNDERSTUDY_JUDGES_LLM_URL is set: name the model to ask in UNDERSTUDY_JUDGES_LLM_MODEL")
    endpoint = Endpoint(
        base_url=settings.llm_url,
        model=settings.llm_model,
        token=settings.llm_token,
        timeout_s=settings.llm_timeout_s,
        in_flight=settings.llm_in_flight,
        answer_tokens=settings.llm_answer_tokens,
    )
    return ModelAsker(endpoint, budget_tokens=settings.llm_budget_tokens)


@contextmanager
def opened_jury() -> Iterator[Jury]:
    """The judges in a process of their own, for the length of the block; it starts with the first batch."""
    with Jury(open_judges, judges=list_judges(), deadline_s=AnalyticsSettings().judge_deadline_s) as jury:
        yield jury


def count_unjudged(experiment_id: str, *, judges: Sequence[Judge]) -> int:
    """Exchanges that some judge of the panel has not judged in its present version."""
    with opened_store() as store:
        return len(unjudged(store, experiment_id=experiment_id, judges=judges))


def run_judges(
    experiment_id: str,
    *,
    judges: Sequence[Judge],
    run: RunJudges | None = None,
    advance: Callable[[int], None] = lambda _exchanges: None,
) -> int:
    """Judge all that is unjudged now; returns the findings written.

    Raises:
        UsageError: the store knows no such experiment.
        Refused: the LLM judge is an arm of the experiment.
    """
    settings = JudgeSettings()
    with opened_store() as store:
        experiment = load_experiment(store, experiment_id)
        if settings.llm_url:
            refuse_arm(experiment, base_url=settings.llm_url, model=settings.llm_model)
        batch = AnalyticsSettings().judge_batch
        return judge_experiment(
            store, experiment_id=experiment_id, judges=judges, batch=batch, run=run, advance=advance
        )


def watch_experiment(experiment_id: str, *, settle_s: float) -> tuple[Watched, ...]:
    """What may be concluded of an experiment now, while it runs.

    Raises:
        UsageError: the store knows no such experiment.
    """
    with opened_store() as store:
        evidence = load_evidence(store, experiment_id)
    card = load_score_card(evidence.experiment.score_card)
    return watch(evidence, card=card, now_s=datetime.now(UTC).timestamp(), settle_s=settle_s)


def judge_coverage(experiment_id: str) -> list[JudgeCoverage]:
    """What became of each judge's work."""
    with opened_store() as store:
        return coverage_of(store, experiment_id=experiment_id)


def explain_pair(pair_id: str) -> Explanation:
    """One pair with all that was found in it."""
    with opened_store() as store:
        return explain(store, pair_id)


def calibrate_judge(name: str, *, path: Path, flags: frozenset[str], keep: bool) -> Measured:
    """Measure a judge on labelled answers, and keep the figures in the store unless told otherwise.

    Raises:
        UsageError: no such judge, or the file cannot be read.
    """
    labelled = read_labelled(path)
    if name not in {one.name for one in list_judges()}:
        message = f"there is no judge {name}: `understudy judge list` shows them"
        raise UsageError(message)
    judge = next(one for one in open_judges() if one.name == name)
    measured = calibrate(judge, labelled, data=path.read_bytes(), flags=flags)
    if keep:
        with opened_store() as store:
            store.insert("judge_quality", [quality_row(measured, measured_at=datetime.now(UTC))])
    return measured


@dataclass(frozen=True, slots=True)
class Written:
    """A decision and where its report is.

    Attributes:
        changes: What is different from the decision before; None for the first one.
    """

    decision: Decision
    report: Path
    changes: Changes | None = None

    def as_row(self) -> dict[str, object]:
        """For machines: what was decided and where it is written."""
        return {
            "experiment_id": self.decision.experiment_id,
            "verdict": str(self.decision.verdict),
            "deciding_metric": self.decision.deciding_metric,
            "score": [self.decision.score.low, self.decision.score.high],
            "report": str(self.report),
            "verdict_changed": self.changes.verdict_changed if self.changes else None,
            "causes": list(self.changes.causes) if self.changes else [],
        }


def run_decisions(experiment_ids: Sequence[str], *, folder: Path | None = None) -> tuple[list[Written], Path]:
    """Decide each experiment, keep the decisions in the store, and write reports and their index.

    Returns:
        Decisions in ranking order, and the path of the index page.

    Raises:
        UsageError: the store knows no such experiment, or its score card cannot be read.
    """
    settings = AnalyticsSettings()
    target = folder or settings.report_dir
    with opened_store() as store:
        written = {one: _decide_one(store, one, settings=settings, folder=target) for one in experiment_ids}
    ranked = rank([one.decision for one in written.values()])
    index = write_index(ranked, folder=target)
    return [written[decision.experiment_id] for decision in ranked], index


def _decide_one(store: Store, experiment_id: str, *, settings: AnalyticsSettings, folder: Path) -> Written:
    reading = read_evidence(store, experiment_id)
    card = load_score_card(reading.experiment.score_card)
    inputs = Inputs(reading, card, seed=settings.seed, resamples=settings.resamples)
    decision = inputs.decide()
    now = datetime.now(UTC)
    previous = find_previous(store, experiment_id, before=now)
    decision_id = keep_decision(store, decision, decided_at=now)
    if decision.pairs <= settings.kept_pairs:
        keep_inputs(store, inputs, decision, decision_id=decision_id)
    report = compose_report(store, decision, made_at=now, previous=previous)
    return Written(decision, write_report(report, folder=folder), changes=_changes(report))


def run_recomputation(experiment_id: str, *, until: datetime) -> Recomputed:
    """The decision that held at a time, computed again from its inputs.

    Raises:
        UsageError: the experiment was not decided by then.
        Refused: the inputs were not kept.
    """
    with opened_store() as store:
        return recompute(store, experiment_id, until=until)


def run_reports(
    experiment_ids: Sequence[str], *, folder: Path | None = None, until: datetime | None = None
) -> tuple[list[Written], Path | None]:
    """Write the reports of stored decisions again.

    Args:
        experiment_ids: Empty for every experiment that was decided, and then the index is written too.
        until: The decision that held then; the last one by default.

    Raises:
        UsageError: an experiment was not decided by then.
    """
    now = datetime.now(UTC)
    target = folder or AnalyticsSettings().report_dir
    with opened_store() as store:
        ids = experiment_ids or [one.decision.experiment_id for one in load_last_decisions(store)]
        reports = [restore_report(store, one, until=until or now, made_at=now) for one in ids]
    written = {
        one.decision.experiment_id: Written(one.decision, write_report(one, folder=target), changes=_changes(one))
        for one in reports
    }
    ranked = rank([one.decision for one in written.values()])
    index = None if experiment_ids else write_index(ranked, folder=target)
    return [written[decision.experiment_id] for decision in ranked], index


def print_report(experiment_id: str, *, form: str, until: datetime | None = None) -> str:
    """The report of a stored decision as a text: html, md or json.

    Raises:
        UsageError: the experiment was not decided by then.
    """
    now = datetime.now(UTC)
    with opened_store() as store:
        report = restore_report(store, experiment_id, until=until or now, made_at=now)
    return render(report, form=form)


def _changes(report: Report) -> Changes | None:
    return compare_reports(report.previous, report.decision) if report.previous else None


def decide_and_index(experiment_id: str, *, folder: Path | None = None) -> Written:
    """Decide one experiment and write its report; the index then ranks all experiments with a report in the folder.

    Raises:
        As `run_decisions`.
    """
    settings = AnalyticsSettings()
    target = folder or settings.report_dir
    with opened_store() as store:
        written = _decide_one(store, experiment_id, settings=settings, folder=target)
        decisions = [one.decision for one in load_last_decisions(store)]
    there = [one for one in decisions if (target / one.experiment_id / "report.html").exists()]
    write_index(rank(there), folder=target)
    return written
