"""A named set of examples, its version by hash, and its way into the log. Reading files is for `reading`."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import JsonValue

from proxy.errors import UsageError
from proxy.exchange import Door, Exchange, ExchangeOutcome, Shape
from shadow.suites.example import Example

LOGPROBS: Final = "+logprobs"
"""End of the id of a suite whose exchanges ask for log-probabilities."""

_HASH_DIGITS = 12
_ID_DIGITS = 32


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


def _canonical(example: Example) -> str:
    # Defaults are left out, so that a field added to the format later does not rename every suite.
    return json.dumps(example.model_dump(mode="json", exclude_defaults=True), sort_keys=True, separators=(",", ":"))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:_ID_DIGITS]
