"""What is to be said in one choice: text or tool calls, as whole words and as the tokens that are sent."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from shadow.simulator.tokens import split_tokens


class Finish(StrEnum):
    """Why a choice ended; each API shape has its own words for it."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call; `arguments` is JSON text, unless a fault broke it."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class TextToken:
    """A token of the text; `place` counts the text's tokens from 0."""

    place: int
    text: str


@dataclass(frozen=True, slots=True)
class CallStart:
    """The name of the call at `index`; it costs one token."""

    index: int
    name: str


@dataclass(frozen=True, slots=True)
class CallToken:
    """A token of the arguments of the call at `index`."""

    index: int
    text: str


type Token = TextToken | CallStart | CallToken


@dataclass(frozen=True, slots=True)
class Said:
    """One choice. Text and calls may both be there; the text is sent first."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    finish: Finish = Finish.STOP

    @property
    def tokens(self) -> tuple[Token, ...]:
        """All that is sent, token by token, in order."""
        return _tokens(self)

    def cut(self, limit: int) -> "Said":
        """The first `limit` tokens, at least 1; unchanged when there are no more than that."""
        sent = self.tokens
        return self if len(sent) <= limit else _joined(sent[:limit])


@lru_cache(maxsize=64)
def _tokens(said: Said) -> tuple[Token, ...]:
    """Remembered, since planning one reply asks for them several times."""
    sent: list[Token] = [TextToken(place, piece) for place, piece in enumerate(split_tokens(said.text))]
    for index, call in enumerate(said.calls):
        sent.append(CallStart(index, call.name))
        sent.extend(CallToken(index, piece) for piece in split_tokens(call.arguments))
    return tuple(sent)


def _joined(sent: tuple[Token, ...]) -> Said:
    text, calls = "", list[Call]()
    for token in sent:
        match token:
            case TextToken(text=piece):
                text += piece
            case CallStart(name=name):
                calls.append(Call(name, ""))
            case CallToken(index=index, text=piece):
                calls[index] = Call(calls[index].name, calls[index].arguments + piece)
    return Said(text, tuple(calls), Finish.LENGTH)
