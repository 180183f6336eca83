"""Reads what the lanes did as agents, for the evidence. Decides nothing."""

from analytics.decide.agent_run import AgentRun
from judges.agents import figures_of
from shadow.agentic.transcript import Transcript
from shadow.experiment import Experiment
from shadow.replay import Lane
from shadow.store.clickhouse import Store


def load_agent_runs(store: Store, experiment: Experiment) -> tuple[AgentRun, ...]:
    """Every run of the agentic suite by the deployments of now, counted by the judges of transcripts.

    Runs of a deployment that has become another one since are left out, as pairs of before a split are.

    Raises:
        BadRecord: a stored transcript is none of this version.
    """
    now = {Lane.BASELINE: experiment.baseline.fingerprint, Lane.CANDIDATE: experiment.candidate.fingerprint}
    rows = store.read("transcripts_of", experiment_id=experiment.experiment_id)
    found = (Transcript.from_bytes(row["record"].encode()) for row in rows)
    return tuple(to_run(one) for one in found if now.get(one.lane) == one.fingerprint)


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
