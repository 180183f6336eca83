"""Names in scripts without capitals: only pairs that the lists know, or a family name with a form of address."""

import re
from collections.abc import Iterator
from typing import Final

from proxy.anonymise.found import EntityType, Found
from proxy.anonymise.names_tier.lexicon import Lexicon

_EAST_ASIAN: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_SPACED: Final = re.compile(r"[\u0590-\u0dff\u10a0-\u10ff]+")
_HAN_TITLE: Final = "先生|女士|小姐|老师|老師|教授|医生|醫生|经理|經理|さん|さま|様|氏|くん|ちゃん"
_HAN_NAMING: Final = "我叫|我是|名字是|名字叫|姓名[:\uff1a]?|[联聯][系繫絡络]人[:\uff1a]?|名前は|氏名[:\uff1a]?"
_SURE: Final = 1.0
_SURE_PAIR: Final = 2.5


class CaselessNames:
    """The names of a lexicon in scripts that have no capitals."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._patterns = tuple(_patterns(lexicon.families, lexicon.givens))

    def find(self, text: str) -> Iterator[Found]:
        """Names in Han, kana and Hangul, and in the scripts from Hebrew to Georgian."""
        if _EAST_ASIAN.search(text):
            yield from self._east_asian(text)
        if _SPACED.search(text):
            yield from self._pairs(text)

    def _pairs(self, text: str) -> Iterator[Found]:
        """A listed given name with a listed name behind it."""
        previous: re.Match[str] | None = None
        for match in _SPACED.finditer(text):
            is_behind = previous is not None and text[previous.end() : match.start()] == " "
            if previous is not None and is_behind and self._is_pair(previous[0], match[0]):
                yield _found(previous.start(), match.end(), "a listed given name with a listed name behind it")
                previous = None
            else:
                previous = match

    def _is_pair(self, first: str, second: str) -> bool:
        given, known = self._lexicon[first].given, self._lexicon[second].points
        return min(given, known) >= _SURE and given + known >= _SURE_PAIR

    def _east_asian(self, text: str) -> Iterator[Found]:
        end = 0
        spans = {match.span("it") for pattern in self._patterns for match in pattern.finditer(text)}
        for start, stop in sorted(spans, key=_longest_first):
            if start >= end:
                yield _found(start, stop, "a family name with its given name or a form of address")
                end = stop


def _longest_first(span: tuple[int, int]) -> tuple[int, int]:
    return span[0], -span[1]


def _found(start: int, end: int, reason: str) -> Found:
    return Found(EntityType.PERSON, start, end, "gazetteer", reason)


def _patterns(families: frozenset[str], givens: frozenset[str]) -> Iterator[re.Pattern[str]]:
    han = _any_of(name for name in families if _is_han(name))
    hangul = _any_of(name for name in families if _is_hangul(name))
    given_han = _any_of(name for name in givens if _is_han(name) and len(name) > 1)
    given_hangul = _any_of(name for name in givens if _is_hangul(name))
    yield re.compile(rf"(?P<it>{han}[ ]?{given_han})")
    yield re.compile(rf"(?P<it>{han}[\u4e00-\u9fff]{{0,2}}?)(?={_HAN_TITLE})")
    yield re.compile(rf"(?:{_HAN_NAMING})[ ]?(?P<it>{han}[\u4e00-\u9fff]{{1,2}})")
    yield re.compile(rf"(?<![\uac00-\ud7a3])(?P<it>{hangul}[ ]?{given_hangul})")
    yield re.compile(rf"(?<![\uac00-\ud7a3])(?P<it>{hangul}[\uac00-\ud7a3]{{2}})(?=[ ]?(?:씨|님|입니다|이에요|이라고))")


def _is_han(name: str) -> bool:
    return "\u3400" <= name[0] <= "\u9fff"


def _is_hangul(name: str) -> bool:
    return "\uac00" <= name[0] <= "\ud7a3"


def _any_of(names: Iterator[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, sorted(set(names), key=lambda name: (-len(name), name)))) or '(?!)'})"
