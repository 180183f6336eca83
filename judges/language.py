"""The language of an answer, and where it switches to another. Short texts are never named.

Script first, then the closed-class words of seven languages, and py3langid where neither knows: few answers need it.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from typing import Final

from judges.wording import read_words
from judges.words import FUNCTION_WORDS, scripts

_ASIDE: Final = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+|<[A-Z_]+_[0-9a-f]{6}>", re.DOTALL)
"""Code, addresses and placeholders of the anonymiser say nothing of the language."""
_SAMPLE: Final = 1_000
_LEAST_LETTERS: Final = 40
_LEAST_SCRIPT_LETTERS: Final = 12
_SCRIPT_SHARE: Final = 0.7
_SCRIPT_CHARACTERS: Final = 2_000
_LEADING_HITS: Final = 3
_LEAD: Final = 1.5
_CONFIDENCE: Final = 0.9
_END: Final = re.compile(r"\n+|[.!?]\s+|\u3002")
_MOST_ENDS: Final = 12
_AHEAD: Final = 120
_CLASSIFIED: Final = 240
_NO_LANGUAGE: Final = "zxx"
_REMEMBERED: Final = 4_096
_OF_SCRIPT: Final = {
    "HANGUL": "ko", "GREEK": "el", "HEBREW": "he", "THAI": "th", "ARMENIAN": "hy", "GEORGIAN": "ka", "TAMIL": "ta",
    "TELUGU": "te", "KANNADA": "kn", "MALAYALAM": "ml", "GUJARATI": "gu", "GURMUKHI": "pa", "ORIYA": "or",
    "SINHALA": "si", "KHMER": "km", "LAO": "lo", "MYANMAR": "my",
}  # fmt: skip
"""Scripts of one language alone."""
_KANA: Final = re.compile("[\u3040-\u30ff]")
_JAPANESE_SHARE: Final = 1 / 10
_FOREIGN_LETTER: Final = re.compile("[^\x00-\x7f\u00a0-\u00bf\u2000-\u2bff\ufe00-\ufe0f]")
"""Beyond ASCII, and neither punctuation nor symbol."""


@dataclass(frozen=True, slots=True)
class Switch:
    """The answer leaves its language: from, to (ISO 639-1), and characters [start, end) in the other one."""

    spoken: str
    turned_to: str
    start: int
    end: int


@lru_cache(maxsize=_REMEMBERED)
def language_of(text: str) -> str:
    """ISO 639-1 code of the first 1,000 characters, or empty: too short, mixed, or not told apart."""
    sample = text[: 2 * _SAMPLE]
    if "`" in sample or "<" in sample or "://" in sample:
        sample = _ASIDE.sub(" ", sample)
    sample = sample[:_SAMPLE]
    by_script = _by_script(sample)
    if by_script is not None:
        return by_script
    return _by_words(sample) or _by_model(sample)


def find_switch(text: str) -> Switch | None:
    """Where the answer turns to another language for good; None where it does not, or is too short to tell.

    Both sides of a line's or sentence's end must be told for sure, and differ; at most twelve ends are tried.
    """
    if not _may_switch(text):
        return None
    ends = [match.end() for match in _END.finditer(text, 0, _SAMPLE * 4) if match.end() < len(text)]
    for cut in ends[:: max(1, len(ends) // _MOST_ENDS)]:
        first, second = language_of(text[:cut]), _language_of_rest(text[cut:])
        if first and second and first != second and _language_of_rest(text[cut : cut + _AHEAD]) in {second, ""}:
            return Switch(first, second, cut, len(text))
    return None


def _may_switch(text: str) -> bool:
    """Whether there are foreign letters, or closed-class words enough that are not the main language's."""
    if not text.isascii() and _FOREIGN_LETTER.search(text) is not None:
        return True
    main = language_of(text)
    return len(read_words(text).closed - FUNCTION_WORDS.get(main, frozenset())) >= _LEADING_HITS


def _language_of_rest(rest: str) -> str:
    return _by_script(rest[:_SAMPLE]) or _by_words(rest[:_SAMPLE])


def scripts_of(text: str) -> Counter[str]:
    """Letters by script (LATIN, CYRILLIC, CJK, ...) among the first 2,000 characters; plain English costs nothing."""
    if _FOREIGN_LETTER.search(text, 0, _SCRIPT_CHARACTERS) is None:
        return Counter(LATIN=read_words(text[:_SCRIPT_CHARACTERS]).letters)
    return scripts(text)


def script_of(text: str) -> str:
    """The script that has seven letters of ten, or empty where none has or there are fewer than 12 letters."""
    if text.isascii():
        return "LATIN" if read_words(text).letters >= _LEAST_SCRIPT_LETTERS else ""
    found = scripts_of(text)
    if found.total() < _LEAST_SCRIPT_LETTERS:
        return ""
    script, count = found.most_common(1)[0]
    return script if count >= _SCRIPT_SHARE * found.total() else ""


def _by_script(sample: str) -> str | None:
    """The language where the script alone tells; empty where the text is too short; None where words must tell."""
    if sample.isascii():
        return None if len(sample) >= _LEAST_LETTERS else ""
    script = script_of(sample)
    if script == "CJK":
        kana = len(_KANA.findall(sample))
        return "ja" if kana >= _JAPANESE_SHARE * len(sample) else "zh"
    if script in _OF_SCRIPT:
        return _OF_SCRIPT[script]
    return None if script and len(sample) >= _LEAST_LETTERS else ""


def _by_words(sample: str) -> str:
    closed = read_words(sample).closed
    if len(closed) < _LEADING_HITS:
        return ""
    hits = sorted((len(closed & words), code) for code, words in FUNCTION_WORDS.items())
    (second, _), (best, code) = hits[-2:]
    return code if best >= _LEADING_HITS and best > _LEAD * second else ""


def _by_model(sample: str) -> str:
    if read_words(sample).letters < _LEAST_LETTERS:
        return ""
    language, probability = _classifier()(sample[:_CLASSIFIED])
    return language if probability >= _CONFIDENCE and language != _NO_LANGUAGE else ""


def classify(text: str) -> str:
    """Best guess for a text that `language_of` does not tell, however unsure; empty where there are no letters."""
    if not any(map(str.isalpha, text[:_SAMPLE])):
        return ""
    language, _ = _classifier()(text[:_SAMPLE])
    return "" if language == _NO_LANGUAGE else language


@cache
def _classifier() -> Callable[[str], tuple[str, float]]:
    """py3langid over ISO 639-1, loaded when first needed: half a second. Without it no more languages are named."""
    if find_spec("py3langid") is None:
        return lambda _: (_NO_LANGUAGE, 1.0)
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    two_letters = [label for label in identifier.labels if len(label) == 2]  # noqa: PLR2004 - ISO 639-1
    identifier.set_languages([*two_letters, _NO_LANGUAGE])
    classify: Callable[[str], tuple[str, float]] = identifier.classify
    return classify
