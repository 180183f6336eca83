"""Figures of the judges of tool calls and agents against the bars of the judges' reference.

    python -m tests.bench.judges_agents

BFCL: gold calls are made of the answers (the first allowed value of each argument, and once more the last one), each is
then mutated in every way that applies to it. tau-bench: whether an exact match of the state-changing calls predicts the
benchmark's own reward, and counts of recovery. Nothing is fitted. Labelled data: UNDERSTUDY_DATA.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from pydantic import JsonValue

from judges.agents import figures_of
from judges.call_matching import match_calls
from shadow.agentic.bfcl import Question, read_bfcl
from shadow.agentic.expected import Call, ExpectedCall, Fields, Items, Reference, Slot, Value
from shadow.agentic.tau_bench import read_tau_bench
from tests.bench.judges_table import Row, at_least, print_table

_BFCL: Final = ("simple_python", "parallel")
_TAU_BAR: Final = 0.97
_UNLIKELY: Final = "qzx"

type Mutation = Callable[[list[Call], Reference], list[Call] | None]


def rows() -> list[Row]:
    """Every figure, with its bar where there is one."""
    return [*bfcl_rows(), *tau_rows()]


def data_folder() -> Path:
    """Where the labelled data are."""
    return Path(os.environ.get("UNDERSTUDY_DATA", "../shared/data"))


def bfcl_questions(category: str) -> list[Question]:
    """The questions of one of BFCL's files."""
    folder = data_folder() / "bfcl"
    answers = folder / f"answer_BFCL_v4_{category}.jsonl"
    return list(read_bfcl(folder / f"BFCL_v4_{category}.jsonl", answers=answers if answers.exists() else None))


def bfcl_rows() -> Iterator[Row]:
    """Gold accepted, every mutation of it refused, and no call where none is of use."""
    for category in _BFCL:
        accepted, refused = Counter[bool](), {name: Counter[bool]() for name in MUTATIONS}
        for question in bfcl_questions(category):
            (reference,) = question.references
            for pick in (0, -1):
                gold = [gold_call(call, pick=pick) for call in reference.calls]
                accepted[match_calls(gold, reference=reference).is_exact] += 1
                for name, mutate in MUTATIONS.items():
                    if (changed := mutate(gold, reference)) is not None:
                        refused[name][not match_calls(changed, reference=reference).is_exact] += 1
        yield at_least(
            "tool calls", f"BFCL {category}, {accepted.total()}", _share(accepted), 1.0, name="gold accepted"
        )
        for name, counted in refused.items():
            if counted:
                yield at_least(
                    "tool calls", f"BFCL {category}, {counted.total()}", _share(counted), 1.0, name=f"{name} refused"
                )
    questions = bfcl_questions("irrelevance")
    right = Counter(
        match_calls([], reference=one.references[0]).is_exact
        and not match_calls([Call("any", {})], reference=one.references[0]).is_exact
        for one in questions
    )
    yield at_least("tool calls", f"BFCL irrelevance, {right.total()}", _share(right), 1.0, name="no call")


def tau_rows() -> Iterator[Row]:
    """The benchmark's reward, predicted from the calls; what became of failed calls."""
    runs = list(read_tau_bench(data_folder() / "tau-bench" / "gpt-4o-airline-trials-0-1.json"))
    figures = [figures_of(run.transcript) for run in runs]
    rewards = [run.reward == 1 for run in runs]
    data = f"tau-bench airline, {len(runs)} runs"
    calls = [figure.is_exact is True for figure in figures]
    told = [figure.is_exact is True and figure.is_told for figure in figures]
    yield at_least("agent_tools", data, _accuracy(calls, rewards), _TAU_BAR, name="calls predict reward, accuracy")
    yield at_least("agent_tools", data, _accuracy(told, rewards), _TAU_BAR, name="calls and told values, accuracy")
    yield at_least("agent_tools", data, _balanced(told, rewards), _TAU_BAR, name="calls and told values, balanced")
    recoveries = [figure.recovery for figure in figures]
    failed, recovered, retries = (
        sum(getattr(one, name) for one in recoveries) for name in ("failed", "recovered", "identical_retries")
    )
    words = f"{failed} failed calls, {recovered} recovered, {failed - recovered} not, {retries} identical retries"
    yield Row("agent_recovery", data, words)


