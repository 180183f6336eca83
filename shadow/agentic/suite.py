"""The agentic suite: tasks of every world, drawn from a seed, so that a fresh and unseen set is always at hand."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from proxy.errors import UsageError
from proxy.wire.reply import ToolCall
from shadow.agentic.session import end_hash, with_renewal
from shadow.agentic.task import Draft, Fault, FaultKind, Step, Task
from shadow.agentic.world import World, state_hash
from shadow.agentic.worlds import banking, calendar, files, orders

SUITE_NAME: Final = "agentic"
PER_WORLD: Final = 18
"""Tasks of each world unless another number is asked for: every template three times and more."""
_TRIES: Final = 200
_HASH_DIGITS: Final = 12

_WORLDS: Final[Sequence[tuple[World[Any], Sequence[Callable[[Random], Draft]]]]] = (
    (orders.ORDERS, orders.TEMPLATES),
    (calendar.CALENDAR, calendar.TEMPLATES),
    (files.FILES, files.TEMPLATES),
    (banking.BANKING, banking.TEMPLATES),
)
"""Every world with its templates."""
_FAULTS: Final = (None, FaultKind.BUSY, None, FaultKind.LAPSED)
"""Faults of the tasks in turn: every second task meets one."""


@dataclass(frozen=True, slots=True)
class AgenticSuite:
    """A fixed set of tasks.

    Attributes:
        id: name@hash; suites of the same id ask the same and want the same.
    """

    id: str
    tasks: tuple[Task, ...]

    def task(self, task_id: str) -> Task:
        """The task of that id.

        Raises:
            UsageError: there is none.
        """
        for task in self.tasks:
            if task.task_id == task_id:
                return task
        message = f"suite {self.id} has no task {task_id}; `understudy agent tasks` lists those it has"
        raise UsageError(message)


def draw_agentic(*, seed: int, per_world: int = PER_WORLD) -> AgenticSuite:
    """Tasks of every world, the templates taking turns; the same seed, the same suite.

    Args:
        per_world: Tasks of each world, 1 to about 100.

    Raises:
        UsageError: `per_world` is below 1, or above what the templates can word differently.
    """
    if per_world < 1:
        message = f"a suite needs at least 1 task of each world, not {per_world}"
        raise UsageError(message)
    rng = Random(seed)  # noqa: S311 - a repeatable draw is the point, not secrecy
    seen: set[str] = set()
    tasks = tuple(
        _draw(with_renewal(world), templates[number % len(templates)], rng=rng, number=number, seen=seen)
        for world, templates in _WORLDS
        for number in range(per_world)
    )
    digest = hashlib.sha256("\n".join(map(_canonical, tasks)).encode()).hexdigest()
    return AgenticSuite(f"{SUITE_NAME}@{digest[:_HASH_DIGITS]}", tasks)


def as_tool_calls(steps: Sequence[Step]) -> tuple[ToolCall, ...]:
    """The steps as an agent would write them."""
    return tuple(
        ToolCall(name=step.tool, arguments=json.dumps(step.arguments), call_id=f"reference-{place}")
        for place, step in enumerate(steps)
    )


def _draw(world: World[Any], template: Callable[[Random], Draft], *, rng: Random, number: int, seen: set[str]) -> Task:
    for _ in range(_TRIES):
        draft = template(rng)
        if draft.instruction not in seen:
            seen.add(draft.instruction)
            return _task(world, draft, number=number, rng=rng)
    message = f"no new {world.name} task left after {number}; ask for fewer tasks of each world"
    raise UsageError(message)


def _task(world: World[Any], draft: Draft, *, number: int, rng: Random) -> Task:
    kind = _FAULTS[(number + number // len(_FAULTS)) % len(_FAULTS)]
    tool = rng.choice(draft.reference).tool
    return Task(
        task_id=f"{world.name}-{number + 1:03d}",
        world=world,
        draft=draft,
        faults=() if kind is None else (Fault(tool, kind),),
        end_hash=end_hash(world, draft.state, as_tool_calls(draft.reference)),
        seed=rng.randrange(2**31),
    )


def _canonical(task: Task) -> str:
    """All that makes the task what it is; a change of a tool or rule is one of the suite."""
    fields = {
        "task": task.task_id,
        "rules": task.world.rules,
        "tools": [tool.to_body() for tool in task.world.tools],
        "instruction": task.draft.instruction,
        "start": state_hash(task.draft.state),
        "end": task.end_hash,
        "reference": [[step.tool, step.arguments] for step in task.draft.reference],
        "says": task.draft.says,
        "faults": [[fault.tool, fault.kind] for fault in task.faults],
        "seed": task.seed,
    }
    return json.dumps(fields, sort_keys=True)
