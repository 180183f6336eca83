"""Words and numbers of an answer: tokens, closed-class words by language, canonical numbers, script.

Only reading lives here; comparing two answers is the business of the judges.
"""

import re
import unicodedata
from collections import Counter
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

FUNCTION_WORDS: Final[dict[str, frozenset[str]]] = {
    "en": frozenset(
        ["the", "a", "an", "and", "or", "of", "to", "in", "is", "are", "was", "were", "be", "been", "that", "this", "these", "it", "its", "for", "on", "with", "as", "at", "by", "from", "not", "you", "your", "i", "we", "they", "he", "she", "have", "has", "had", "do", "does", "can", "will", "would", "should", "if", "there", "which", "what", "how", "but", "so"]
    ),
    "de": frozenset(
        ["der", "die", "das", "und", "oder", "ist", "sind", "war", "ein", "eine", "einen", "einem", "einer", "nicht", "ich", "du", "sie", "wir", "ihr", "es", "zu", "im", "in", "den", "dem", "des", "auf", "mit", "von", "für", "als", "auch", "an", "bei", "wie", "dass", "wenn", "werden", "wird", "haben", "hat", "kann", "können", "sich", "aus", "nach", "über"]
    ),
    "es": frozenset(
        ["el", "la", "los", "las", "un", "una", "unos", "y", "o", "de", "del", "que", "en", "es", "son", "era", "por", "para", "con", "no", "se", "su", "sus", "al", "lo", "como", "más", "pero", "si", "está", "están", "puede", "pueden", "hay", "este", "esta", "esto", "tu", "tus", "le", "les", "ha", "han", "muy", "también"]
    ),
    "fr": frozenset(
        ["le", "la", "les", "un", "une", "des", "et", "ou", "de", "du", "que", "qui", "en", "est", "sont", "dans", "pour", "par", "avec", "ne", "pas", "se", "sur", "au", "aux", "ce", "cette", "ces", "il", "elle", "vous", "nous", "je", "tu", "votre", "vos", "plus", "mais", "si", "peut", "peuvent", "être", "ont", "son", "sa", "ses", "comme", "également"]
    ),
    "it": frozenset(
        ["il", "lo", "la", "gli", "le", "un", "una", "e", "o", "di", "del", "della", "che", "in", "è", "sono", "per", "con", "non", "si", "su", "al", "alla", "dei", "delle", "come", "più", "ma", "se", "può", "possono", "questo", "questa", "anche", "nel", "nella"]
    ),
    "pt": frozenset(
        ["o", "a", "os", "as", "um", "uma", "e", "ou", "de", "do", "da", "dos", "das", "que", "em", "é", "são", "para", "por", "com", "não", "se", "no", "na", "nos", "nas", "ao", "como", "mais", "mas", "pode", "podem", "este", "esta", "isso", "você", "também"]
    ),
    "nl": frozenset(
        ["de", "het", "een", "en", "of", "van", "is", "zijn", "was", "in", "op", "te", "dat", "die", "niet", "met", "voor", "aan", "er", "om", "ook", "als", "bij", "naar", "uit", "je", "jij", "u", "uw", "wij", "we", "ze", "kan", "kunnen", "wordt", "worden", "heeft", "hebben", "maar"]
    ),
}
ALL_FUNCTION_WORDS: Final = frozenset().union(*FUNCTION_WORDS.values())
DECIMAL_COMMA: Final = frozenset({"de", "es", "fr", "it", "pt", "nl"})

