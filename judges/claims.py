"""Claims of a text that can be looked up: numbers, dates, addresses, quotes, citations and names, with their places.

Only extraction and canonical forms live here; what supports a claim is for `grounding.py` to say.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from judges.figures import numbers
from judges.words import ALL_FUNCTION_WORDS

type _Reader = tuple[ClaimKind, re.Pattern[str], tuple[str, ...], Callable[[re.Match[str]], str]]
"""Kind, pattern, marks without one of which it cannot match, and what makes the canonical form."""
type ClaimKind = Literal["number", "date", "url", "quote", "citation", "name"]

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier enero", "february feb februar février febrero", "march mar märz mars marzo",
            "april apr avril abril", "may mai mayo", "june jun juni juin junio", "july jul juli juillet julio",
            "august aug août agosto", "september sept sep septembre septiembre", "october oct oktober octobre octubre",
            "november nov novembre noviembre", "december dec dezember décembre diciembre",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH: Final = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")"
_DATE: Final = re.compile(
    rf"\b(?P<y1>\d{{4}})-(?P<m1>\d{{1,2}})-(?P<d1>\d{{1,2}})\b"
    rf"|\b(?P<d2>\d{{1,2}})(?:st|nd|rd|th|\.)?(?: of| de)? (?P<m2>{_MONTH})\b\.?(?:,?(?: de)? (?P<y2>\d{{4}}))?"
    rf"|\b(?P<m3>{_MONTH})\.? (?P<d3>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,? (?P<y3>\d{{4}}))?",
    re.IGNORECASE,
)
_FIGURE: Final = re.compile(r"\d(?<!\w\d)")
"""Where a number begins."""
_MONTH_STARTS: Final = tuple(sorted({name[:3] for name in _MONTHS}))
_URL: Final = re.compile(
    r"\bhttps?://[^\s<>\"')\]]+|\bwww\.[^\s<>\"')\]]+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|gov|edu|info|co\.uk|be|de|fr|eu)"
    r"(?:/[^\s<>\"')\]]*)?(?![\w@.-])"
)
_QUOTE: Final = re.compile(
    '["\u201c\u201e\u00ab]\\s?([^"\u201c\u201d\u201e\u00ab\u00bb\n]{12,400}?)\\s?["\u201d\u00bb]'
)
_LEAST_QUOTED_WORDS: Final = 4
_SURNAME: Final = "[A-Z\u00c0-\u00de][\\w'\u2019-]+"
_BY_YEAR: Final = re.compile(
    rf"\b{_SURNAME}(?:,? (?:et al\.?|(?:and|&) {_SURNAME}))?,? \(?(?:19|20)\d\d[a-z]?\)?(?=[,;.) ]|$)"
)
_CITATION: Final = re.compile(
    r"\b(?:doi:? ?|https?://doi\.org/)?10\.\d{4,9}/[^\s\"<>)\]]+|\barXiv:? ?\d{4}\.\d{4,5}\b"
    r"|\b(?:RFC|ISBN|ISO|CVE|PMID)[ :-]{0,2}[\dX][\dX-]{2,16}"
    rf"|\b{_SURNAME} v\.? {_SURNAME}|\u00a7+ ?\d+[\w.]*|\b(?:Article|Section|Clause) \d+(?:\.\d+)*(?:\(\w\))*"
)
_ORDINARY_WORDS: Final = (
    "in on by since until before after around about from during early late mid summer winter spring autumn fall may "
    "march the of and or to year version windows office ubuntu season between circa copyright"
)
_ORDINARY: Final = frozenset(_ORDINARY_WORDS.split()) | frozenset(_MONTHS)
"""Words before a year that are no author."""
_PAREN_OR_PLURAL: Final = re.compile(r"et al|\(|&|;|, ?(?:19|20)\d\d")
_NUMBER: Final = re.compile(
    r"(?<![\w.,/-])[$\u20ac\u00a3\u00a5]?\s?\d+(?:[.,\u00a0\u202f]\d+)*(?:\s?%| percent| per cent)?"
    r"(?:\s(?:thousand|million|billion)\b)?(?![\w/-])"
)
_CLOSING: Final = " .,;:!?"
_SMALL: Final = 10
_NAME: Final = re.compile("[A-Z\u00c0-\u00de][\\w'\u2019-]*[\\w](?:[ -][A-Z\u00c0-\u00de][\\w'\u2019-]*[\\w])*")
_ENDS_BEFORE: Final = frozenset('.!?:;\n"\u201c\u201d\u2018(*#-|>\u2022\u2026)]')
_LEAST_NAME: Final = 3
_MOST_UNIT: Final = 4
"""Capitals this short are units, currencies and everyday abbreviations."""
_ASIDE: Final = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|<[A-Z_]+_[0-9a-f]{6}>", re.DOTALL)
_NO_NAME_WORDS: Final = (
    "monday tuesday wednesday thursday friday saturday sunday ok okay hi hello dear sir madam mr mrs ms dr yes no "
    "i i'm i'll i've i'd english french german spanish italian dutch european american please thank thanks sorry"
)
_NO_NAMES: Final = frozenset(_NO_NAME_WORDS.split()) | frozenset(_MONTHS)


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim: its kind, its canonical form and characters [start, end) of the text."""

    kind: ClaimKind
    value: str
    start: int
    end: int


