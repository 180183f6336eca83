"""The visitor that masks what is found, and hears which names are introduced."""

import binascii
from base64 import b64decode
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from proxy.anonymise.finder import NAMED, Finder
from proxy.anonymise.found import EntityType, Found
from proxy.anonymise.names import KnownNames, Name
from proxy.anonymise.reading import read

type Alias = Callable[[EntityType, str], str]
"""What stands in place of a value, the same for the same value of a conversation."""

_SHORTEST_NUMBER: Final = 9


@dataclass(slots=True)
class Masker:
    """A visitor that puts aliases in place of everything that is found, and counts them.

    Attributes:
        heard: Names that what was masked introduces. If any of them is not known, what was made is of no use.
        masked: Masked spans by entity type.
    """

    finder: Finder
    names: KnownNames
    alias: Alias
    heard: set[Name] = field(default_factory=set)
    masked: Counter[str] = field(default_factory=Counter)
    _made: set[str] = field(default_factory=set)

    def text(self, value: str, *, key: str) -> str:
        """The string with aliases in it; once an unknown name is heard, as it is, since all must be masked again."""
        find = self.finder.find_again if value in self._made else self.finder.find_in
        findings = find(value, key=key, names=self.names)
        if not findings:
            return value
        self.heard |= self._introduced(value, findings, key=key)
        if not self.heard <= self.names.names:
            return value
        masked = self._masked(value, findings)
        self._made.add(masked)
        return masked

    def structural(self, value: str) -> str:
        """The string with aliases in place of identifiers; names in it are left."""
        return self._masked(value, self.finder.find_structural(value))

    def number(self, value: str, *, key: str) -> str | None:
        """A number is masked as a whole if its key or its check digits say so; seeds are never identifiers."""
        if key == "seed":
            return None
        labelled = next(self.finder.labelled(value, key=key), None)
        found = labelled or next(iter(self.finder.find(value) if len(value) >= _SHORTEST_NUMBER else ()), None)
        return self._alias(found.type, value) if found else None

    def medium(self, value: str, *, type_: EntityType) -> str:
        """The alias of a medium, or the medium itself if the policy keeps it and it names nobody."""
        if self.finder.ours.is_alias(value) or type_ in self.finder.policy.keep_types:
            return value
        is_kept = self.finder.policy.media == "keep" and (self._is_only_data(value) or self._is_bare_address(value))
        return value if is_kept else self._alias(type_, value)

    def _is_only_data(self, value: str) -> bool:
        """Bytes, and nothing else that could be read in them."""
        return _is_data(value) and all(found.type is EntityType.FILE for found in self.finder.find(value))

    def _is_bare_address(self, value: str) -> bool:
        """An address without user, query and fragment, where credentials would be, whose path names nobody."""
        try:
            parts = urlsplit(value)
        except ValueError:
            return False
        is_bare = parts.scheme in {"http", "https"} and not ("@" in parts.netloc or parts.query or parts.fragment)
        return is_bare and not self.finder.find(parts.path)

    def _introduced(self, value: str, findings: list[Found], *, key: str) -> set[Name]:
        """The names among the findings; where one overlaps with others, as it was before they were joined."""
        if not any(found.type in NAMED or found.detector == "key" for found in findings):
            return set()
        alone = findings if value in self._made else (*self.finder.find(value), *self.finder.labelled(value, key=key))
        return {
            Name(found.type, " ".join(read(value[found.start : found.end]).text.split()))
            for found in alone
            if found.type in NAMED and found.detector != "known_name"
        }

    def _masked(self, value: str, findings: list[Found]) -> str:
        if not findings:
            return value
        pieces: list[str] = []
        end = 0
        for found in findings:
            pieces += value[end : found.start], self._alias(found.type, value[found.start : found.end])
            end = found.end
        return "".join((*pieces, value[end:]))

    def _alias(self, type_: EntityType, value: str) -> str:
        self.masked[type_.value] += 1
        return self.alias(type_, value)


def _is_data(value: str) -> bool:
    """Bytes in base64, bare or as a data URI."""
    head, comma, data = value.rpartition(",")
    if comma and not (head.startswith("data:") and head.endswith(";base64")):
        return False
    try:
        return bool(b64decode(data, validate=True))
    except (binascii.Error, ValueError):
        return False
