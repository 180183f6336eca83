"""Grounding: whether what an answer states can be found in what it was given, or at least in the baseline's answer.

It finds numbers, dates, addresses, quotes, citations and names that nobody gave. It says `unsupported` and never
"hallucination": a true fact from elsewhere is unsupported too. Figures: docs/reference/judges/grounding.md.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import combinations
from typing import Final, Literal

from judges.answer import answer_text, cannot_read
from judges.claims import Claim, bare_url, dates_of, read_claims
from judges.faults import is_compared
from judges.figures import numbers
from judges.guards.numerals import NUMBER_WORDS, worded
from judges.judgement import Abstained, Case, Finding, Judgement, Span
from judges.language import language_of
from judges.prompt import all_strings, has_tool_results, source_text
from judges.wording import read_words
from judges.words import ALL_FUNCTION_WORDS

type Label = Literal["supported", "shared", "unsupported"]

LEAST_SOURCE_WORDS: Final = 40
"""Words of a request from which it may hold the facts that the answer is to use; fewer ask, and give nothing."""
LEAST_OVERLAP: Final = 0.3
"""Share of the answer's content words that stand in the request, from which it was drawn from there."""
_SEVERITY: Final[dict[Label, float]] = {"supported": 0.0, "shared": 0.0, "unsupported": 4.0}
_SCALED: Final = 1_000_000
_SCALES: Final = (10**3, 10**6, 10**9)
"""Sources abbreviate: 5 mln, 5m."""
_MOST_DERIVED: Final = 24
_MOST_SPANS: Final = 16
_REMEMBERED: Final = 512
_NO_GROUNDS: Final = Abstained("the request gives nothing to hold the answer against")


@dataclass(frozen=True, slots=True)
class Source:
    """A text that claims are held against, read once.

    Attributes:
        words: In lower case; `run` the same in order, between spaces.
        figures: Numbers, percent as written, and those written as words; `sizes` the same without sign, and as a share
            or a percentage.
    """

    words: frozenset[str]
    run: str
    figures: frozenset[Decimal]
    sizes: frozenset[Decimal]
    dates: frozenset[tuple[int, int, int]]
    urls: str

    def holds(self, claim: Claim) -> bool:
        """Whether the source bears the claim out."""
        match claim.kind:
            case "number":
                return self._holds_number(Decimal(claim.value))
            case "date":
                year, month, day = map(int, claim.value.split("-"))
                return any((m, d) == (month, day) and (not year or y in {0, year}) for y, m, d in self.dates)
            case "url":
                return claim.value in self.urls or bare_url(claim.value) in self.urls
            case "quote":
                return f" {' '.join(read_words(claim.value).words)} " in self.run
            case "name" | "citation":
                return all(self._holds_word(word) for word in claim.value.split())

    def _holds_word(self, word: str) -> bool:
        forms = (word, word.removesuffix("s"), f"{word}s", word.replace("-", " ").split()[0])
        return any(form in self.words for form in forms)

    def _holds_number(self, value: Decimal) -> bool:
        if value in self.figures or abs(value) in self.sizes or _is_rounded(value, self.figures):
            return True
        if value >= _SCALED and any(value == one * scale for one in self.figures for scale in _SCALES):
            return True
        if len(self.figures) > _MOST_DERIVED:
            return False
        return any(value in (a + b, abs(a - b), a * b) for a, b in combinations(self.figures, 2))


@lru_cache(maxsize=_REMEMBERED)
def read_source(text: str) -> Source:
    """Read a source."""
    wording = read_words(text)
    figures = frozenset(numbers(text, percent_is_ratio=False)) | _worded(text, wording.distinct & NUMBER_WORDS)
    return Source(
        words=wording.distinct
        | frozenset(part for word in wording.distinct if "'" in word for part in word.split("'")),
        run=f" {' '.join(wording.words)} ",
        figures=figures,
        sizes=frozenset(size for one in figures for size in (abs(one), one * 100, one / 100)),
        dates=frozenset(dates_of(text)),
        urls=text.casefold(),
    )


def _worded(text: str, held: frozenset[str]) -> frozenset[Decimal]:
    """Numbers that are written as words."""
    return frozenset(Decimal(repr(one.value)) for one in worded(text, held)) if held else frozenset()


def _is_rounded(value: Decimal, figures: frozenset[Decimal]) -> bool:
    """Whether the value has decimals, and one of the figures is nearer to it than half of the last."""
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= 0:
        return False
    last = Decimal(1).scaleb(exponent)
    return any(abs(exact - value) * 2 <= last for exact in figures)


@dataclass(frozen=True, slots=True)
class Grounding:
    """Value is the share of claims that the request bears out, 1 where there are none.

    Labels: supported; shared (what is unsupported stands in the baseline's answer too); unsupported. Abstains where the
    request gives nothing to hold the answer against, and there is no baseline's answer with citations, links or quotes
    either way.
    """

    name: str = "grounding"
    version: str = "1"

    def judge_batch(self, cases: Sequence[Case]) -> list[Finding]:
        """One finding per case."""
        return [self._judge(case) for case in cases]

    def _judge(self, case: Case) -> Finding:
        if (reason := cannot_read(case)) is not None:
            return reason
        text = answer_text(case.answer)
        if not text.strip():
            return Abstained("no text")
        if gives_grounds(case):
            return _finding(case, _claims(text), against=all_strings(case.exchange))
        hard = read_claims(text, hard=True) if is_compared(case) else []
        if not hard:
            return _NO_GROUNDS
        return _finding(case, hard, against=all_strings(case.exchange))


def unsupported(claims: Sequence[Claim], *, source: Source) -> list[Claim]:
    """Claims that the source does not bear out."""
    return [one for one in claims if not source.holds(one)]


def _finding(case: Case, claims: Sequence[Claim], *, against: str) -> Finding:
    if not claims:
        return Judgement(1.0, "supported", "states nothing that could be looked up")
    loose = unsupported(claims, source=read_source(against))
    if not loose:
        return Judgement(1.0, "supported", f"all of {len(claims)} claims stand in the request")
    own = unsupported(loose, source=read_source(answer_text(case.reference))) if is_compared(case) else loose
    label: Label = "unsupported" if own else "shared"
    blamed = own or loose
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(Counter(one.kind for one in blamed).items()))
    reason = f"{len(loose)} of {len(claims)} claims are not in the request"
    reason += f", {len(own)} not in the baseline's answer either: {kinds}" if is_compared(case) else f": {kinds}"
    spans = tuple(Span(case.answer.lane, "text", one.start, one.end) for one in blamed[:_MOST_SPANS])
    return Judgement(1 - len(blamed) / len(claims), label, reason, spans, _SEVERITY[label])


@lru_cache(maxsize=_REMEMBERED)
def _claims(text: str) -> tuple[Claim, ...]:
    return tuple(read_claims(text, names=language_of(text) not in {"de", "lb"}))


def gives_grounds(case: Case) -> bool:
    """Whether the request holds facts that the answer is drawn from: tool results, or a text that it takes up."""
    if has_tool_results(case.exchange):
        return True
    given = source_text(case.exchange)
    if len(read_words(given).words) < LEAST_SOURCE_WORDS:
        return False
    answers = [case.answer, case.reference] if is_compared(case) else [case.answer]
    return any(overlap(answer_text(one), given=given) >= LEAST_OVERLAP for one in answers)


def overlap(text: str, *, given: str) -> float:
    """Share of a text's distinct content words that stand in what was given, in [0, 1]; 0 without content words."""
    content = read_words(text).distinct - ALL_FUNCTION_WORDS
    return len(content & read_words(given).distinct) / len(content) if content else 0.0
