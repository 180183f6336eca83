"""Verifiable instructions that a prompt states in prose, in English; what is conditional or about a part is left out.

A constraint that is not read is not judged, so every pattern prefers silence to a guess.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final

from shadow.suites.instruction import Instruction

_REMEMBERED: Final = 512
_MOST_CHARACTERS: Final = 40_000
_COUNTS: Final = {
    word: value
    for value, word in enumerate(
        (
            "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
            "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
        )
    )
}  # fmt: skip
_LANGUAGES: Final = {
    "english": "en", "german": "de", "french": "fr", "spanish": "es", "italian": "it", "portuguese": "pt",
    "dutch": "nl",
    "russian": "ru", "chinese": "zh", "japanese": "ja", "korean": "ko", "arabic": "ar", "hindi": "hi", "bengali": "bn",
    "turkish": "tr", "polish": "pl", "swedish": "sv", "danish": "da", "norwegian": "no", "finnish": "fi", "greek": "el",
    "hebrew": "he", "thai": "th", "vietnamese": "vi", "ukrainian": "uk", "czech": "cs", "hungarian": "hu",
    "romanian": "ro", "bulgarian": "bg", "persian": "fa", "farsi": "fa", "urdu": "ur", "punjabi": "pa",
    "gujarati": "gu",
    "marathi": "mr", "telugu": "te", "tamil": "ta", "kannada": "kn", "malayalam": "ml", "nepali": "ne", "swahili": "sw",
}  # fmt: skip
_N: Final = rf"(?P<n>\d{{1,4}}|{'|'.join(_COUNTS)})"
_CLAUSE: Final = re.compile(r"[^.!?;\n]*(?:\.(?=\w)[^.!?;\n]*)*[.!?;]?")
_CONDITION: Final = re.compile(
    r"\b(?:if|when|whenever|unless|in case|for example|e\.g|such as|each|every|per)\b", re.IGNORECASE
)
_QUOTED: Final = re.compile("[\"\u201c]([^\"\u201c\u201d\n]{1,80})[\"\u201d]|(?<!\\w)'([^'\n]{1,40})'(?!\\w)")
_FORBIDS: Final = re.compile(
    r"\b(?:do not|\w+n't|never|without|avoid|not|cannot|refrain from|exclude|forbidden)\b", re.IGNORECASE
)
_KEYED: Final = re.compile(
    r"\b(?:includ\w+|us(?:e|es|ing)|mention\w*|contain\w*|forbidden|keywords?)\b[^\"\u201c\n]{0,60}?"
    r"\b(?:key)?(?:words?|phrases?|terms?|names?)\b\s*:?\s*(?=[\"\u201c'])",
    re.IGNORECASE,
)
_ENDING: Final = re.compile(
    r"\b(?:end|ends|ending|finish|finishes|conclude|concludes|close|closes)\b[^\"\u201c\n]{0,80}?\b(?:with|"
    r"by)\b[^\"\u201c\n]{0,60}?"
    '(?=["\u201c])',
    re.IGNORECASE,
)
_OFTEN: Final = re.compile(
    rf"\b(?:word|keyword|"
    rf"phrase)\s+[\"\u201c']?(?P<word>[\w-]{{2,30}})[\"\u201d']?[^.\n]{{0,60}}?\bat least\s+{_N}\s+times?",
    re.IGNORECASE,
)
_LETTER: Final = re.compile(
    rf"\bletter\s+[\"\u201c']?(?P<letter>[a-z])[\"\u201d']?(?!\w)[^.\n]{{0,60}}?\b(?P<relation>at least|less than|"
    rf"fewer than)\s+{_N}\s+times?",
    re.IGNORECASE,
)


@lru_cache(maxsize=_REMEMBERED)
def stated(prompt: str) -> tuple[Instruction, ...]:
    """Instructions that the first 40,000 characters state, each once, in the order of their kinds."""
    text = prompt[:_MOST_CHARACTERS]
    found: dict[str, Instruction] = {}
    for clause in _CLAUSE.findall(text):
        if len(clause) > 5:  # noqa: PLR2004 - no instruction is shorter
            for one in _of_clause(clause):
                found.setdefault(one.model_dump_json(), one)
    for one in _of_whole(text):
        found.setdefault(one.model_dump_json(), one)
    return tuple(found.values())


def _one(name: str, **arguments: Any) -> Instruction:  # noqa: ANN401 - the arguments of each kind
    return Instruction.model_validate({"id": name, "arguments": arguments})


def _of_clause(clause: str) -> Iterator[Instruction]:
    if _CONDITION.search(clause) is None:
        yield from _lengths(clause)
        for name, pattern in _MARKS:
            if pattern.search(clause) is not None and not (name in _OF_ALL and _OF_SOME.search(clause)):
                yield _one(name)
        for name, pattern, argument in _COUNTED:
            if (match := pattern.search(clause)) is not None:
                yield _one(name, **{argument: _count(match["n"])})
        yield from _language(clause)
    yield from _frequencies(clause)


def _count(text: str) -> int:
    return int(text) if text.isdigit() else _COUNTS[text.lower()]


_MARKS: Final = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        (
            "punctuation:no_comma",
            (
                r"\b(?:no|without|avoid\w*|not (?:use|contain|include|allowed to use|have)|don't use|refrain from|"
                r"never use)\s+"
                r"(?:us\w+ |includ\w+ |the use of |any |an? |a single )*commas?\b"
            ),
        ),
        (
            "change_case:english_lowercase",
            (
                r"\b(?:all|only|entire\w*|in|use)\b[^\n]{0,30}\blower[ -]?case\b|\blower[ -]?case letters only\b"
                r"|\bno (?:capital letters|capitals|uppercase|upper case)|\bwithout (?:any )?capital letters"
            ),
        ),
        (
            "change_case:english_capital",
            (
                r"\b(?:in|using|use|be|entire\w*)\s+(?:in )?(?:all |only |english and in all |english, and in all )?"
                r"(?:capital letters|capitals|caps|upper[ -]?case)(?! words?| at least)|"
                r"\ball capital letters\b(?! at least| less)"
                r"|\bno lower[ -]?case"
            ),
        ),
        (
            "startend:quotation",
            (
                r"\b(?:wrap\w*|enclos\w+|put|surround\w*)\b[^\n]{0,80}\b(?:in|with|around|inside|"
                r"by)?\s*(?:double )?quot(?:ation marks?|es)"
                r"|\bdouble quotation marks? around\b"
            ),
        ),
        ("detectable_format:title", r"\btitle\b[^\n]{0,80}(?:<<|double angular brackets)|<<\s*title"),
        (
            "detectable_format:json_format",
            (
                r"\b(?:respond|reply|answer|output|return|wrap\w*|format\w*|response|put|"
                r"give)\b[^\n]{0,70}\bjson\b(?! schema)"
                r"|\bjson (?:format|only|output|object)\b|\bonly (?:valid )?json\b"
            ),
        ),
    )
)
"""Kinds without arguments, by what a clause says."""

_OF_ALL: Final = frozenset({"change_case:english_capital"})
_OF_SOME: Final = re.compile(
    r"\b(?:some|few|words?|at least|less than|most|appear|times|title|key)\b[^\n]{0,60}\b(?:capital|caps\b|"
    r"upper[ -]?case)"
    r"|\b(?:without|no|not|avoid)\b[^\n]{0,20}\b(?:caps\b|upper[ -]?case|lower[ -]?case)"
    r"|(?:capital letters|caps)[^\n]{0,20}\b(?:less|at least|no more)",
    re.IGNORECASE,
)
_COUNTED: Final = tuple(
    (name, re.compile(pattern, re.IGNORECASE), argument)
    for name, pattern, argument in (
        (
            "detectable_format:number_bullet_lists",
            (
                rf"\b(?:exactly|contain|contains|use|have|in)\s+(?:exactly )?{_N}\s+(?:markdown )?"
                r"bullet(?:ed)?(?: point| item|)s?\b"
            ),
            "num_bullets",
        ),
        (
            "detectable_content:number_placeholders",
            rf"\bat least\s+{_N}\s+(?:\w+ )?placeholders?\b",
            "num_placeholders",
        ),
        (
            "detectable_format:number_highlighted_sections",
            rf"\bhighlight\w*\b[^\n]{{0,20}}\bat least\s+{_N}\s+(?:\w+ )?(?:sections?|parts?|phrases?|words?|titles?)",
            "num_highlights",
        ),
        ("detectable_format:number_highlighted_sections", rf"\bat least\s+{_N}\s+highlighted", "num_highlights"),
    )
)


def _lengths(clause: str) -> Iterator[Instruction]:
    for unit, name, argument in _UNITS:
        if name.endswith("words") and _CAPITALS.search(clause) is not None:
            continue
        for pattern, bounds in _BOUNDS:
            match = pattern(unit).search(clause)
            if match is not None:
                for relation, bound in bounds(match):
                    yield _one(name, **{"relation": relation, argument: bound})
                break


_CAPITALS: Final = re.compile(r"\bcapital|\bcaps\b|\bupper[ -]?case|\bhighlight", re.IGNORECASE)
_UNITS: Final = (
    (r"(?:\w+ )?words?", "length_constraints:number_words", "num_words"),
    (r"(?:\w+ )?sentences?", "length_constraints:number_sentences", "num_sentences"),
)


@lru_cache(maxsize=64)
def _compiled(form: str, unit: str) -> re.Pattern[str]:
    return re.compile(form.replace("UNIT", unit).replace("NUM", _N), re.IGNORECASE)


def _form(form: str) -> Callable[[str], re.Pattern[str]]:
    return lambda unit: _compiled(form, unit)


type _Bounds = Callable[[re.Match[str]], tuple[tuple[str, int], ...]]


def _least(match: re.Match[str]) -> tuple[tuple[str, int], ...]:
    return (("at least", _count(match["n"])),)


def _more(match: re.Match[str]) -> tuple[tuple[str, int], ...]:
    return (("at least", _count(match["n"]) + 1),)


def _less(match: re.Match[str]) -> tuple[tuple[str, int], ...]:
    return (("less than", _count(match["n"])),)


def _most(match: re.Match[str]) -> tuple[tuple[str, int], ...]:
    return (("less than", _count(match["n"]) + 1),)


def _between(match: re.Match[str]) -> tuple[tuple[str, int], ...]:
    return ("at least", _count(match["n"])), ("less than", _count(match["m"]) + 1)


def _exact(match: re.Match[str]) -> tuple[tuple[str, int], ...]:
    count = _count(match["n"])
    return (("less than", count + 1),) if count == 1 else (("at least", count), ("less than", count + 1))


_BOUNDS: Final[tuple[tuple[Callable[[str], re.Pattern[str]], _Bounds], ...]] = (
    (_form(r"\b(?:between\s+)?NUM\s*(?:-|\u2013|to|and)\s*(?P<m>\d{1,4})\s+UNIT\b"), _between),
    (_form(r"\b(?:at least|minimum(?: of)?|no (?:fewer|less) than|not less than)\s+NUM\s+UNIT\b"), _least),
    (_form(r"\bNUM\s*(?:\+|or more)\s*UNIT\b"), _least),
    (_form(r"\b(?<!no )(?<!not )(?:more than|over|above)\s+NUM\s+UNIT\b"), _more),
    (_form(r"\b(?:less than|fewer than|under|below)\s+NUM\s+UNIT\b"), _less),
    (
        _form(
            r"\b(?:at most|no more than|not more than|max(?:imum)?(?: of)?|up to|exceed\w*|within|"
            r"limit\w*[^.\n]{0,25} to|"
            r"keep\w*[^.\n]{0,30} to)\s+NUM\s+UNIT\b"
        ),
        _most,
    ),
    (_form(r"\bNUM\s+UNIT\s+(?:or (?:less|fewer)|max(?:imum)?|at most|tops)\b"), _most),
    (_form(r"\b(?:exactly|precisely)\s+NUM\s+UNIT\b"), _exact),
    (
        _form(
            r"\b(?:answer|reply|respond|response)\w*\b[^.\n]{0,30}\b(?:in|with)\s+(?:only |just )?(?P<n>one|1)\s+UNIT\b"
        ),
        _exact,
    ),
)


def _language(clause: str) -> Iterator[Instruction]:
    match = _IN_LANGUAGE.search(clause)
    if match is not None and _FORBIDS.search(clause[: match.end()]) is None:
        yield _one("language:response_language", language=_LANGUAGES[match["language"].lower()])


_IN_LANGUAGE: Final = re.compile(
    r"\b(?:respon\w+|repl\w+|answer\w*|speak|communicate|output|write|entire\w*|letter|poem)\b[^\n]{0,60}?\b(?:in|"
    r"use|using)\s+"
    rf"(?:only |the )?(?P<language>{'|'.join(_LANGUAGES)})\b(?!-)(?: language)?(?=[^\n]{{0,40}}(?:only|no other|"
    rf"language|\.|,|$))",
    re.IGNORECASE,
)


def _frequencies(clause: str) -> Iterator[Instruction]:
    if (match := _OFTEN.search(clause)) is not None:
        yield _one("keywords:frequency", keyword=match["word"], frequency=_count(match["n"]), relation="at least")
    if (match := _LETTER.search(clause)) is not None:
        relation = "at least" if match["relation"].lower() == "at least" else "less than"
        letter, count = match["letter"].lower(), _count(match["n"])
        yield _one("keywords:letter_frequency", letter=letter, let_frequency=count, let_relation=relation)


def _of_whole(text: str) -> Iterator[Instruction]:
    """What may stretch beyond a clause: quoted words and endings, and separators with what they separate."""
    for match in _KEYED.finditer(text):
        words = _quoted(text, match.end())
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        clause = re.split(r"[.!?;]\s", line)[-1]
        if not words or _CONDITION.search(clause) or re.search(r"\btimes?\b", text[match.end() : match.end() + 80]):
            continue
        if _FORBIDS.search(clause + match[0]):
            yield _one("keywords:forbidden_words", forbidden_words=words)
        else:
            yield _one("keywords:existence", keywords=words)
    for match in _ENDING.finditer(text):
        quoted = _QUOTED.match(text, match.end())
        is_plain = "start" not in match[0].lower() and _CONDITION.search(match[0]) is None
        if quoted is not None and is_plain and re.search(r"\w", quoted[1] or ""):
            yield _one("startend:end_checker", end_phrase=quoted[1].strip())
    yield from _separated(text)


def _quoted(text: str, place: int) -> list[str]:
    """Quoted words from a place on, as long as commas and conjunctions alone part them."""
    words: list[str] = []
    for match in _QUOTED.finditer(text, place):
        if text[place : match.start()].strip().lower() not in {"", ",", "and", "or", ", and", ", or"}:
            break
        words.append((match[1] or match[2]).strip(" ,."))
        place = match.end()
    return [word for word in words if word]


def _separated(text: str) -> Iterator[Instruction]:
    if "******" in text and re.search(
        r"\b(?:two|2)\s+(?:different )?(?:responses|answers|versions|ways)", text, re.IGNORECASE
    ):
        yield _one("combination:two_responses")
    elif "***" in text and (match := _PARAGRAPHS.search(text)) is not None:
        yield _one("length_constraints:number_paragraphs", num_paragraphs=_count(match["n"]))
    if (match := _POSTSCRIPT.search(text)) is not None:
        yield _one("detectable_content:postscript", postscript_marker=match["marker"].upper())
    if "My answer is yes" in text and "My answer is no" in text:
        yield _one("detectable_format:constrained_response")


_PARAGRAPHS: Final = re.compile(rf"\b{_N}\s+(?:paragraphs|stanzas|parts)\b", re.IGNORECASE)
_POSTSCRIPT: Final = re.compile(r"\bpostscript\b[^\n]{0,80}?(?P<marker>P\.P\.S|P\.S\.)", re.IGNORECASE)
