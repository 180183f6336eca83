"""What becomes of an exchange that is too large for the log: what the replay does not need is left out of it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from proxy.exchange import Exchange
from proxy.log.record import Refusal
from proxy.wire.reply import Reply


@dataclass(frozen=True, slots=True)
class TooLarge:
    """Even what the replay needs is too large; `reason` is a word for the coverage ledger.

    Attributes:
        least_bytes: Size of the record without all that may be left out.
    """

    least_bytes: int
    reason: Refusal = Refusal.TOO_LARGE


def fit(exchange: Exchange, *, max_bytes: int) -> Exchange | TooLarge:
    """The exchange with as little left out of its live reply as the bound asks for; `cut` says what.

    First the log-probabilities go, then the whole reply: a reply without its text would look like an empty one. The
    request never changes, nor does what the reply was counted by: status, outcome and timing.

    Args:
        max_bytes: Largest record, as it stands on the log.
    """
    size = len(exchange.to_bytes())
    if size <= max_bytes:
        return exchange
    for part, reply in _smaller_replies(exchange.reply):
        smaller = exchange.model_copy(update={"reply": reply, "cut": (*exchange.cut, part)})
        size = len(smaller.to_bytes())
        if size <= max_bytes:
            return smaller
    return TooLarge(size)


def _smaller_replies(reply: Reply | None) -> Iterator[tuple[str, Reply | None]]:
    """What is left out with what is left of the reply, the least first."""
    if reply is None:
        return
    if any(choice.logprobs for choice in reply.choices):
        choices = tuple(choice.model_copy(update={"logprobs": ()}) for choice in reply.choices)
        yield "reply.logprobs", reply.model_copy(update={"choices": choices})
    yield "reply", None
