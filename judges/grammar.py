"""Grammars that requests demand, matched within limits: one that cannot be read is told apart from one that is broken.

Lark is read as guided decoding by llguidance reads it: terminals are greedy. GBNF, also called EBNF, is matched
exactly: it is written as Lark whose every terminal is one character, so that none can take another's part.
"""

import re
import time
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

from llguidance import LLMatcher, LLParserLimits, LLTokenizer

_SECONDS: Final = 0.25
"""Longest that one match may take; what is not decided by then is called unknown."""
_MOST_GRAMMAR_CHARACTERS: Final = 20_000
_MOST_BYTES: Final = 100_000
_MOST_ITEMS: Final = 1_000
"""Of Earley's parser at one byte: what is more ambiguous takes too long."""
_MOST_SYMBOLS: Final = 50_000
_REMEMBERED: Final = 128
_TOKEN: Final = re.compile(
    r"(?P<space>\s+|\#[^\n]*)"
    r"|(?P<rule>[A-Za-z][\w-]*)\s*::="
    r"|(?P<name>[A-Za-z][\w-]*)"
    r'|"(?P<literal>(?:\\.|[^"\\\n])*)"'
    r"|\[(?P<chars>\^?(?:\\.|[^\]\\\n])*)\]"
    r"|(?P<any>\.)"
    r"|(?P<mark>[()|*+?]|\{\s*\d{1,4}\s*(?:,\s*(?:\d{1,4}\s*)?)?\})"
)
_CHARACTER: Final = re.compile(r"\\x([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})|\\(.)|(.)", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPABLE: Final = frozenset('\\"[]^-nrt')


class BrokenGrammar(ValueError):
    """The grammar cannot be used: malformed, of no known form, or too ambiguous for this text."""


def accepts(grammar: str, text: str) -> bool:
    """Whether the grammar makes the text, all of it.

    Raises:
        BrokenGrammar: it is no grammar, or a match did not end in a quarter of a second.
    """
    data = text.encode("utf-8", "replace")
    if len(data) > _MOST_BYTES:
        message = f"a text of {len(data)} bytes is too long"
        raise BrokenGrammar(message)
    matcher = _compiled(grammar).deep_copy()
    ends_at = time.monotonic() + _SECONDS
    for byte in data:
        if matcher.try_consume_tokens([byte]) == 0:
            if matcher.is_error():
                raise BrokenGrammar("too ambiguous")
            return False
        if time.monotonic() > ends_at:
            message = f"a grammar of {len(grammar)} characters took too long"
            raise BrokenGrammar(message)
    return matcher.is_accepting()


@cache
def _bytes() -> LLTokenizer:
    """Each byte is its own token."""
    return LLTokenizer("byte")


@lru_cache(maxsize=_REMEMBERED)
def _compiled(grammar: str) -> LLMatcher:
    if len(grammar) > _MOST_GRAMMAR_CHARACTERS:
        message = f"a grammar of {len(grammar)} characters is too long"
        raise BrokenGrammar(message)
    lark = lark_of(grammar) if "::=" in grammar else grammar
    limits = LLParserLimits(
        max_items_in_row=_MOST_ITEMS,
        step_max_items=_MOST_ITEMS,
        max_grammar_size=_MOST_SYMBOLS,
        initial_lexer_fuel=200_000,
        step_lexer_fuel=20_000,
        max_lexer_states=20_000,
    )
    matcher = LLMatcher(_bytes(), LLMatcher.grammar_from_lark(lark), log_level=0, limits=limits)
    if matcher.is_error():
        message = f"no grammar of {len(grammar)} characters"
        raise BrokenGrammar(message)
    return matcher


def lark_of(gbnf: str) -> str:
    """The same language in Lark, a character to each terminal; `root` becomes `start`.

    Raises:
        BrokenGrammar: it holds something that is no GBNF, such as a lookahead.
    """
    return "".join(_written(gbnf)).lstrip()


def _written(gbnf: str) -> Iterator[str]:
    names: dict[str, str] = {"root": "start"}
    at = 0
    while at < len(gbnf):
        match = _TOKEN.match(gbnf, at)
        if match is None:
            message = f"no GBNF at character {at}"
            raise BrokenGrammar(message)
        at = match.end()
        match match.lastgroup:
            case "space":
                continue
            case "rule":
                yield f"\n{_renamed(match['rule'], names)}:"
            case "name":
                yield f" {_renamed(match['name'], names)}"
            case "literal":
                yield (
                    f" ({' '.join(_terminal(one) for one in _characters(match['literal']))})"
                    if match["literal"]
                    else ' ""'
                )
            case "chars":
                yield f" {_class(match['chars'])}"
            case "any":
                yield " /(?s:.)/"
            case _:
                yield match[0] if match[0][0] in "*+?{" else f" {match[0]}"


def _renamed(name: str, names: dict[str, str]) -> str:
    return names.setdefault(name, f"rule_{len(names)}")


def _characters(spelled: str) -> Iterator[str]:
    for match in _CHARACTER.finditer(spelled):
        code = match[1] or match[2] or match[3]
        escaped = match[4]
        if escaped is not None and escaped not in _ESCAPABLE:
            message = f"no escape of GBNF: {len(escaped)} character"
            raise BrokenGrammar(message)
        try:
            yield chr(int(code, 16)) if code else _ESCAPED.get(escaped, escaped) if escaped else match[5]
        except (ValueError, OverflowError) as error:
            raise BrokenGrammar("no character") from error


def _terminal(one: str) -> str:
    return f"/{_code(one)}/"


def _code(one: str) -> str:
    return f"\\x{{{ord(one):X}}}"


def _class(spelled: str) -> str:
    """A character class with every character by its code; a dash between two makes a range."""
    inverted = spelled.startswith("^")
    parts = [match[0] for match in _CHARACTER.finditer(spelled.removeprefix("^"))]
    codes = [
        "-" if part == "-" and 0 < place < len(parts) - 1 else "".join(map(_code, _characters(part)))
        for place, part in enumerate(parts)
    ]
    if not codes:
        raise BrokenGrammar("an empty class")
    return f"/[{'^' if inverted else ''}{''.join(codes)}]/"
