"""The anonymiser of the capture process: requests and replies go in, and come out with placeholders.

It fails closed: whatever goes wrong inside is one exception without payload, and the caller drops the exchange.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple

from proxy.anonymise.aliases import Aliases, marks_of
from proxy.anonymise.explaining import explained
from proxy.anonymise.finder import Finder, Recogniser
from proxy.anonymise.found import Found, merge
from proxy.anonymise.json_walk import Unsettled, Visitor, walk_body, walk_reply, walk_text
from proxy.anonymise.keyring import key_id
from proxy.anonymise.masking import Masker
from proxy.anonymise.memory import Memory
from proxy.anonymise.names import KnownNames, Name
from proxy.anonymise.parts import Cutter, Part, joined
from proxy.anonymise.paths import root
from proxy.anonymise.policy import Policy
from proxy.errors import UnderstudyError, UsageError
from proxy.wire.reply import Reply

RULES_VERSION: Final = 2
"""Raised whenever the rules change what is masked."""

_SHORTEST_KEY: Final = 16
_MOST_ROUNDS: Final = 12
_MOST_NAMES: Final = 512
_REMEMBERED_NAMES: Final = 16_384
_REMEMBERED_BYTES: Final = 67_108_864


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


class _Settled[T](NamedTuple):
    """A part as it is published, and what it rests on."""

    value: T
    masked: Counter[str]
    heard: frozenset[Name]
    names: frozenset[Name]
    size: int


class Anonymiser:
    """Masks identifiers and names with keyed aliases. Safe to share between threads.

    The names that a conversation introduced are remembered for its later requests and replies, in memory only and
    until others take their place. So are the masked forms of its messages, under their keyed hash: a turn repeats all
    turns before it. What is given back shares them, and must not be changed.

    Args:
        key: Key of the pseudonyms, 16 bytes or more.
        policy: What is masked, and with what.
        recogniser: Finds names in a plain text that no pattern could; conversations remember them like introduced
            ones. Whatever it raises fails the exchange.

    Raises:
        UsageError: the key is too short.
    """

    def __init__(self, key: bytes, *, policy: Policy | None = None, recogniser: Recogniser | None = None) -> None:
        if len(key) < _SHORTEST_KEY:
            message = f"the pseudonym key has {len(key)} bytes: give at least {_SHORTEST_KEY}"
            raise UsageError(message)
        policy = policy or Policy()
        self._cutter = Cutter(key)
        self._place = root(policy.allow)
        self._finder = Finder(key, policy, marks_of(policy), recogniser)
        self._aliases = Aliases(key, policy)
        self._names: Memory[str, KnownNames] = Memory(_REMEMBERED_NAMES, lambda known: 1 + len(known.names))
        self._parts: Memory[tuple[str, bytes], _Settled[Any]] = Memory(_REMEMBERED_BYTES, lambda held: held.size)
        self.version: Final = "+".join(filter(None, (str(RULES_VERSION), key_id(key), policy.fingerprint)))

    def anonymise_json(self, body: dict[str, Any], *, conversation: str) -> Anonymised[dict[str, Any]]:
        """Mask a request body: every string anywhere, keys of foreign objects, and integers that are identifiers.

        Integers that are masked become strings.

        Args:
            body: The decoded JSON object; it is left as it is.

        Raises:
            AnonymiserFailed: the body must not be published.
        """
        with _failing_closed():
            walk = partial(walk_body, place=self._place)
            settled = self._settle(self._cutter.cut(body), walk, conversation=conversation)
            return Anonymised(joined(part.value for part in settled), _summed(settled))

    def anonymise_text(self, text: str, *, conversation: str) -> Anonymised[str]:
        """Mask one text; if it is JSON it stays valid JSON.

        Raises:
            AnonymiserFailed: the text must not be published.
        """
        with _failing_closed():
            (settled,) = self._settle([Part(text)], walk_text, conversation=conversation)
            return Anonymised(settled.value, _summed([settled]))

    def anonymise_reply(self, reply: Reply, *, conversation: str) -> Anonymised[Reply]:
        """Mask a reply, with the names that the conversation's request introduced.

        A choice in which anything was masked loses its log-probabilities, since their tokens spell the text.

        Raises:
            AnonymiserFailed: the reply must not be published.
        """
        with _failing_closed():
            (settled,) = self._settle([Part(reply)], walk_reply, conversation=conversation)
            return Anonymised(settled.value, _summed([settled]))

    def explain(self, text: str) -> list[Found]:
        """What would be masked in a text, in order, and why; the findings hold offsets, not the text.

        In a JSON text each string is looked at by itself, with its key and its path. A finding in a string that is
        written with escapes covers the whole string. Media that are dropped as a whole are not listed.

        Raises:
            AnonymiserFailed: the text would not be published at all.
        """
        with _failing_closed():
            listener = Masker(self._finder, KnownNames(), lambda type_, _: f"<{type_}_000000>")
            walk_text(text, listener)
            return merge(explained(text, self._finder, KnownNames(listener.heard), place=self._place))

    def _settle[T](
        self, parts: Sequence[Part[T]], walk: Callable[[T, Visitor], T], *, conversation: str
    ) -> list[_Settled[T]]:
        """Mask all parts with the names that any of them introduces, and that the conversation knows."""
        heard: frozenset[Name] = frozenset()
        for _ in range(_MOST_ROUNDS):
            names = self._remember(conversation, heard)
            settled = [self._mask(part, walk, names, conversation=conversation) for part in parts]
            heard = frozenset().union(*(part.heard for part in settled))
            if heard <= names.names:
                return settled
        raise Unsettled

    def _mask[T](
        self, part: Part[T], walk: Callable[[T, Visitor], T], names: KnownNames, *, conversation: str
    ) -> _Settled[T]:
        held = self._held(part, conversation)
        if held is not None and held.names == names.names:
            return held
        masker = Masker(self._finder, names, partial(self._aliases.alias, conversation))
        value = walk(part.value, masker)
        settled = _Settled(value, masker.masked, frozenset(masker.heard), names.names, part.size)
        if part.digest is not None and settled.heard <= names.names:
            self._parts.put((conversation, part.digest), settled)
        return settled

    def _held[T](self, part: Part[T], conversation: str) -> _Settled[T] | None:
        return self._parts.get((conversation, part.digest)) if part.digest is not None else None

    def _remember(self, conversation: str, heard: frozenset[Name]) -> KnownNames:
        known = self._names.get(conversation) or KnownNames()
        if not heard <= known.names:
            known = KnownNames([*sorted(heard), *sorted(known.names - heard)][: max(_MOST_NAMES, len(heard))])
            self._names.put(conversation, known)
        return known


def _summed(settled: Iterable[_Settled[Any]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in settled:
        if part.masked:
            total += part.masked
    return dict(sorted(total.items()))


@contextmanager
def _failing_closed() -> Iterator[None]:
    try:
        yield
    except Exception:  # noqa: BLE001 - whatever it is, its message may quote the payload
        message = "the anonymiser broke on this text: nothing of it is published"
        raise AnonymiserFailed(message) from None
