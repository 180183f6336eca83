"""Questions of the Berkeley Function-Calling Leaderboard with one right call; `shadow.agentic.bfcl` reads the files.

The check `tool_call` knows one value per argument: where BFCL allows several, or several calls or turns, the question
is kept for the judges of agents and skipped here, each with its reason.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import JsonValue

from shadow.agentic.bfcl import Question, read_bfcl
from shadow.agentic.expected import ExpectedCall, Slot, Value, Wanted
from shadow.suites.importers.found import Found, Options, Skipped, example, fit_id


def read_bfcl_suite(path: Path, options: Options) -> Iterator[Found]:
    """One example per single-turn question with a single right call.

    Raises:
        BadRecord: a line is no question, or needs an answer that `options.answers` does not have.
    """
    for question in read_bfcl(path, answers=options.answers):
        yield _found(question, options)


def _found(question: Question, options: Options) -> Found:
    place = f"question {question.question_id}"
    if len(question.turns) != 1:
        return Skipped(place, "several turns")
    reference = question.references[0]
    if reference.wanted is not Wanted.THESE or len(reference.calls) != 1:
        return Skipped(place, "not exactly one right call")
    arguments = _arguments(reference.calls[0])
    if arguments is None:
        return Skipped(place, "an argument with several right values")
    name = reference.calls[0].name
    return example(
        place,
        id=fit_id(question.question_id, otherwise="bfcl"),
        category=options.category or "tools",
        messages=list(question.turns[0]),
        tools=list(question.tools),
        checks=[{"kind": "tool_call", "name": name, "arguments": arguments}],
        reference=json.dumps({"name": name, "arguments": arguments}),
        max_tokens=options.max_tokens,
    )


def _arguments(call: ExpectedCall) -> dict[str, JsonValue] | None:
    """The only right arguments; None where there is a choice."""
    slots = call.arguments.slots
    if any(_only(slot) is None for slot in slots.values()):
        return None
    return {name: only.value for name, slot in slots.items() if (only := _only(slot)) is not None}


def _only(slot: Slot) -> Value | None:
    if slot.may_be_absent or len(slot.allowed) != 1:
        return None
    (only,) = slot.allowed
    return only if isinstance(only, Value) else None
