import json
from io import StringIO

from rich.console import Console

from proxy.wire.reply import ToolCall
from shadow.agentic.showing import show_tallies, show_tasks, show_transcript, tallies, tallies_json, tasks_json
from shadow.agentic.suite import draw_agentic
from shadow.agentic.transcript import Ending, Loop, Message, Transcript
from shadow.replay import Lane

RUN = Transcript(
    lane=Lane.CANDIDATE,
    loop=Loop.CLOSED,
    world="files",
    task_id="files-001",
    messages=(
        Message(role="user", text="go"),
        Message(role="assistant", calls=(ToolCall(name="read_file", arguments="{}"),), completion_tokens=3),
        Message(role="tool", text="Error: no", is_error=True, injected="busy:read_file"),
    ),
    ending=Ending.STEP_LIMIT,
    solved=False,
)


def shown(show: object, *arguments: object) -> str:
    console = Console(width=160, record=True, file=StringIO())
    show(*arguments, console=console)  # type: ignore[operator]
    return console.export_text()


def test_runs_are_counted_by_lane_and_world() -> None:
    failed = RUN.model_copy(update={"lane": Lane.BASELINE, "ending": Ending.FAILED, "solved": None})
    solved = RUN.model_copy(update={"solved": True, "trial": 1})
    found = tallies([RUN, failed, solved])
    assert [(one.lane, one.runs, one.solved, one.failed, one.calls, one.completion_tokens) for one in found] == [
        ("baseline", 1, 0, 1, 1, 3),
        ("candidate", 2, 1, 0, 2, 6),
    ]
    assert json.loads(tallies_json("trial", "agentic@1", found))["lanes"][1]["world"] == "files"
    assert "candidate" in shown(show_tallies, found)


def test_tasks_and_transcripts_can_be_read() -> None:
    suite = draw_agentic(seed=1, per_world=2)
    told = json.loads(tasks_json(suite))
    assert [task["task_id"] for task in told["tasks"]] == [task.task_id for task in suite.tasks]
    assert "orders-001" in shown(show_tasks, suite)
    text = shown(show_transcript, RUN)
    assert "files-001, candidate, trial 0: not solved, step_limit" in text
    assert "assistant calls read_file({})" in text
    assert "tool (injected fault): Error: no" in text
