"""The anonymiser of the capture process: requests and replies go in, and come out with placeholders.

It fails closed: whatever goes wrong inside is one exception without payload, and the caller drops the exchange.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from proxy.anonymise.detectors import find_all
from proxy.anonymise.found import EntityType, Found, merge
from proxy.anonymise.json_text import is_json, literals
from proxy.anonymise.json_walk import Visitor, walk_body, walk_reply, walk_text
from proxy.anonymise.labels import find_labelled
from proxy.anonymise.memory import Memory
from proxy.anonymise.names import KnownNames
from proxy.anonymise.pseudonym import PLACEHOLDER, pseudonym
from proxy.anonymise.reading import read
from proxy.errors import UnderstudyError, UsageError
from proxy.wire.reply import Reply

RULES_VERSION: Final = 1
"""Raised whenever the rules change what is masked."""

_SHORTEST_KEY: Final = 16
_SHORTEST_NUMBER: Final = 9
_MOST_ROUNDS: Final = 12
_MOST_NAMES: Final = 512
_CACHED_FINDINGS: Final = 65_536
_REMEMBERED_NAMES: Final = 16_384


class AnonymiserFailed(UnderstudyError):
    """Something went wrong inside the anonymiser: nothing of the exchange may be published."""


@dataclass(frozen=True, slots=True)
class Anonymised[T]:
    """What was given, without what was found.

    Attributes:
        masked: Masked spans by entity type; types that did not occur are left out.
    """

    value: T
    masked: dict[str, int]


class Anonymiser:
    """Masks structured identifiers and introduced names with keyed placeholders. Safe to share between threads.

    The names that a conversation introduced are remembered for its later requests and replies, in memory only and
    until others take their place. What was found in a string is cached under its keyed hash, as offsets.

    Args:
        key: Key of the pseudonyms, 16 bytes or more.

    Raises:
        UsageError: the key is too short.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < _SHORTEST_KEY:
            message = f"the pseudonym key has {len(key)} bytes: give at least {_SHORTEST_KEY}"
            raise UsageError(message)
        self._key = key
        self._names: Memory[str, KnownNames] = Memory(_REMEMBERED_NAMES, lambda known: 1 + len(known.names))
        self._cache: Memory[bytes, tuple[Found, ...]] = Memory(_CACHED_FINDINGS, lambda found: 1 + len(found))
        self.version: Final = f"{RULES_VERSION}+{hashlib.sha256(key).hexdigest()[:8]}"

    def anonymise_json(self, body: dict[str, Any], *, conversation: str) -> Anonymised[dict[str, Any]]:
        """Mask a request body: every string anywhere, keys of foreign objects, and integers that are identifiers.

        Integers that are masked become strings. Images, sounds and files become placeholders as a whole.

        Args:
            body: The decoded JSON object; it is left as it is.

        Raises:
            AnonymiserFailed: the body must not be published.
        """
        return self._settle(body, walk_body, conversation=conversation)

    def anonymise_text(self, text: str, *, conversation: str) -> Anonymised[str]:
        """Mask one text; if it is JSON it stays valid JSON.

        Raises:
            AnonymiserFailed: the text must not be published.
        """
        return self._settle(text, walk_text, conversation=conversation)

    def anonymise_reply(self, reply: Reply, *, conversation: str) -> Anonymised[Reply]:
        """Mask a reply, with the names that the conversation's request introduced.

        A choice in which anything was masked loses its log-probabilities, since their tokens spell the text.

        Raises:
            AnonymiserFailed: the reply must not be published.
        """
        return self._settle(reply, walk_reply, conversation=conversation)

    def explain(self, text: str) -> list[Found]:
        """What would be masked in a text, in order, and why; the findings hold offsets, not the text.

        In a JSON text each string is looked at by itself, with its key. A finding in a string that is written with
        escapes covers the whole string.

        Raises:
            AnonymiserFailed: the text would not be published at all.
        """
        with _failing_closed():
            learner = _Learner(self._find)
            walk_text(text, learner)
            return merge(self._explained(text, KnownNames(learner.names)))

    def _explained(self, text: str, names: KnownNames) -> Iterator[Found]:
        if not is_json(text):
            yield from _findings(text, key="", find=self._find, names=names)
            return
        for literal in literals(text):
            quote = 0 if literal.is_number else 1
            for found in _findings(literal.value, key=literal.key, find=self._find, names=names):
                plain = literal.is_number or literal.raw[1:-1] == literal.value
                whole = Found(found.type, 0, len(literal.raw) - 2 * quote, found.detector, found.reason)
                yield (found if plain else whole).shifted(literal.start + quote)

    def _settle[T](self, value: T, walk: Callable[[T, Visitor], T], *, conversation: str) -> Anonymised[T]:
        """Mask until nothing more is found, so that masking the result again would change nothing."""
        counts: Counter[str] = Counter()
        with _failing_closed():
            for _ in range(_MOST_ROUNDS):
                learner = _Learner(self._find)
                walk(value, learner)
                names = self._remember(conversation, learner.names)
                masker = _Masker(self._find, names, key=self._key, conversation=conversation)
                value = walk(value, masker)
                counts += masker.masked
                if not masker.masked:
                    return Anonymised(value, dict(sorted(counts.items())))
        message = "the anonymiser found something new after every round: nothing of this is published"
        raise AnonymiserFailed(message)

    def _remember(self, conversation: str, heard: set[str]) -> KnownNames:
        known = self._names.get(conversation) or KnownNames()
        if not heard <= known.names:
            known = KnownNames([*sorted(heard), *sorted(known.names - heard)][: max(_MOST_NAMES, len(heard))])
            self._names.put(conversation, known)
        return known

    def _find(self, text: str) -> tuple[Found, ...]:
        key = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=self._key[:64], digest_size=16).digest()
        found = self._cache.get(key)
        if found is None:
            found = tuple(find_all(text))
            self._cache.put(key, found)
        return found


