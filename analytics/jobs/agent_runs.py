"""Reads what the lanes did as agents, for the evidence. Decides nothing."""

from dataclasses import replace

from analytics.decide.agent_run import AgentRun
from analytics.decide.evidence import Evidence
from judges.agents import VERSION, figures_of
from shadow.agentic.transcript import Transcript
from shadow.store.clickhouse import Store


def load_agent_runs(store: Store, experiment_id: str) -> tuple[AgentRun, ...]:
    """Every run of the agentic suite, counted by the judges of transcripts.

    Raises:
        BadRecord: a stored transcript is none of this version.
    """
    rows = store.read("transcripts_of", experiment_id=experiment_id)
    return tuple(to_run(Transcript.from_bytes(row["record"].encode())) for row in rows)


def with_agent_runs(evidence: Evidence, runs: tuple[AgentRun, ...]) -> Evidence:
    """The evidence with these runs, their suites, and the version of the judges that counted them."""
    if not runs:
        return evidence
    return replace(
        evidence,
        agent_runs=runs,
        suites=tuple(sorted({*evidence.suites, *(run.suite for run in runs)})),
        judge_versions={**evidence.judge_versions, "agents": VERSION},
    )


def to_run(transcript: Transcript) -> AgentRun:
    """The run, reduced to what is counted."""
    return AgentRun(
        suite=transcript.suite,
        world=transcript.world,
        task_id=transcript.task_id,
        trial=transcript.trial,
        lane=transcript.lane,
        is_solved=transcript.solved,
        reference_steps=transcript.reference_steps,
        figures=figures_of(transcript),
        run_ms=transcript.ms,
    )
