"""A first glance at a text: its words, and where digits stand close together. By this, costly looks are spared."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

_WORD: Final = re.compile(r"[^\W\d_]+")
_ASCII_LETTERS: Final = bytes(code if chr(code).isascii() and chr(code).isalpha() else 32 for code in range(256))

_NEAR: Final = re.compile(r"[0-9](?:[^0-9]{0,6}[0-9]){2,}+")
_JOINED: Final = re.compile(r"[0-9](?:[ .()/+-]{0,3}[0-9]){5,}+")


class Around(NamedTuple):
    """What a detector wants to see: digits, and the characters in front of them and behind them.

    Attributes:
        digits: How many there must be. Three need only be near each other; between six or more there must be nothing
            but what people write into numbers.
        worded: The words around the digits are wanted, too.
    """

    digits: int
    before: int
    after: int = 16
    worded: bool = False


CODE: Final = Around(3, before=16)
NUMBER: Final = Around(6, before=16)
LONG_NUMBER: Final = Around(8, before=16)
ACCOUNT: Final = Around(8, before=16, after=36)
CARD: Final = Around(12, before=16)
ANNOUNCED: Final = Around(3, before=80, after=36, worded=True)
NUMBER_ANNOUNCED: Final = Around(6, before=80, after=24, worded=True)
_FEW: Final = 3
_NO_WORDS: Final = frozenset[str]()


class _Cluster(NamedTuple):
    start: int
    end: int
    digits: int


class Window(NamedTuple):
    """A stretch of a text.

    Attributes:
        start: Where it begins in the text.
        words: Its words in lower case, if they are wanted; one that it cuts is not whole.
    """

    start: int
    text: str
    words: frozenset[str]


@dataclass(slots=True)
class Glance:
    """What a text in plain form has.

    Attributes:
        lowered: The text in lower case.
        words: Its words in lower case: runs of letters.
    """

    text: str
    lowered: str = field(init=False)
    words: frozenset[str] = field(init=False)
    _windows: dict[Around, list[Window]] = field(init=False, default_factory=dict)
    _clusters: dict[bool, list[_Cluster]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.lowered = self.text.lower()
        self.words = _words(self.lowered)

    def windows(self, around: Around | None) -> list[Window]:
        """Stretches of the text around digits, apart from each other; the whole text if no digits are asked for."""
        if around is None:
            return [Window(0, self.text, self.words)]
        found = self._windows.get(around)
        if found is None:
            stretches = _stretches(self._digits(around), around, end=len(self.text))
            found = [
                Window(at, self.text[at:end], _words(self.lowered[at:end]) if around.worded else _NO_WORDS)
                for at, end in stretches
            ]
            self._windows[around] = found
        return found

    def _digits(self, around: Around) -> list[_Cluster]:
        few = around.digits <= _FEW
        found = self._clusters.get(few)
        if found is None:
            if few:
                found = [_Cluster(*match.span(), _FEW) for match in _NEAR.finditer(self.text)]
            else:
                found = [_Cluster(*match.span(), _count(match[0])) for match in _JOINED.finditer(self.text)]
            self._clusters[few] = found
        return found


def _count(joined: str) -> int:
    """Digits of a joined cluster."""
    return len(joined.encode().translate(None, b" .()/+-"))


def _words(lowered: str) -> frozenset[str]:
    if lowered.isascii():
        return frozenset(lowered.encode().translate(_ASCII_LETTERS).decode().split())
    return frozenset(_WORD.findall(lowered))


def _stretches(clusters: list[_Cluster], around: Around, *, end: int) -> Iterator[tuple[int, int]]:
    """Stretches around the clusters that have enough digits; those that meet are one."""
    first = last = 0
    for cluster in clusters:
        if cluster.digits >= around.digits:
            start = max(0, cluster.start - around.before)
            if start > last:
                if last:
                    yield first, last
                first = start
            last = min(end, cluster.end + around.after)
    if last:
        yield first, last
