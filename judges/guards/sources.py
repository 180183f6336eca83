"""Sources and quotations of a text, and whether an answer brings one that neither reference nor request holds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from judges.wording import read_words
from judges.words import tokens

_MOST_CHARACTERS: Final = 20_000
_LEAST_QUOTED: Final = 4
_QUOTED: Final = re.compile(
    r"\"([^\"\n]{12,400})\"|\u201c([^\u201d\n]{12,400})\u201d|\u00ab([^\u00bb\n]{12,400})\u00bb|"
    r"\u201e([^\u201c\n]{12,400})\u201c"
)
_SOURCE: Final = re.compile(
    r"(?P<link>(?:https?://|www\.)[^\s)\]>\"']+|\b(?i:doi):?\s?10\.\S+|\b10\.\d{3,9}/\S+|"
    r"\b(?i:arxiv):\s?\d{4}\.\d{4,5})"
    r"|(?P<year>\((?:see |cf\. )?[A-Z][^()\n]{1,60}?,? (?:19|20)\d{2}[a-z]?(?:, pp?\. ?[\d-]+)?\))"
    r"|(?P<author>\b[A-Z][\w'-]{1,40}(?: (?:and|&) [A-Z][\w'-]{1,40}| et al\.?)?,? \((?:19|20)\d{2}[a-z]?\))"
    r"|(?P<etal>\b[A-Z][\w'-]{1,40} et al\b)"
    r"|(?P<mark>\[(?:\d{1,3}(?:, ?\d{1,3}){0,9}|[A-Z][\w ]{1,40},? (?:19|20)\d{2})\](?!\())"
    r"|(?P<law>\u00a7+ ?\d+\w*|\b(?:Article|Section|Rule|Regulation|Directive|Act) \d[\w./-]*|"
    r"\b[A-Z][\w.]{1,40} v\.? [A-Z]\w+"
    r"|\b(?:ISO|RFC|ISBN|DIN|IEC) ?[\d:-]+)"
    r"|(?P<said>\b(?i:according to|as (?:reported|stated|noted|shown|described|documented|published|confirmed|"
    r"cited) (?:by|in)|"
    r"(?:a|an|one|the) (?:(?:recent|large|new|landmark|clinical|\d{4}) ){0,3}(?:study|survey|report|paper|review|trial|"
    r"meta-analysis|analysis|article|poll|investigation) (?:by|from|in|published|at|of|conducted|shows?|showed|found|"
    r"suggests?|concluded)|researchers (?:at|from|in)|scientists (?:at|from)|published in|research (?:by|from|"
    r"published)|"
    r"studies (?:show|suggest|have shown)|experts at|(?:a|the) (?:19|20)\d{2} (?:study|survey|report|paper|review|"
    r"trial))\b"
    r"[^.\n]{0,60})"
    r"|(?P<journal>\b(?:[A-Z]\w{1,40} )?(?:Journal|University|Institute|Proceedings|Review|"
    r"Annals) of(?: the)? [A-Z]\w+)"
)
_NAMED: Final = re.compile(r"\b[A-Z][\w'-]{1,40}|\b(?:19|20)\d{2}\b|\d{3,}")
_CITING_SPELLED: Final = (
    "according reported stated noted shown described documented published confirmed cited study survey report "
    "paper review trial analysis article poll investigation researchers scientists research studies experts "
    "journal university institute proceedings annals al section rule regulation directive act v iso rfc isbn "
    "din iec http https www doi arxiv"
)
_CITING: Final = frozenset(_CITING_SPELLED.split())
_MARKED: Final = re.compile(
    r"[\[(\u00a71h](?:(?<=[\[(])[^\])\n]{0,64}\d[\])]|(?<=\u00a7)|(?<=1)(?<!\w1)0\.\d{3,9}/|(?<=h)ttps?:)"
)
_MARKS: Final = ("(", "[", "http", "\u00a7", "10.")
"""Characters without any of which nothing is marked; `_QUOTES` those without which nothing is quoted."""
_QUOTES: Final = ('"', "\u201c", "\u00ab", "\u201e")
_TRAILING: Final = ".,;:)"
_ATTRIBUTED: Final = frozenset({"according to"})


@dataclass(frozen=True, slots=True)
class Invented:
    """A source or quotation of the answer that nothing given holds, and its characters."""

    what: Literal["citation", "quote"]
    start: int
    end: int


def invented_source(answer: str, *, given: str) -> Invented | None:
    """The first source or quotation of the answer that what was given does not hold, or None.

    Args:
        given: Reference and request together.
    """
    known: frozenset[str] | None = None
    for kind, key, start, end in _claims(answer[:_MOST_CHARACTERS]):
        if key in given:
            continue
        known = frozenset(tokens(given)) if known is None else known
        if not _is_held(kind, key, known):
            return Invented("quote" if kind == "quote" else "citation", start, end)
    return None


def _claims(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Kind, wording and place of each source and quotation."""
    if _may_cite(text):
        for match in _SOURCE.finditer(text):
            yield str(match.lastgroup), match[0].rstrip(_TRAILING), *match.span()
    if not any(map(text.__contains__, _QUOTES)):
        return
    for match in _QUOTED.finditer(text):
        quoted = next(part for part in match.groups() if part)
        if len(quoted.split()) >= _LEAST_QUOTED:
            yield "quote", quoted, *match.span()


def _may_cite(text: str) -> bool:
    """Whether a source is worth looking for: a bracket before a figure, or a word that sources have."""
    if not _CITING.isdisjoint(read_words(text).distinct):
        return True
    return any(map(text.__contains__, _MARKS)) and _MARKED.search(text) is not None


def _is_held(kind: str, key: str, known: frozenset[str]) -> bool:
    """Whether what makes the source or quotation is known: its words, its names and years, or the link itself."""
    words = tokens(key)
    if kind == "quote":
        return sum(word in known for word in words) >= _QUOTE_HELD * len(words)
    if kind in {"link", "mark"}:
        return False
    named = [word for part in _NAMED.findall(key) for word in tokens(part)]
    if kind == "said":
        fixed = {"according", "as", "a", "an", "the", "one"}
        named = [word for word in named if word not in fixed]
        return not named or any(word in known for word in named) if named else all(word in known for word in words[:4])
    return all(word in known for word in (named or words))


_QUOTE_HELD: Final = 0.8
