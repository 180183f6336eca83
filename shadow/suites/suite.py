"""A named set of examples, its version by hash, and its way into the log. Where examples come from is not said here."""

import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import JsonValue, ValidationError

from proxy.errors import UsageError
from proxy.exchange import Door, Exchange, ExchangeOutcome, Shape
from shadow.suites.example import Example

LOGPROBS: Final = "+logprobs"
"""End of the id of a suite whose exchanges ask for log-probabilities."""

_HASH_DIGITS = 12
_ID_DIGITS = 32
_EMPTY = "suite {path} has no example; write one JSON object per line"


@dataclass(frozen=True, slots=True)
class Suite:
    """A fixed set of labelled examples.

    Attributes:
        id: name@hash; two suites with the same id hold the same examples, in whatever order.
    """

    name: str
    examples: tuple[Example, ...]
    id: str = field(init=False)

    def __post_init__(self) -> None:
        lines = sorted(_canonical(example) for example in self.examples)
        digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        object.__setattr__(self, "id", f"{self.name}@{digest[:_HASH_DIGITS]}")

    def save(self, path: Path) -> None:
        """Write the suite as JSONL, one example per line; the name of the file is not the suite's."""
        path.write_text("".join(f"{example.to_line()}\n" for example in self.examples), "utf-8")

    def example(self, example_id: str) -> Example:
        """The example of that id.

        Raises:
            UsageError: the suite has none.
        """
        for example in self.examples:
            if example.id == example_id:
                return example
        message = f"suite {self.id} has no example {example_id}; use an id that the suite lists"
        raise UsageError(message)


def load_suite(path: Path) -> Suite:
    """The suite that a JSONL file holds, one example per line, named after the file; blank lines are passed over.

    Raises:
        UsageError: the file cannot be read or has no example, or a line is no example or repeats an id. The
            message gives path and line, never the line's text.
    """
    examples = []
    for one in _examples(_read(path), path=path):
        if isinstance(one, UsageError):
            raise one
        examples.append(one)
    if not examples:
        raise UsageError(_EMPTY.format(path=path))
    return Suite(name=path.stem, examples=tuple(examples))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"cannot read suite {path}: {type(error).__name__}; give a readable UTF-8 JSONL file"
        raise UsageError(message) from None


@dataclass(frozen=True, slots=True)
class Asked:
    """How an example is asked.

    Attributes:
        sample: Number of the sample, from 0; later ones are answers of their own in the same conversation.
        temperature: Sampling temperature; with one, the sample's number is the seed.
        logprobs: Alternatives to report with each token's log-probability, or None. Such exchanges belong to a suite
            of their own, `suite_id + LOGPROBS`, in the same conversations: they cost speed, and count neither as timing
            pairs nor twice.
    """

    sample: int = 0
    temperature: float = 0.0
    logprobs: int | None = None

    def suite_id(self, suite_id: str) -> str:
        """The suite that the exchanges belong to."""
        return suite_id if self.logprobs is None else f"{suite_id}{LOGPROBS}"

    def changes(self) -> dict[str, JsonValue]:
        """Fields of the request that differ from the example's own."""
        warm: dict[str, JsonValue] = {"temperature": self.temperature, "seed": self.sample} if self.temperature else {}
        told: dict[str, JsonValue] = {} if self.logprobs is None else {"logprobs": True, "top_logprobs": self.logprobs}
        return warm | told


AS_WRITTEN: Final = Asked()


def to_exchange(
    example: Example,
    *,
    suite_id: str,
    experiment_id: str,
    captured_at: datetime,
    model: str,
    asked: Asked = AS_WRITTEN,
) -> Exchange:
    """The example as an exchange that no client sent, for one experiment, in a conversation of its own.

    The id depends on suite, example, sample and experiment only: sending a suite twice replays it once.

    Args:
        captured_at: When it counts as having arrived, aware UTC.
    """
    own_id = asked.suite_id(suite_id)
    parts = [own_id, example.id, experiment_id, *([f"sample {asked.sample}"] if asked.sample else [])]
    return Exchange(
        exchange_id=_digest(*parts),
        conversation_id=_digest(suite_id, example.conversation or example.id),
        captured_at=captured_at,
        door=Door.SUITE,
        shape=Shape.CHAT,
        path="/v1/chat/completions",
        model=model,
        streamed=False,
        category=example.category,
        language=example.language,
        turn=max(1, sum(message.get("role") == "user" for message in example.messages)),
        request=example.to_body(model=model) | asked.changes(),
        outcome=ExchangeOutcome.NO_REPLY,
        weight=example.weight,
        suite=own_id,
        example_id=example.id,
        experiment_id=experiment_id,
    )


def problems_of(path: Path) -> list[str]:
    """Everything that is wrong with a suite's file, one sentence each with its line; empty for a sound one."""
    try:
        text = _read(path)
    except UsageError as error:
        return [str(error)]
    found = list(_examples(text, path=path))
    wrong = [str(one) for one in found if isinstance(one, UsageError)]
    return wrong if found else [_EMPTY.format(path=path)]


def _examples(text: str, *, path: Path) -> Iterator[Example | UsageError]:
    """Each line's example, or what is wrong with it."""
    seen: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            example = _parse(line, where=f"{path} line {number}")
        except UsageError as error:
            yield error
            continue
        if example.id in seen:
            message = f"{path} line {number}: id of line {seen[example.id]} again; give each example its own id"
            yield UsageError(message)
        else:
            seen[example.id] = number
            yield example


def _parse(line: str, *, where: str) -> Example:
    """The example of a line, read by Python's JSON, which keeps lone surrogates."""
    try:
        return Example.model_validate(json.loads(line, parse_constant=_refuse, parse_float=_finite))
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        fields = sorted({".".join(map(str, problem["loc"])) for problem in problems})
        message = f"{where}: wrong or missing {', '.join(fields) or 'object'}; see the suite format"
    except ValueError as error:
        message = f"{where}: {_why(error)}; write one JSON object per line"
    except RecursionError:
        message = f"{where}: nested too deeply; put such input into a text"
    raise UsageError(message)


class _NoNumberError(ValueError):
    """NaN, Infinity, or a number beyond a double's range."""


def _refuse(_constant: str) -> None:
    raise _NoNumberError


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise _NoNumberError
    return value


def _why(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON at column {error.colno}"
    return "holds NaN, Infinity or a number that no double holds; put such numbers into a text"


def _canonical(example: Example) -> str:
    # Defaults are left out, so that a field added to the format later does not rename every suite.
    return json.dumps(example.model_dump(mode="json", exclude_defaults=True), sort_keys=True, separators=(",", ":"))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:_ID_DIGITS]
