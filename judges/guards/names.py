"""Names of a text, and whether an answer names another where its reference names one.

A name is a word that its writer capitalised without the start of a sentence asking for it. Days, months, colours and
directions count as names too: each excludes the others of its kind.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from judges.guards.sentences import CLOSED, Sentence, aligned, read_sentences
from judges.words import FUNCTION_WORDS

_MOST_CHARACTERS: Final = 20_000
_REMEMBERED: Final = 2_048
_CAPITAL: Final = re.compile(r"[A-Z\u00c0-\u00de][\w'\u2019&]*(?:[.-][\w'\u2019&]+)*")
_MARKS: Final = " \t\r\n\u00a0\"'\u201c\u201d\u2018([*_#>\u2022\u00bf\u00a1-"
_WINDOW: Final = 12
_OPENERS: Final = frozenset(".!?:;\n\u2026\u3002|")
_NO_NAMES_SPELLED: Final = (
    "i i'm i'll i've i'd ok okay am pm a.m p.m mr mrs ms dr prof note warning important tip please yes no "
    "hello hi dear hey thanks thank sincerely regards cheers sir madam faq id q a vs etc step"
)
_NO_NAMES: Final = frozenset(_NO_NAMES_SPELLED.split())
_LINE: Final = re.compile(r"[^\n]+")
_JOINTS: Final = frozenset({" ", " of ", " the ", " de ", " of the "})
_MOST_NAMES: Final = 200
_TITLE_SHARE: Final = 0.6
_TITLE_WORDS: Final = 2
_ENDINGS: Final = frozenset(
    {"", "s", "n", "an", "ian", "ese", "ish", "y", "ia", "e", "ns", "ans", "ians", "i", "ic", "er"}
)
_COMMON: Final = 4
_KINDS: Final = tuple(
    frozenset(form for word in words.split() for form in (word, f"{word}s"))
    for words in (
        "monday tuesday wednesday thursday friday saturday sunday",
        "montag dienstag mittwoch donnerstag freitag samstag sonntag",
        "lunes martes mi\u00e9rcoles jueves viernes s\u00e1bado domingo",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "january february march april may june july august september october november december",
        "red blue green yellow orange purple black white brown pink grey gray",
        "rot blau gr\u00fcn gelb schwarz wei\u00df",
        "north south east west northern southern eastern western",
        "left right", "spring summer autumn winter fall", "morning afternoon evening",
        "man woman", "he she", "mother father", "brother sister", "son daughter", "husband wife", "king queen",
        "gold silver bronze copper", "breakfast lunch dinner", "android ios windows macos linux",
        "credit debit", "aspirin ibuprofen paracetamol acetaminophen", "dog cat horse", "car bus train plane",
        "oxygen hydrogen nitrogen carbon helium", "buyer seller", "employer employee", "landlord tenant",
        "sender recipient", "teacher student", "doctor nurse", "client server", "input output", "username password",
        "sodium potassium calcium magnesium iron zinc", "earth mars venus jupiter saturn mercury neptune uranus",
        "python java javascript ruby rust go php", "chicken beef pork fish lamb", "salt sugar", "butter oil",
    )
)  # fmt: skip
_SAME: Final = {
    "us": "usa", "america": "usa", "united states": "usa", "uk": "gb", "united kingdom": "gb", "britain": "gb",
    "great britain": "gb", "eu": "european union",
}  # fmt: skip
_NEARLY: Final = 0.6
_NOUN_ENDINGS: Final = ("ing", "tion", "ment", "ness", "ity", "ery", "ance", "ence", "ly", "s", "al", "able")


@dataclass(frozen=True, slots=True)
class Name:
    """One or more capitalised words that stand together, in lower case, and their place."""

    words: tuple[str, ...]
    start: int
    end: int


@lru_cache(maxsize=_REMEMBERED)
def names(text: str) -> tuple[Name, ...]:
    """Names in order, of the first 20,000 characters; headings and labels in capitals hold none."""
    part = text[:_MOST_CHARACTERS]
    found: list[Name] = []
    for line in _LINE.finditer(part):
        if not _is_title(line[0]):
            _add_names(part, line.span(), found)
    return tuple(found[:_MOST_NAMES])


def _add_names(text: str, line: tuple[int, int], found: list[Name]) -> None:
    for match in _CAPITAL.finditer(text, *line):
        start, end = match.span()
        if (start and text[start - 1].isalnum()) or _is_first(text, start):
            continue
        word = match[0].removesuffix("'s").removesuffix("\u2019s").rstrip(".").lower()
        if word in _NO_NAMES:
            continue
        if found and text[found[-1].end : start] in _JOINTS:
            found[-1] = Name((*found[-1].words, word), found[-1].start, end)
        else:
            found.append(Name((word,), start, end))


def _is_first(text: str, place: int) -> bool:
    """Whether a sentence, line, item or quotation begins at the place."""
    if place > 1 and text[place - 1] == " " and text[place - 2].isalnum():
        return False
    before = text[max(0, place - _WINDOW) : place]
    bare = before.rstrip(_MARKS)
    if not bare:
        return place <= _WINDOW or "\n" in before
    return bare[-1] in _OPENERS or "\n" in before[len(bare) :] or before[-1] in '"\u201c\u2018*_#'


def _is_title(line: str) -> bool:
    """Whether a line's words are mostly capitalised: a heading, a label, shouting."""
    if line.rstrip().endswith((".", "!", "?")) and not line.isupper() and not line.lstrip().startswith("#"):
        return False
    words = [word for word in line.split() if word[0].isalpha() and word.lower() not in CLOSED]
    return len(words) >= _TITLE_WORDS and sum([word[0].isupper() for word in words]) > _TITLE_SHARE * len(words)


