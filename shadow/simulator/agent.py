"""The simulator as an agent: on a task of the agentic suite it acts in a scripted manner instead of talking."""

import json
from collections.abc import Callable

from shadow.agentic.scripted import next_move
from shadow.agentic.suite import draw_agentic
from shadow.simulator.asking import Asking
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.said import Call, Finish, Said


def open_agent(behaviour: Behaviour) -> Callable[[Asking], Said | None]:
    """What the behaviour's agent says to a request; None to all that is no task of its suite, or without an agent.

    A task is known by its instruction, which no other task of the suite shares.
    """
    manner = behaviour.agent
    if manner is None:
        return lambda _asking: None
    tasks = {task.draft.instruction: task for task in draw_agentic(seed=behaviour.agent_seed).tasks}

    def reply(asking: Asking) -> Said | None:
        task = tasks.get(asking.user)
        if task is None:
            return None
        move = next_move(task, results=[turn.text for turn in asking.turns if turn.role == "tool"], manner=manner)
        if isinstance(move, str):
            return Said(move)
        return Said(calls=(Call(move.tool, json.dumps(move.arguments)),), finish=Finish.TOOL_CALLS)

    return reply
