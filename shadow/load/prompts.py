"""What is asked under load: captured exchanges, a suite's examples, or the lines of a JSONL file, all as exchanges."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Final

from pydantic import JsonValue

from proxy.canary import is_canary
from proxy.errors import BadRecord, UsageError
from proxy.exchange import Door, Exchange, ExchangeOutcome, Shape
from shadow.suites.reading import load_suite
from shadow.suites.suite import to_exchange

_STREAMED: Final = {Shape.CHAT, Shape.COMPLETIONS, Shape.RESPONSES, Shape.MESSAGES}
_NO_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LIMITS: Final = {
    Shape.CHAT: "max_tokens",
    Shape.COMPLETIONS: "max_tokens",
    Shape.RESPONSES: "max_output_tokens",
    Shape.MESSAGES: "max_tokens",
}
_OTHER_LIMITS: Final = ("max_completion_tokens", "min_tokens")


@dataclass(frozen=True, slots=True)
class Prompts:
    """The prompts of a run, in the order in which they are sent.

    Attributes:
        source: Where they come from, in a few words.
        rate_per_s: Production's rate, requests per second; None where the prompts have no times.
        skipped: Exchanges that were left out, by reason.
    """

    source: str
    exchanges: tuple[Exchange, ...]
    rate_per_s: float | None = None
    skipped: Mapping[str, int] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Hash of everything that is asked."""
        lines = (json.dumps(one.request, sort_keys=True) for one in self.exchanges)
        return hashlib.sha256("\n".join(lines).encode(errors="surrogatepass")).hexdigest()[:16]

    def gaps_s(self) -> tuple[float, ...]:
        """Recorded time from each exchange to the next, s; empty where they have no times."""
        if self.rate_per_s is None:
            return ()
        times = [one.captured_at.timestamp() for one in self.exchanges]
        return tuple(max(later - earlier, 0.0) for earlier, later in pairwise(times))


def from_traffic(records: Iterable[bytes], *, source: str, most: int) -> Prompts:
    """The last exchanges of production, oldest first, with the rate at which they came.

    Suites, canaries and what streams no tokens are left out and counted. The rate is that of production: exchanges that
    capture sampled count as those for which they stand.

    Raises:
        UsageError: there is no exchange to be asked again.
    """
    skipped = Counter[str]()
    found: dict[str, Exchange] = {}
    for record in records:
        try:
            exchange = Exchange.from_bytes(record)
        except BadRecord:
            skipped["bad_record"] += 1
            continue
        if reason := _unfit(exchange):
            skipped[reason] += 1
        else:
            found[exchange.exchange_id] = exchange
    kept = sorted(found.values(), key=lambda one: (one.captured_at, one.exchange_id))[-most:]
    if not kept:
        message = (
            f"no exchange of {source} can be asked again ({_told(skipped)}); give --prompts FILE, or a larger --last"
        )
        raise UsageError(message)
    return Prompts(source, tuple(kept), _rate(kept), dict(skipped))


def _unfit(exchange: Exchange) -> str:
    if exchange.suite:
        return "suite"
    if is_canary(exchange):
        return "canary"
    return "" if exchange.shape in _STREAMED else str(exchange.shape)


def _told(skipped: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {reason} left out" for reason, count in sorted(skipped.items())) or "it has none"


def _rate(kept: Sequence[Exchange]) -> float | None:
    span_s = (kept[-1].captured_at - kept[0].captured_at).total_seconds()
    return sum(one.weight for one in kept[1:]) / span_s if span_s > 0 else None


def from_file(path: Path) -> Prompts:
    """The prompts of a JSONL file: a suite, request bodies (`messages`), or `prompt` with optional `output_tokens`.

    Raises:
        UsageError: a line is none of these; the message gives its number, never its text.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"cannot read {path}: {type(error).__name__}; give a readable UTF-8 JSONL file"
        raise UsageError(message) from None
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if not lines:
        message = f"{path} has no prompt; write one JSON object per line"
        raise UsageError(message)
    if {"id", "category", "messages"} <= _object(lines[0][1], where=f"{path} line {lines[0][0]}").keys():
        return _of_suite(path)
    bodies = [_body(_object(line, where=f"{path} line {number}"), f"{path} line {number}") for number, line in lines]
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    source = f"{path.name}@{digest}"
    return Prompts(source, tuple(_exchange(body, source=source, place=place) for place, body in enumerate(bodies)))


def _of_suite(path: Path) -> Prompts:
    suite = load_suite(path)
    exchanges = (
        to_exchange(example, suite_id=suite.id, experiment_id="", captured_at=_NO_TIME, model="load")
        for example in suite.examples
    )
    return Prompts(suite.id, tuple(exchanges))


def _object(line: str, *, where: str) -> dict[str, JsonValue]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        message = f"{where}: not a JSON object; write one per line"
        raise UsageError(message)
    return value


def _body(line: dict[str, JsonValue], where: str) -> dict[str, JsonValue]:
    if isinstance(messages := line.get("messages"), list):
        if not messages:
            message = f"{where}: `messages` is empty; give at least one"
            raise UsageError(message)
        return line
    prompt, tokens = line.get("prompt"), line.get("output_tokens")
    if not isinstance(prompt, str):
        message = f"{where}: neither `messages` nor `prompt`; give one of them"
        raise UsageError(message)
    body: dict[str, JsonValue] = {"messages": [{"role": "user", "content": prompt}]}
    if tokens is not None:
        body["max_tokens"] = _bound(tokens, where)
    return body


def _bound(tokens: JsonValue, where: str) -> int:
    if isinstance(tokens, bool) or not isinstance(tokens, int) or tokens < 1:
        message = f"{where}: `output_tokens` must be a whole number above 0"
        raise UsageError(message)
    return tokens


def _exchange(body: dict[str, JsonValue], *, source: str, place: int) -> Exchange:
    identity = hashlib.sha256(f"{source}\x1f{place}".encode()).hexdigest()[:32]
    return Exchange(
        exchange_id=identity,
        conversation_id=identity,
        captured_at=_NO_TIME,
        door=Door.IMPORT,
        shape=Shape.CHAT,
        path="/v1/chat/completions",
        model="load",
        streamed=True,
        category="load",
        turn=1,
        request=body,
        outcome=ExchangeOutcome.NO_REPLY,
    )


def bounded(prompts: Prompts, *, output_tokens: int | None, exactly: bool, varied: bool = False) -> Prompts:
    """The prompts with every reply bounded to so many tokens, or brought to exactly so many by vLLM's `ignore_eos`.

    Args:
        varied: Replies are from half to one and a half times as long, drawn from the prompt. Replies of one length end
            together, so that streams stay in step as they began: at once, with all prompts prefilled in one batch, or
            one after the other.
    """
    if output_tokens is None:
        return prompts
    exchanges = []
    for one in prompts.exchanges:
        body = {name: value for name, value in one.request.items() if name not in _OTHER_LIMITS}
        body[_LIMITS[one.shape]] = _length(one, mean=output_tokens) if varied else output_tokens
        if exactly:
            body["ignore_eos"] = True
        exchanges.append(one.model_copy(update={"request": body}))
    return Prompts(prompts.source, tuple(exchanges), prompts.rate_per_s, prompts.skipped)


def _length(exchange: Exchange, *, mean: int) -> int:
    return Random(exchange.exchange_id).randint(max(mean // 2, 1), mean + mean // 2)  # noqa: S311 - a repeatable draw
