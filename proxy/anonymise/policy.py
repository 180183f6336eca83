"""What is masked, with what, and what stays: the operator's choice. Every exception is named; none is a guess."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final, Literal

from proxy.anonymise.found import EntityType
from proxy.anonymise.paths import is_path
from proxy.anonymise.urls import host_of, is_within
from proxy.errors import UsageError

_DOMAIN: Final = re.compile(r"(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}")

_NEVER_KEPT: Final = frozenset({EntityType.SECRET})


@dataclass(frozen=True, slots=True)
class Policy:
    """What the anonymiser does with what it finds.

    Attributes:
        surrogates: Typed placeholders, or realistic values of the same form that nobody has.
        media: Whether images, sounds and files are dropped, or kept where the request carries them. A kept one is data;
            an address is kept only without user, query and fragment.
        allow: Paths whose strings and numbers are never masked, such as `metadata.plan` or `tools.*.description`. A
            path names values, not what is below them; the JSON in a string has no paths.
        own_domains: Domains whose addresses, and those below them, are no personal data.
        keep_types: Types that are not masked. Never secrets.

    Raises:
        UsageError: a path, a domain or a type is not what it should be.
    """

    surrogates: Literal["placeholder", "realistic"] = "placeholder"
    media: Literal["drop", "keep"] = "drop"
    allow: tuple[str, ...] = ()
    own_domains: frozenset[str] = frozenset()
    keep_types: frozenset[EntityType] = frozenset()

    def __post_init__(self) -> None:
        for path in self.allow:
            if not is_path(path):
                message = f"{path!r} is no path of a field: write it as metadata.plan or tools.*.function.name"
                raise UsageError(message)
        for domain in self.own_domains:
            if not _DOMAIN.fullmatch(domain):
                message = f"{domain!r} is no domain: write it in lower case, as shop.example"
                raise UsageError(message)
        if never := sorted(self.keep_types & _NEVER_KEPT):
            message = f"{', '.join(never)} cannot be kept: credentials are never published"
            raise UsageError(message)

    def keeps(self, type_: EntityType, value: str) -> bool:
        """Whether something that was found stays, because its type or its domain is excepted."""
        return type_ in self.keep_types or (
            type_ is EntityType.URL and bool(self.own_domains) and is_within(host_of(value), self.own_domains)
        )

    @property
    def fingerprint(self) -> str:
        """Six hex digits that tell a policy from others; empty for the default one."""
        if self == Policy():
            return ""
        parts = (self.surrogates, self.media, *self.allow, "", *sorted(self.own_domains), "", *sorted(self.keep_types))
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:6]