type _Find = Callable[[str], tuple[Found, ...]]


def _findings(value: str, *, key: str, find: _Find, names: KnownNames) -> list[Found]:
    """What all ways of finding agree to mask in one string, in order and without overlap."""
    return merge([*find(value), *find_labelled(value, key=key), *_known(value, names)])


def _known(value: str, names: KnownNames) -> Iterator[Found]:
    if not names.names:
        return
    start = 0
    for end, following in [*(match.span() for match in PLACEHOLDER.finditer(value)), (len(value), 0)]:
        reading = read(value[start:end])
        for found in names.find(reading.text):
            first, last = reading.origin(found.start, found.end)
            yield Found(found.type, start + first, start + last, found.detector, found.reason)
        start = following


@dataclass(slots=True)
class _Learner:
    """A visitor that changes nothing and hears which names are introduced."""

    find: _Find
    names: set[str] = field(default_factory=set)

    def text(self, value: str, *, key: str) -> str:
        for found in (*self.find(value), *find_labelled(value, key=key)):
            if found.type is EntityType.PERSON:
                self.names.add(" ".join(read(value[found.start : found.end]).text.split()))
        return value

    def number(self, value: str, *, key: str) -> None:  # noqa: ARG002 - the visitor's form
        return None

    def medium(self, value: str, *, type_: EntityType) -> str:  # noqa: ARG002 - the visitor's form
        return value


@dataclass(slots=True)
class _Masker:
    """A visitor that puts placeholders in place of everything that is found, and counts them."""

    find: _Find
    names: KnownNames
    key: bytes = field(kw_only=True)
    conversation: str = field(kw_only=True)
    masked: Counter[str] = field(default_factory=Counter)

    def text(self, value: str, *, key: str) -> str:
        pieces: list[str] = []
        end = 0
        for found in _findings(value, key=key, find=self.find, names=self.names):
            pieces += value[end : found.start], self._placeholder(found.type, value[found.start : found.end])
            end = found.end
        return "".join((*pieces, value[end:]))

    def number(self, value: str, *, key: str) -> str | None:
        """A number is masked as a whole if its key or its check digits say so; seeds are never identifiers."""
        if key == "seed":
            return None
        labelled = next(find_labelled(value, key=key), None)
        found = labelled or next(iter(self.find(value) if len(value) >= _SHORTEST_NUMBER else ()), None)
        return self._placeholder(found.type, value) if found else None

    def medium(self, value: str, *, type_: EntityType) -> str:
        return value if PLACEHOLDER.fullmatch(value) else self._placeholder(type_, value)

    def _placeholder(self, type_: EntityType, value: str) -> str:
        self.masked[type_.value] += 1
        return pseudonym(self.key, conversation=self.conversation, type_=type_, value=value)


@contextmanager
def _failing_closed() -> Iterator[None]:
    try:
        yield
    except Exception:  # noqa: BLE001 - whatever it is, its message may quote the payload
        message = "the anonymiser broke on this text: nothing of it is published"
        raise AnonymiserFailed(message) from None
