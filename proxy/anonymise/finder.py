"""The finder: everything that is to be masked in one string, by detectors, keys, known names and a recogniser."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from proxy.anonymise.detectors import find_all, is_word
from proxy.anonymise.found import EntityType, Found, merge
from proxy.anonymise.labels import find_labelled
from proxy.anonymise.marks import Marks
from proxy.anonymise.memory import Memory
from proxy.anonymise.names import KnownNames
from proxy.anonymise.policy import Policy
from proxy.anonymise.reading import read, readings

type Recogniser = Callable[[str], Iterable[Found]]
"""Names of people, places and organisations in a plain text, by offsets in that text."""

NAMED: Final = frozenset({EntityType.PERSON, EntityType.ORGANISATION, EntityType.LOCATION})
"""Types that are names: a conversation remembers them, and structural fields are not searched for them."""

_CACHED: Final = 65_536
_SHORTEST: Final = 3
_REACH: Final = 176
"""Characters by which a masked span can change what a detector makes of the text around it, and an edge."""

_EDGE: Final = 48


def _cache() -> Memory[bytes, tuple[Found, ...]]:
    return Memory(_CACHED, lambda found: 1 + len(found))


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds what a policy has masked. What does not depend on a conversation is cached by keyed hash, as offsets.

    Attributes:
        ours: What stands in place of masked spans; nothing is ever found in it.
    """

    key: bytes
    policy: Policy
    ours: Marks
    recogniser: Recogniser | None = None
    _found: Memory[bytes, tuple[Found, ...]] = field(default_factory=_cache)

    def find(self, text: str) -> tuple[Found, ...]:
        """What the text alone tells: the findings of detectors and recogniser, in order and without overlap."""
        if len(text) < _SHORTEST or (self.recogniser is None and is_word(text)):
            return ()
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=self.key[:64], digest_size=16).digest()
        found = self._found.get(digest)
        if found is None:
            found = tuple(merge([*find_all(text, ours=self.ours, keeps=self.policy.keeps), *self._recognised(text)]))
            self._found.put(digest, found)
        return found

    def find_in(self, value: str, *, key: str, names: KnownNames) -> list[Found]:
        """What all ways of finding agree to mask in one string of a body."""
        return self._merged(self.find(value), value, key=key, names=names)

    def find_again(self, value: str, *, key: str, names: KnownNames) -> list[Found]:
        """What is left to mask in a string that has just been masked.

        Detectors look only around what was masked: everything else they have seen with the same text around it. The
        recogniser reads a text once, as it came.
        """
        return self._merged(merge(self._around_masked(value)), value, key=key, names=names)

    def _merged(self, found: Sequence[Found], value: str, *, key: str, names: KnownNames) -> list[Found]:
        findings = [*found, *self.labelled(value, key=key), *self._known(value, names)]
        return merge(findings) if len(findings) > 1 else findings

    def _around_masked(self, text: str) -> Iterator[Found]:
        """Findings around masked spans. What lies at the edge of a stretch may look new because the stretch is cut."""
        for start, end in _stretches(self.ours.spans(text), text):
            for found in find_all(text[start:end], ours=self.ours, keeps=self.policy.keeps):
                is_whole = (not start or found.start >= _EDGE) and (
                    end == len(text) or found.end <= end - start - _EDGE
                )
                if is_whole:
                    yield found.shifted(start)

    def find_structural(self, value: str) -> list[Found]:
        """What must not stand even in a field by which the request works."""
        return [found for found in self.find(value) if found.type not in NAMED]

    def labelled(self, value: str, *, key: str) -> Iterator[Found]:
        """What the key of a value says about it."""
        for found in find_labelled(value, key=key, ours=self.ours):
            if found.type not in self.policy.keep_types:
                yield found

    def _known(self, value: str, names: KnownNames) -> Iterator[Found]:
        for reading in readings(self.ours.blanked(value)) if names.names else ():
            for found in names.find(reading.text):
                yield Found(found.type, *reading.origin(found.start, found.end), found.detector, found.reason)

    def _recognised(self, text: str) -> Iterator[Found]:
        if self.recogniser is None or not any(map(str.isalpha, text)):
            return
        reading = read(text)
        free = list(self.ours.between(text))
        for found in self.recogniser(reading.text):
            if not 0 <= found.start < found.end <= len(reading.text):
                message = "the recogniser gave offsets that are not in the text"
                raise ValueError(message)
            first, last = reading.origin(found.start, found.end)
            if found.type not in self.policy.keep_types:
                yield from _outside(Found(found.type, first, last, found.detector, found.reason), text, free)


def _stretches(masked: list[tuple[int, int]], text: str) -> Iterator[tuple[int, int]]:
    """Stretches around masked spans, cut in white space; those that meet are one."""
    first = last = 0
    for start, end in masked:
        before = text.rfind(" ", 0, max(0, start - _REACH)) + 1
        after = text.find(" ", end + _REACH)
        if before > last:
            if last:
                yield first, last
            first = before
        last = len(text) if after < 0 else after
    if last:
        yield first, last


def _outside(found: Found, text: str, free: list[tuple[int, int]]) -> Iterator[Found]:
    for start, end in free:
        first, last = max(found.start, start), min(found.end, end)
        if first < last and any(map(str.isalnum, text[first:last])):
            yield Found(found.type, first, last, found.detector, found.reason)
