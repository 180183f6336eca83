"""The sentences of a text as the guards compare them: content roots, what is denied, and where each stands.

Only reading. Sentences of two texts are aligned by the roots that they share.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

from judges.guards.opposites import NEGATIONS, SOFT, root
from judges.words import ALL_FUNCTION_WORDS, Splitter

MOST_SENTENCES: Final = 80
_MOST_CHARACTERS: Final = 20_000
_REMEMBERED: Final = 2_048
_END: Final = re.compile(
    r"[.!?;\n,\u3002\uff01\uff1f](?:(?<=[.!?;])[\"'\u201d)\]*_]*\s+|(?<=\n)\n*|(?<=[\u3002\uff01\uff1f])\s*|"
    r"(?<=,)\s+(?=but\b|aber\b|pero\b|mais\b))"
)
"""Begins with one class of characters, so that the engine skips all others."""
_WORD: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+(?:['.][^\W_]+)*")
_SPLITTER: Final = Splitter("'.")
_IDIOMS: Final = (
    "not only", "not just", "whether or not", "if not", "not to mention", "no matter", "no doubt", "no problem",
    "no worries", "not a problem", "don't worry", "do not worry", "don't hesitate to", "do not hesitate to",
    "without a doubt", "no later than", "no more than", "no less than", "no longer than", "nothing but",
    "don't forget to", "do not forget to", "not all", "not every", "nicht nur", "no solo", "non seulement",
    "not necessarily", "never mind", "can't wait", "why not",
)  # fmt: skip
_NO_LONGER: Final = ("no longer", "not anymore")
_ANY_IDIOM: Final = re.compile(rf"\b(?:{'|'.join(_IDIOMS)})\b")
_ANY_NO_LONGER: Final = re.compile(rf"\b(?:{'|'.join(_NO_LONGER)})\b")
_BLANK_WORDS_SPELLED: Final = (
    "do does did done being been am get gets got will would shall could might must just also very really "
    "quite please always necessarily yet even ever still already any some such own then thus here about into "
    "out up down off only currently generally usually typically simply actually definitely certainly "
    "absolutely completely totally fully unfortunately however therefore each both either well as me my mine "
    "us our ours him his her hers them their it's i'm you're we're they're i'll you'll we'll that's there's "
    "he's she's i've you've we've werden wurde bitte auch sehr noch schon hier dort dann mehr ser estar fue "
    "avoir \u00eatre fait tr\u00e8s"
)
_BLANK_WORDS: Final = frozenset(_BLANK_WORDS_SPELLED.split())
CLOSED: Final = (ALL_FUNCTION_WORDS | _BLANK_WORDS | {"may"}) - NEGATIONS - {"more", "all", "every", "before", "after"}
"""Words without content of their own."""
_CANCELLING: Final = frozenset({"without", "unless", "except", "ohne", "sin", "sans", "au\u00dfer", "salvo", "sauf"})
"""Behind a negation these take it back: not without is only with."""
_TURNING: Final = NEGATIONS | SOFT | _CANCELLING
"""Words without any of which everything is said as it stands."""
_REPLIES: Final = frozenset({"no", "nope", "nein", "non", "n\u00e3o", "nee"})
_REPLY: Final = re.compile(r"\W*\w+[,:;\u2013\u2014]")
"""A no that answers, rather than denies what follows: No, you do not."""
_ASKING: Final = ("?", "\uff1f")
_SCOPE: Final = 3
_REACH: Final = 7


class Sentence(NamedTuple):
    """One sentence; a tuple, since a text has many and they are made once for each.

    Attributes:
        start, end: Characters of the text.
        roots: Content roots.
        signs: Polarity of each root: 1 said, -1 denied, 0 unknown.
        heads: Roots that a negation stands before, or that are their root's opposite.
        negations: How many negations it has.
        words: All words in lower case, closed-class ones too.
        is_question: Whether it asks.
    """

    start: int
    end: int
    roots: frozenset[str]
    signs: dict[str, int]
    heads: frozenset[str]
    negations: int
    words: tuple[str, ...]
    is_question: bool


@lru_cache(maxsize=_REMEMBERED)
def read_sentences(text: str) -> tuple[Sentence, ...]:
    """Sentences that have words, at most 80, of the first 20,000 characters."""
    plain = text[:_MOST_CHARACTERS].replace("\u2019", "'")
    places = _places(plain)
    lines = _lines([plain[start:end] for start, end in places]) if places else ()
    read = (_sentence(*one, place) for one, place in zip(lines, places, strict=True) if one[0])
    return tuple(islice(read, MOST_SENTENCES))


def _places(text: str) -> list[tuple[int, int]]:
    """Where each sentence begins and ends, its mark included."""
    found, start = [], 0
    for match in _END.finditer(text):
        end = match.start() + len(match[0].rstrip())
        if end > start:
            found.append((start, end))
        start = match.end()
    return [*found, (start, len(text))] if len(text) > start else found


def _lines(parts: Sequence[str]) -> Iterable[tuple[tuple[str, ...], str]]:
    """Words of each part, and the part, in lower case; idioms that deny nothing are blanked.

    All parts are split at once: a sentence is too short for its own to pay.
    """
    lowered = "\n".join(parts).lower()
    if any(map(lowered.__contains__, _IDIOMS + _NO_LONGER)):
        lowered = "\n".join(map(_without_idioms, lowered.split("\n")))
    lines = lowered.split("\n")
    words = _SPLITTER.lines(lowered) or [tuple(_WORD.findall(line)) for line in lines]
    return zip(words, lines, strict=True)


def _without_idioms(lowered: str) -> str:
    if "no" not in lowered and "don't" not in lowered and "without" not in lowered:
        return lowered
    return _ANY_NO_LONGER.sub("not      ", _ANY_IDIOM.sub(lambda match: " " * len(match[0]), lowered))


def _sentence(words: tuple[str, ...], lowered: str, place: tuple[int, int]) -> Sentence:
    replies = words[0] in _REPLIES and _REPLY.match(lowered) is not None
    spoken = words[1:] if replies else words
    signs, heads, negations = _said(spoken) if _TURNING.isdisjoint(spoken) else _polarity(spoken)
    is_question = lowered.endswith(_ASKING) or lowered.rstrip().endswith(_ASKING)
    return Sentence(*place, frozenset(signs), signs, heads, negations, words, is_question)


def _polarity(words: tuple[str, ...]) -> tuple[dict[str, int], frozenset[str], int]:
    """Signs of the roots: a negation turns the next content root, and leaves those behind it unknown."""
    signs: dict[str, int] = {}
    heads: set[str] = set()
    negations, turned, unknown, reach, last = 0, False, 0, 0, ""
    cancels = False
    for word in words:
        if (negations and word in _CANCELLING) or (cancels and word in NEGATIONS):
            total = sum(one in NEGATIONS for one in words)
            return dict.fromkeys((*signs, *_roots(words)), 0), frozenset(), total
        cancels = cancels or word in _CANCELLING
        if word in NEGATIONS:
            negations += 1
            turned, unknown, reach = not turned, _SCOPE, _REACH
        elif word in SOFT:
            unknown, reach = _SCOPE, _REACH
            signs.setdefault(root(word)[0], 0)
        elif word not in CLOSED:
            name, sign = root(word)
            if turned:
                sign, turned = -sign, False
                heads.add(name)
            elif unknown and reach > 0:
                sign = 0
                unknown -= 1
            if sign < 0:
                heads.add(name)
            signs[name] = sign if signs.get(name, sign) == sign else 0
            last = name
        reach -= 1
    if turned and last:
        signs[last] = -signs[last]
        heads.add(last)
    return signs, frozenset(heads), negations


def _said(words: tuple[str, ...]) -> tuple[dict[str, int], frozenset[str], int]:
    """Signs of the roots where nothing is negated: a root is unknown that is said beside its opposite."""
    roots = set(map(root, frozenset(words) - CLOSED))
    signs = dict(roots)
    if len(signs) == len(roots) and -1 not in signs.values():
        return signs, frozenset(), 0
    denied = frozenset(name for name, sign in roots if sign < 0)
    return signs | {name: 0 for name in denied if (name, 1) in roots}, denied, 0


def _roots(words: tuple[str, ...]) -> list[str]:
    return [root(word)[0] for word in words if word not in CLOSED and word not in NEGATIONS]


def overlap(left: frozenset[str], right: frozenset[str]) -> float:
    """Shared share of two sets, in [0, 1] (Jaccard); 0 when both are empty."""
    shared = len(left & right)
    return shared / (len(left) + len(right) - shared) if shared else 0.0


def aligned(sentence: Sentence, others: tuple[Sentence, ...], *, least: float) -> Sentence | None:
    """The one of the others that shares most with the sentence, when that is at least `least` (Jaccard)."""
    roots, size = sentence.roots, len(sentence.roots)
    best, most = None, least
    for other in others:
        shared = len(roots & other.roots)
        if shared and (found := shared / (size + len(other.roots) - shared)) >= most and (found > most or best is None):
            best, most = other, found
    return best