_NUMBER_WORDS: Final = {
    word: str(value)
    for value, words in enumerate(
        (
            "zero null cero zéro", "one eins uno un", "two zwei dos deux", "three drei tres trois",
            "four vier cuatro quatre", "five fünf cinco cinq", "six sechs seis", "seven sieben siete sept",
            "eight acht ocho huit", "nine neun nueve neuf", "ten zehn diez dix", "eleven elf once onze",
            "twelve zwölf doce douze",
        )
    )
    for word in words.split()
}  # fmt: skip
_SCALES: Final = {
    "thousand": 10**3, "tausend": 10**3, "million": 10**6, "millionen": 10**6, "millones": 10**6, "millions": 10**6,
    "billion": 10**9, "milliarden": 10**9, "milliards": 10**9,
}  # fmt: skip
_WORD: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+(?:['’][^\W_]+)*")
_NUMBER: Final = re.compile(
    r"(?<![\w.,])(?P<sign>[-−])?(?P<digits>\d+(?:[.,\u00a0\u202f]\d+)*)"
    r"(?P<percent>\s?(?:%|percent\b|per cent\b|prozent\b|por ciento\b|pour cent\b))?"
    r"(?:\s(?P<scale>thousand|tausend|million(?:s|en|es)?|millones|billion|milliarden|milliards)\b)?",
    re.IGNORECASE,
)
_LIST_MARKER: Final = re.compile(r"^\s{0,6}(?:#+\s*)?\d{1,2}[.)]\s+", re.MULTILINE)
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:[.,\u00a0\u202f]\d{3})+")
_MOST_DIGITS: Final = 40
_LEADING_HITS: Final = 3


def tokens(text: str) -> list[str]:
    """Words in lower case; each Chinese or Japanese character is one, punctuation none."""
    return _WORD.findall(text.casefold())


def normalised(text: str) -> str:
    """NFC with every run of white space as one space and none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def numbers(text: str, *, language: str = "") -> list[Decimal]:
    """Canonical numbers in order: 1,000 and 1 000 are 1000, 50 % is 0.5, 2 million is 2000000; list markers are none.

    Args:
        language: ISO 639-1; decides how 1.000 reads (a thousand where the comma is the decimal mark).
    """
    found = (_value(match, language) for match in _NUMBER.finditer(_LIST_MARKER.sub("", text)))
    return [number for number in found if number is not None]


def number_words(text: str) -> frozenset[Decimal]:
    """Numbers from zero to twelve that are written as words (English, German, Spanish, French)."""
    return frozenset(Decimal(_NUMBER_WORDS[word]) for word in tokens(text) if word in _NUMBER_WORDS)


def _value(match: re.Match[str], language: str) -> Decimal | None:
    digits = match["digits"]
    if len(digits) > _MOST_DIGITS:
        return None
    try:
        value = Decimal(_plain_digits(digits, language))
    except InvalidOperation:
        return None
    if match["sign"]:
        value = -value
    if match["percent"]:
        value /= 100
    if match["scale"]:
        value *= _SCALES.get(match["scale"].casefold(), 1)
    return value.normalize()


def _plain_digits(digits: str, language: str) -> str:
    """Digits with a point as decimal mark and no grouping."""
    digits = digits.replace("\u00a0", "").replace("\u202f", "")
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return digits
    mark = digits[last]
    mixed = "." in digits and "," in digits
    grouped = _THOUSANDS.fullmatch(digits) is not None
    repeated = digits.count(mark) > 1
    comma_language = language[:2] in DECIMAL_COMMA
    is_grouping = not mixed and grouped and (repeated or (mark == ",") != comma_language)
    if is_grouping or (not mixed and repeated):
        return re.sub(r"[.,]", "", digits)
    return re.sub(r"[.,]", "", digits[:last]) + "." + digits[last + 1 :]


@lru_cache(maxsize=4_096)
def _script_of(character: str) -> str:
    name = unicodedata.name(character, "")
    return "CJK" if name.startswith(("CJK", "HIRAGANA", "KATAKANA")) else name.split(" ", 1)[0]


def scripts(text: str) -> Counter[str]:
    """Letters by script (LATIN, CYRILLIC, CJK, ...), among the first 2,000 characters."""
    return Counter(_script_of(character) for character in text[:2_000] if character.isalpha())


def language_of(text: str) -> str:
    """Language by closed-class words: ISO 639-1, or empty when no language leads clearly."""
    found = Counter(tokens(text[:4_000]))
    hits = sorted(((sum(found[word] for word in words), code) for code, words in FUNCTION_WORDS.items()), reverse=True)
    (best, code), (second, _) = hits[0], hits[1]
    return code if best >= _LEADING_HITS and best > 1.5 * second else ""
