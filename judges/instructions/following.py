"""Whether a text follows an instruction, for each of IFEval's 25 kinds, strictly or loosely.

An empty text follows nothing. Source: Zhou et al. 2023 (IFEval), sections 2 and 2.2.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from judges.document import NotJson, parse_json
from judges.instructions import counting
from judges.instructions.speech import is_english, is_language
from shadow.suites.instruction import Arguments, Instruction, Relation

_FENCE: Final = re.compile(r"\A```(?:json)?", re.IGNORECASE)
_TITLE: Final = re.compile(r"<<[^\n]+>>")
_OPTIONS: Final = ("My answer is yes.", "My answer is no.", "My answer is maybe.")
_TWO: Final = "******"
_QUOTED: Final = 2
_POSTSCRIPT: Final = {"P.S.": r"p\.\s?s\.", "P.P.S": r"p\.\s?p\.\s?s"}
_FIRST_WORD_ENDS: Final = re.compile(r"[.,?!'\"]")


def follows(instruction: Instruction, text: str) -> bool:
    """Whether the text follows the instruction in its mode."""
    variants = loosened(text) if instruction.mode == "loose" else (text,)
    holds = _KINDS[instruction.id]
    return any(bool(one.strip()) and holds(one, instruction.arguments) for one in variants)


def loosened(text: str) -> Iterator[str]:
    """The text, and what is left without its first line, last line, both; each also without asterisks."""
    lines = text.split("\n")
    cut = ("\n".join(part).strip() for part in (lines[1:], lines[:-1], lines[1:-1]))
    for one in dict.fromkeys((text, *cut)):
        yield one
        if "*" in one:
            yield one.replace("*", "")


def _meets(count: int, relation: Relation | None, bound: int | None) -> bool:
    return count < (bound or 0) if relation == "less than" else count >= (bound or 0)


def _holds_keywords(text: str, given: Arguments) -> bool:
    folded = text.casefold()
    return all(keyword.casefold() in folded for keyword in given.keywords or ())


def _keyword_often(text: str, given: Arguments) -> bool:
    return _meets(text.casefold().count((given.keyword or "").strip().casefold()), given.relation, given.frequency)


def _no_forbidden(text: str, given: Arguments) -> bool:
    spelled = "|".join(re.escape(word) for word in given.forbidden_words or ())
    return re.search(rf"(?<!\w)(?:{spelled})(?!\w)", text, re.IGNORECASE) is None


def _letter_often(text: str, given: Arguments) -> bool:
    return _meets(counting.letters(text, given.letter or ""), given.let_relation, given.let_frequency)


def _first_words(text: str, given: Arguments) -> bool:
    paragraphs = counting.spaced_paragraphs(text)
    count, place = sum(bool(part.strip()) for part in paragraphs), given.nth_paragraph or 1
    if count != given.num_paragraphs or place > count or not (words := paragraphs[place - 1].split()):
        return False
    first = words[0].lstrip("'").lstrip('"')
    return _FIRST_WORD_ENDS.split(first.casefold())[0] == (given.first_word or "").casefold()


def _has_postscript(text: str, given: Arguments) -> bool:
    marker = (given.postscript_marker or "").strip()
    return re.search(_POSTSCRIPT.get(marker, re.escape(marker)), text, re.IGNORECASE) is not None


def _is_json(text: str, _: Arguments) -> bool:
    bare = _FENCE.sub("", text.strip()).removesuffix("```").strip()
    return not isinstance(parse_json(bare), NotJson)


def _has_title(text: str, _: Arguments) -> bool:
    return any(found.strip("<>").strip() for found in _TITLE.findall(text))


def _two_answers(text: str, _: Arguments) -> bool:
    parts = [part.strip() for part in text.split(_TWO)]
    held = [part for part in parts if part]
    return all(parts[1:-1]) and len(held) == _QUOTED and held[0] != held[1]


def _repeats(text: str, given: Arguments) -> bool:
    return text.strip().casefold().startswith((given.prompt_to_repeat or "").strip().casefold())


def _ends(text: str, given: Arguments) -> bool:
    return text.strip().strip('"').casefold().endswith((given.end_phrase or "").strip().casefold())


def _is_quoted(text: str, _: Arguments) -> bool:
    bare = text.strip()
    return len(bare) >= _QUOTED and bare[0] == bare[-1] == '"'


_KINDS: Final[Mapping[str, Callable[[str, Arguments], bool]]] = {
    "keywords:existence": _holds_keywords,
    "keywords:frequency": _keyword_often,
    "keywords:forbidden_words": _no_forbidden,
    "keywords:letter_frequency": _letter_often,
    "language:response_language": lambda text, given: is_language(text, given.language or ""),
    "length_constraints:number_sentences": lambda text, given: _meets(
        counting.sentences(text), given.relation, given.num_sentences
    ),
    "length_constraints:number_paragraphs": lambda text, given: (
        counting.divided_paragraphs(text) == given.num_paragraphs
    ),
    "length_constraints:number_words": lambda text, given: _meets(
        counting.words(text), given.relation, given.num_words
    ),
    "length_constraints:nth_paragraph_first_word": _first_words,
    "detectable_content:number_placeholders": lambda text, given: (
        counting.placeholders(text) >= (given.num_placeholders or 0)
    ),
    "detectable_content:postscript": _has_postscript,
    "detectable_format:number_bullet_lists": lambda text, given: counting.bullets(text) == given.num_bullets,
    "detectable_format:constrained_response": lambda text, _: any(option in text for option in _OPTIONS),
    "detectable_format:number_highlighted_sections": lambda text, given: (
        counting.highlights(text) >= (given.num_highlights or 0)
    ),
    "detectable_format:multiple_sections": lambda text, given: (
        counting.sections(text, given.section_spliter or "") >= (given.num_sections or 0)
    ),
    "detectable_format:json_format": _is_json,
    "detectable_format:title": _has_title,
    "combination:two_responses": _two_answers,
    "combination:repeat_prompt": _repeats,
    "startend:end_checker": _ends,
    "startend:quotation": _is_quoted,
    "change_case:capital_word_frequency": lambda text, given: _meets(
        counting.capital_words(text), given.capital_relation, given.capital_frequency
    ),
    "change_case:english_capital": lambda text, _: text.isupper() and is_english(text),
    "change_case:english_lowercase": lambda text, _: text.islower() and is_english(text),
    "punctuation:no_comma": lambda text, _: "," not in text,
}