def _accuracy(found: Sequence[bool], truth: Sequence[bool]) -> float:
    return sum(one == other for one, other in zip(found, truth, strict=True)) / len(truth)


def _balanced(found: Sequence[bool], truth: Sequence[bool]) -> float:
    sides = ([one for one, other in zip(found, truth, strict=True) if other is side] for side in (True, False))
    hits, false_alarms = (sum(side) / len(side) for side in sides)
    return (hits + 1 - false_alarms) / 2


def gold_call(expected: ExpectedCall, *, pick: int) -> Call:
    """A call that the answer allows: of each argument the first or last allowed value, or none where that is said."""
    return Call(expected.name, _gold_fields(expected.arguments, pick))


def _gold_fields(fields: Fields, pick: int) -> dict[str, JsonValue]:
    return {
        name: _gold(slot, pick)
        for name, slot in fields.slots.items()
        if not (slot.may_be_absent and _is_absent(slot, pick))
    }


def _is_absent(slot: Slot, pick: int) -> bool:
    return slot.allowed[pick] == Value("")


def _gold(slot: Slot, pick: int) -> JsonValue:
    match slot.allowed[pick]:
        case Value(value):
            return value
        case Fields() as fields:
            return _gold_fields(fields, pick)
        case Items(slots):
            return [_gold(one, pick) for one in slots]


def _dropped_call(gold: list[Call], _reference: Reference) -> list[Call]:
    return gold[1:]


def _extra_call(gold: list[Call], _reference: Reference) -> list[Call]:
    return [*gold, gold[0]]


def _extra_argument(gold: list[Call], _reference: Reference) -> list[Call]:
    return _with_arguments(gold, {**(gold[0].arguments or {}), _UNLIKELY: 1})


def _renamed(gold: list[Call], _reference: Reference) -> list[Call]:
    return [Call(gold[0].name + "_v2", gold[0].arguments), *gold[1:]]


def _each_argument(change: Callable[[JsonValue], JsonValue]) -> Mutation:
    def mutate(gold: list[Call], _reference: Reference) -> list[Call] | None:
        given = dict(gold[0].arguments or {})
        if not given:
            return None
        name = next(iter(given))
        return _with_arguments(gold, given | {name: change(given[name])})

    return mutate


def _wrong_value(value: JsonValue) -> JsonValue:
    match value:
        case bool():
            return not value
        case int() | float():
            return value * 3 + 17
        case str():
            return value + _UNLIKELY
        case list():
            return [*value, _UNLIKELY]
        case dict():
            return {**value, _UNLIKELY: 1}
        case _:
            return _UNLIKELY


def _wrong_type(value: JsonValue) -> JsonValue:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case str() | None:
            return [value]
        case _:
            return json.dumps(value)


def _missing_required(gold: list[Call], reference: Reference) -> list[Call] | None:
    slots = next(call.arguments.slots for call in reference.calls if call.name == gold[0].name)
    required = [name for name, slot in slots.items() if not slot.may_be_absent]
    if not required:
        return None
    return _with_arguments(
        gold, {name: held for name, held in (gold[0].arguments or {}).items() if name != required[0]}
    )


def _with_arguments(gold: Sequence[Call], arguments: Mapping[str, JsonValue]) -> list[Call]:
    return [Call(gold[0].name, arguments), *gold[1:]]


MUTATIONS: Final[Mapping[str, Mutation]] = {
    "dropped call": _dropped_call,
    "extra call": _extra_call,
    "extra argument": _extra_argument,
    "renamed function": _renamed,
    "wrong value": _each_argument(_wrong_value),
    "wrong type": _each_argument(_wrong_type),
    "missing required": _missing_required,
}
"""Ways to spoil gold calls; None where a way does not apply."""


def _share(counted: Counter[bool]) -> float:
    return counted[True] / counted.total()


if __name__ == "__main__":
    print_table(rows())
