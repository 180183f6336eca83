"""What would be masked in a text and why, by offsets; nothing is masked here."""

from collections.abc import Iterator

from proxy.anonymise.finder import Finder
from proxy.anonymise.found import Found
from proxy.anonymise.json_text import Literal, is_json, literals
from proxy.anonymise.names import KnownNames
from proxy.anonymise.paths import Place


def explained(text: str, finder: Finder, names: KnownNames, *, place: Place) -> Iterator[Found]:
    """Findings in a text, or in the strings and numbers of a JSON text; they may overlap.

    Args:
        place: Paths of the fields that have rules of their own.
    """
    if not is_json(text):
        yield from finder.find_in(text, key="", names=names)
        return
    for literal in literals(text):
        for found in _in_literal(literal, finder, names, place=_below(place, literal)):
            yield _on_paper(found, literal)


def _below(place: Place | None, literal: Literal) -> Place | None:
    for step in literal.path:
        place = place.below(step) if place is not None and step else None
    return place


def _in_literal(literal: Literal, finder: Finder, names: KnownNames, *, place: Place | None) -> list[Found]:
    if place is not None and place.is_allowed:
        return []
    if place is not None and place.is_structural:
        return finder.find_structural(literal.value)
    return finder.find_in(literal.value, key=literal.key, names=names)


def _on_paper(found: Found, literal: Literal) -> Found:
    """Where the finding stands in the text; all of the literal where it is written with escapes."""
    quote = 0 if literal.is_number else 1
    if not literal.is_number and literal.raw[1:-1] != literal.value:
        found = Found(found.type, 0, len(literal.raw) - 2 * quote, found.detector, found.reason)
    return found.shifted(literal.start + quote)
