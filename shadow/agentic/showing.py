"""The agentic suite for a terminal and for pipelines: tasks, what came of a run, and single transcripts."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from shadow.agentic.suite import AgenticSuite
from shadow.agentic.transcript import Ending, Message, Transcript

_MOST_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class Tally:
    """What a lane came to in a world; `failed` are runs of which nothing is known, since the lane gave no reply."""

    lane: str
    world: str
    runs: int
    solved: int
    failed: int
    calls: int
    completion_tokens: int


def tallies(transcripts: Iterable[Transcript]) -> tuple[Tally, ...]:
    """One tally per lane and world, in alphabetical order."""
    groups: dict[tuple[str, str], list[Transcript]] = {}
    for one in transcripts:
        groups.setdefault((str(one.lane), one.world), []).append(one)
    return tuple(_tally(lane, world, group) for (lane, world), group in sorted(groups.items()))


def _tally(lane: str, world: str, group: Sequence[Transcript]) -> Tally:
    messages = [message for one in group for message in one.messages]
    return Tally(
        lane=lane,
        world=world,
        runs=len(group),
        solved=sum(one.solved is True for one in group),
        failed=sum(one.ending is Ending.FAILED for one in group),
        calls=sum(len(message.calls) for message in messages),
        completion_tokens=sum(message.completion_tokens or 0 for message in messages),
    )


def show_tallies(found: Sequence[Tally], *, console: Console) -> None:
    """A table of lanes and worlds."""
    table = Table("lane", "world", "runs", "solved", "failed", "calls", "output tokens")
    for one in found:
        table.add_row(*map(str, (one.lane, one.world, one.runs, one.solved)), *_rest(one))
    console.print(table)


def _rest(one: Tally) -> tuple[str, ...]:
    return str(one.failed), str(one.calls), str(one.completion_tokens)


def tallies_json(experiment_id: str, suite: str, found: Sequence[Tally]) -> str:
    """The tallies as one JSON object."""
    return json.dumps({"experiment_id": experiment_id, "suite": suite, "lanes": [asdict(one) for one in found]})


def tasks_json(suite: AgenticSuite) -> str:
    """The tasks as one JSON object, references included."""
    tasks = [
        {
            "task_id": task.task_id,
            "world": task.world.name,
            "instruction": task.draft.instruction,
            "reference": [{"tool": step.tool, "arguments": step.arguments} for step in task.draft.reference],
            "reference_steps": task.reference_steps,
            "says": list(task.draft.says),
            "faults": [{"tool": fault.tool, "kind": str(fault.kind)} for fault in task.faults],
        }
        for task in suite.tasks
    ]
    return json.dumps({"suite": suite.id, "tasks": tasks})


def show_tasks(suite: AgenticSuite, *, console: Console) -> None:
    """A table of the tasks."""
    table = Table("task", "asks", "steps", "fault", title=f"{suite.id}, {len(suite.tasks)} tasks")
    for task in suite.tasks:
        faults = ", ".join(f"{fault.kind} at {fault.tool}" for fault in task.faults)
        table.add_row(task.task_id, task.draft.instruction, str(task.reference_steps), faults)
    console.print(table)


def show_transcript(transcript: Transcript, *, console: Console) -> None:
    """One transcript, message by message."""
    solved = {True: "solved", False: "not solved", None: "not known"}[transcript.solved]
    head = f"{transcript.task_id}, {transcript.lane}, trial {transcript.trial}: {solved}, {transcript.ending}"
    console.print(Text(head, "bold"))
    for message in transcript.messages:
        for line in _lines(message):
            console.print(Text(line), soft_wrap=True)


def _lines(message: Message) -> Iterable[str]:
    if message.text or not message.calls:
        mark = " (injected fault)" if message.injected else ""
        yield f"  {message.role}{mark}: {message.text[:_MOST_CHARACTERS]}"
    for call in message.calls:
        yield f"  {message.role} calls {call.name}({call.arguments[:_MOST_CHARACTERS]})"