def read_claims(text: str, *, names: bool = True, hard: bool = False) -> list[Claim]:
    """Claims in order; parts of a citation, address, date or quote are not counted again as numbers or names.

    Args:
        names: Whether capitals tell names; not so in German.
        hard: Only those that somebody must have written before: citations, addresses, quotes.
    """
    patterns = [one for one in (_HARD if hard else _PATTERNS) if any(map(text.__contains__, one[2]))]
    if not patterns and (hard or not names):
        return []
    text = _ASIDE.sub(lambda match: " " * len(match[0]), text) if "`" in text or "<" in text else text
    found: list[Claim] = []
    taken = bytearray(len(text))
    for one in _all(text, patterns, names=names and not hard):
        if not any(taken[one.start : one.end]):
            found.append(one)
            if one.kind != "quote":
                taken[one.start : one.end] = b"\1" * (one.end - one.start)
    return sorted(found, key=lambda one: one.start)


def dates_of(text: str) -> set[tuple[int, int, int]]:
    """Dates of a text as (year, month, day); the year is 0 where none is given."""
    return set(map(_date, _dates(text)))


def _dates(text: str) -> Iterator[re.Match[str]]:
    """What the pattern of dates finds, tried only where a number or a month begins: it begins with too many words."""
    folded = text.casefold()
    if len(folded) != len(text):
        yield from _DATE.finditer(text)
        return
    starts = {match.start() for match in _FIGURE.finditer(text)}
    if not starts:
        return
    starts.update(place for month in _MONTH_STARTS if month in folded for place in _places(month, folded))
    reached = 0
    for start in sorted(starts):
        if start >= reached and (match := _DATE.match(text, start)) is not None:
            reached = match.end()
            yield match


def _places(part: str, text: str) -> Iterator[int]:
    place = text.find(part)
    while place >= 0:
        yield place
        place = text.find(part, place + 1)


def bare_url(url: str) -> str:
    """An address without scheme, www and trailing marks, in lower case."""
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", url.casefold()).rstrip("/.,;:!?")


def _all(text: str, patterns: Sequence[_Reader], *, names: bool) -> Iterator[Claim]:
    for kind, pattern, _, canonical in patterns:
        for match in _dates(text) if pattern is _DATE else pattern.finditer(text):
            if value := canonical(match):
                start, end = match.span()
                yield Claim(kind, value, start, end - len(match[0]) + len(match[0].rstrip(_CLOSING)))
    if names:
        yield from _names(text)


def _date(match: re.Match[str]) -> tuple[int, int, int]:
    parts: Mapping[str, str | None] = match.groupdict()
    year, month, day = (next((parts[f"{one}{n}"] for n in "123" if parts.get(f"{one}{n}")), None) for one in "ymd")
    number = int(month) if month and month.isdigit() else _MONTHS.get((month or "").casefold(), 0)
    return int(year or 0), number, int(day or 0)


def _date_value(match: re.Match[str]) -> str:
    return "-".join(map(str, _date(match)))


def _url_value(match: re.Match[str]) -> str:
    return bare_url(match[0])


def _citation_value(match: re.Match[str]) -> str:
    said = match[0]
    head = said.split()[0].strip(",").casefold()
    is_author = said[0].isupper() and not head.startswith(("rfc", "isbn", "iso", "cve", "pmid", "arxiv", "art", "sec"))
    if is_author and " v" not in said and (head in _ORDINARY or _PAREN_OR_PLURAL.search(said) is None):
        return ""
    return " ".join(re.findall(r"\w+", said.casefold()))


def _quote_value(match: re.Match[str]) -> str:
    words = re.findall(r"[\w'\u2019-]+", match[1].casefold())
    return " ".join(words) if len(words) >= _LEAST_QUOTED_WORDS else ""


def _number_value(match: re.Match[str]) -> str:
    said = match[0]
    found = numbers(said.strip(" $\u20ac\u00a3\u00a5"), percent_is_ratio=False)
    if not found or (said.strip().isdigit() and found[0] <= _SMALL):
        return ""
    return format(found[0], "f")


def _names(text: str) -> Iterator[Claim]:
    for match in _NAME.finditer(text):
        start = match.start()
        before = text[max(start - 12, 0) : start].rstrip(" ")
        after = text[match.end() : match.end() + 2]
        if after.startswith((":", "**")) or (match[0].isupper() and len(match[0]) > _SMALL):
            continue
        starts_sentence = not before or before[-1] in _ENDS_BEFORE
        words = match[0].split()
        if starts_sentence:
            start += len(words[0]) + 1
            words = words[1:]
        kept = [one for word in words if (one := _bare_name(word))]
        if kept:
            yield Claim("name", " ".join(kept), start, match.end())


def _bare_name(word: str) -> str:
    if word.isupper() and len(word) <= _MOST_UNIT:
        return ""
    low = re.sub("['\u2019]s$", "", word.casefold())
    return "" if len(low) < _LEAST_NAME or low in ALL_FUNCTION_WORDS or low in _NO_NAMES else low


_YEARS: Final = ("19", "20")
_CITING: Final = (
    "10.", "arXiv", "RFC", "ISBN", "ISO", "CVE", "PMID", " v ", " v. ", "\u00a7", "Article ", "Section ", "Clause "
)  # fmt: skip
_ADDRESSES: Final = (
    "://",
    "www.",
    ".com",
    ".org",
    ".net",
    ".io",
    ".gov",
    ".edu",
    ".info",
    ".co",
    ".be",
    ".de",
    ".fr",
    ".eu",
)
_QUOTES: Final = ('"', "\u201c", "\u201e", "\u00ab")
_DIGITS: Final = tuple("1203456789")
_HARD: Final[tuple[_Reader, ...]] = (
    ("citation", _BY_YEAR, _YEARS, _citation_value),
    ("citation", _CITATION, _CITING, _citation_value),
    ("url", _URL, _ADDRESSES, _url_value),
    ("quote", _QUOTE, _QUOTES, _quote_value),
)
_PATTERNS: Final[tuple[_Reader, ...]] = (
    *_HARD,
    ("date", _DATE, _DIGITS, _date_value),
    ("number", _NUMBER, _DIGITS, _number_value),
)