def swapped_name(answer: str, *, reference: str, language: str = "") -> tuple[int, int] | None:
    """Characters of a name in the answer that stands where the reference names another, or None.

    Args:
        language: ISO 639-1 of the reference; where every noun has a capital (de) only near copies are compared.
    """
    found = _of_one_kind(answer, reference) or _leading_name(answer, reference) or _exchanged(answer, reference)
    if found is not None or language[:2] == "de":
        return found
    mine, theirs = names(answer), names(reference)
    if not mine or not theirs:
        return None
    said, given = answer.lower(), reference.lower()
    lost = [name for name in theirs if not _is_known(name, said, mine)]
    if not lost:
        return None
    for name in mine:
        if not _is_known(name, given, theirs) and any(_shares_sentence(name, answer, one, reference) for one in lost):
            return name.start, name.end
    return None


def _is_known(name: Name, text: str, others: tuple[Name, ...]) -> bool:
    """Whether a name, or a word of it, stands in the other text, in some spelling."""
    if any(map(text.__contains__, name.words)):
        return True
    spelled = " ".join(name.words).replace(".", "")
    initials = "".join(word[0] for word in name.words)
    for other in others:
        theirs = " ".join(other.words).replace(".", "")
        if _SAME.get(spelled, spelled) == _SAME.get(theirs, theirs):
            return True
        if len(name.words) > 1 and initials in {theirs, theirs[:-1]}:
            return True
        if len(other.words) > 1 and spelled in {short := "".join(word[0] for word in other.words), short[:-1]}:
            return True
        if any(_same_stem(word, their) for word in name.words for their in other.words):
            return True
    return False


def _same_stem(left: str, right: str) -> bool:
    """Whether two names are one with another ending: Germany, German."""
    shared = next(
        (index for index, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right))
    )
    return shared >= _COMMON and left[shared:] in _ENDINGS and right[shared:] in _ENDINGS


def _shares_sentence(mine: Name, answer: str, theirs: Name, reference: str) -> bool:
    """Whether the sentences of two names speak of the same, so that one stands where the other stood."""
    left, right = _sentence_of(mine, answer), _sentence_of(theirs, reference)
    if left is None or right is None:
        return False
    rest = left.roots - set(mine.words), right.roots - set(theirs.words)
    shared = len(rest[0] & rest[1])
    return 3 * shared >= max(len(rest[0]), len(rest[1]))


def _sentence_of(name: Name, text: str) -> Sentence | None:
    return next((one for one in read_sentences(text) if one.start <= name.start < one.end), None)


def _of_one_kind(answer: str, reference: str) -> tuple[int, int] | None:
    """A day, colour or the like in a sentence whose counterpart has another of its kind."""
    theirs = read_sentences(reference)
    for sentence in read_sentences(answer):
        mine = frozenset(sentence.words)
        if mine.isdisjoint(_OF_ANY_KIND):
            continue
        best = aligned(sentence, theirs, least=_NEARLY / 2)
        if best is None:
            continue
        other = frozenset(best.words)
        only_mine, only_theirs = mine - other, other - mine
        if any(not only_mine.isdisjoint(kind) and not only_theirs.isdisjoint(kind) for kind in _KINDS):
            return sentence.start, sentence.end
    return None


_OF_ANY_KIND: Final = frozenset().union(*_KINDS)


def _leading_name(answer: str, reference: str) -> tuple[int, int] | None:
    """A sentence that is its counterpart but for the bare, capitalised word that begins it: Oslo is, Bergen is."""
    theirs = read_sentences(reference)
    for sentence in read_sentences(answer):
        first = sentence.words[0]
        if not _may_be_name(answer, sentence) or len(sentence.words) < 3:  # noqa: PLR2004 - a name, a verb, more
            continue
        for other in theirs:
            if (
                other.words[0] != first
                and other.words[1:] == sentence.words[1:]
                and _may_be_name(reference, other)
                and not _same_stem(first, other.words[0])
            ):
                return sentence.start, sentence.start + len(first)
    return None


def _exchanged(answer: str, reference: str) -> tuple[int, int] | None:
    """A sentence that is its counterpart but for which name stands where: Ada paid Ben, Ben paid Ada.

    Names that only commas and conjunctions part are a list, whose order says nothing.
    """
    mine, theirs = names(answer), names(reference)
    known = {word for name in (*mine, *theirs) for word in name.words}
    if not known:
        return None
    others = read_sentences(reference)
    for sentence in read_sentences(answer):
        best = aligned(sentence, others, least=_NEARLY)
        if best is None or best.words == sentence.words or len(best.words) != len(sentence.words):
            continue
        places = [
            place for place, pair in enumerate(zip(sentence.words, best.words, strict=True)) if pair[0] != pair[1]
        ]
        if not all(sentence.words[place] in known and best.words[place] in known for place in places):
            continue
        between = set(sentence.words[places[0] : places[-1] + 1]) - known
        if len(places) == 1 or not between <= _LISTING:
            return sentence.start, sentence.end
    return None


_LISTING: Final = frozenset(["and", "or", "und", "oder", "y", "o", "et", "ou", "the"])


def _may_be_name(text: str, sentence: Sentence) -> bool:
    first = sentence.words[0]
    place = text.find(first.capitalize(), sentence.start, sentence.end)
    return (
        place >= 0
        and first not in CLOSED
        and first not in FUNCTION_WORDS["en"]
        and not first.endswith(_NOUN_ENDINGS)
        and first not in _NO_NAMES
    )
