"""Answers by heart: a suite's references, each said to the conversation that asks for it. No rules, no wording."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from proxy.exchange import Shape
from shadow.simulator.asking import Asking, Turn, read_asking
from shadow.simulator.said import Call, Finish, Said
from shadow.suites.example import Example
from shadow.suites.reading import load_suite

type _Turns = tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """What is said to which conversation, whatever else the request holds."""

    by_turns: Mapping[_Turns, Said] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path | None) -> Self:
        """The references of a suite's file, or none at all without a path.

        Raises:
            UsageError: the file is no suite.
        """
        if path is None:
            return cls()
        examples = [example for example in load_suite(path).examples if example.reference]
        return cls({_turns(example): _said(example) for example in examples})

    def find(self, asking: Asking) -> Said | None:
        """The answer known by heart, or None."""
        return self.by_turns.get(asking.turns)


def _turns(example: Example) -> _Turns:
    return read_asking(Shape.CHAT, example.to_body(model="any")).turns


def _said(example: Example) -> Said:
    """The reference as a reply: a tool call where the example offers tools and names one."""
    if example.tools and example.reference.startswith("{"):
        call = json.loads(example.reference)
        arguments = json.dumps(call["arguments"], ensure_ascii=False)
        return Said(calls=(Call(call["name"], arguments),), finish=Finish.TOOL_CALLS)
    return Said(example.reference)
