"""Aliases: what each masked value of a conversation is called, as the policy wants it."""

import re
from dataclasses import dataclass, field
from typing import Final

from proxy.anonymise.found import EntityType
from proxy.anonymise.marks import PLACEHOLDERS, Marks
from proxy.anonymise.memory import Memory
from proxy.anonymise.policy import Policy
from proxy.anonymise.pseudonym import identity, pseudonym
from proxy.anonymise.surrogate import SIGNS, surrogate, surrogates

_REMEMBERED: Final = 65_536
_MOST_ATTEMPTS: Final = 16


def marks_of(policy: Policy) -> Marks:
    """How aliases of a policy look; placeholders are known under any."""
    if policy.surrogates == "placeholder":
        return PLACEHOLDERS
    pattern = re.compile(f"{PLACEHOLDERS.pattern.pattern}|{surrogates()}")
    return Marks(pattern, (*PLACEHOLDERS.signs, *SIGNS))


def _owners() -> Memory[tuple[str, str], bytes]:
    return Memory(_REMEMBERED, lambda _: 1)


@dataclass(frozen=True, slots=True)
class Aliases:
    """Gives aliases, the same for the same value of a conversation.

    Two values of a conversation whose realistic surrogates would be the same get different ones, as long as the first
    is remembered and a free one is found within some attempts; else the second gets its placeholder.
    """

    key: bytes
    policy: Policy
    _owner: Memory[tuple[str, str], bytes] = field(default_factory=_owners)

    def alias(self, conversation: str, type_: EntityType, value: str) -> str:
        """What stands in place of a value."""
        if self.policy.surrogates == "realistic":
            whose = identity(self.key, conversation=conversation, type_=type_, value=value)
            for attempt in range(_MOST_ATTEMPTS):
                name = self._attempt(conversation, type_, value, attempt=attempt)
                if name is None:
                    break
                if self._take((conversation, name), whose):
                    return name
        return pseudonym(self.key, conversation=conversation, type_=type_, value=value)

    def _attempt(self, conversation: str, type_: EntityType, value: str, *, attempt: int) -> str | None:
        digest = identity(self.key, conversation=conversation, type_=type_, value=value, attempt=attempt)
        return surrogate(type_, value, seed=int.from_bytes(digest[:16]))

    def _take(self, name: tuple[str, str], whose: bytes) -> bool:
        owner = self._owner.get(name)
        if owner is None:
            self._owner.put(name, whose)
        return owner in (None, whose)
