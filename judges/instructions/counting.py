"""What the instructions count: words, sentences, paragraphs, capital words, marks of Markdown.

Each count is defined as IFEval's published labels count, quirks included, so that a figure means the same as elsewhere.
"""

import re
from functools import lru_cache
from typing import Final

MOST_CHARACTERS: Final = 100_000
"""Characters that sentence splitting reads; the longest answers of any model are shorter."""
_REMEMBERED: Final = 512
_WORD: Final = re.compile(r"\w+")
_APART: Final = re.compile(r"""\.\.\.|--|[,:](?!\d)|[;@#$%&?!"()\[\]{}<>\u201c\u201d\u2026]|(?<=[\w)])\.(?=\s*\Z)""")
_CONTRACTED: Final = re.compile(r"(?i)(?<=[^'\s])(?:n['\u2019]t|['\u2019](?:ll|re|ve|s|m|d))(?=\s|\Z)")
_FUSED: Final = re.compile(r"(?i)\b(can)(not)\b|\b(gon|wan)(na)\b|\b(got)(ta)\b|\b(gim|lem)(me)\b")
_BULLET: Final = re.compile(r"^[ \t]*\*[^*].*$|^[ \t]*-.*$", re.MULTILINE)
_STARRED: Final = re.compile(r"\*[^\n*]*\*")
_TWICE_STARRED: Final = re.compile(r"\*\*[^\n*]*\*\*")
_PLACEHOLDER: Final = re.compile(r"\[[^\n]*?\]")
_DIVIDER: Final = re.compile(r"\s?\*\*\*\s?")


def words(text: str) -> int:
    """Runs of letters, digits and underscores: `don't` is two."""
    return len(_WORD.findall(text))


@lru_cache(maxsize=_REMEMBERED)
def sentences(text: str) -> int:
    """Sentences as a Punkt model without knowledge of line breaks sees them, in the first 100,000 characters."""
    from nupunkt import sent_tokenize

    return len(sent_tokenize(text[:MOST_CHARACTERS]))


def letters(text: str, letter: str) -> int:
    """How often one character stands in the text, whatever its case."""
    return text.lower().count(letter.lower())


def capital_words(text: str) -> int:
    """Words all in capitals, as the Penn Treebank splits words: `DON'T` is two, `HALF-TIME` one, `I` one.

    Source: the conventions of the Penn Treebank's tokenisation (MacIntyre 1995).
    """
    apart = _APART.sub(" ", text)
    apart = _CONTRACTED.sub(lambda match: f" {match[0]}", apart)
    apart = _FUSED.sub(lambda match: " ".join(part for part in match.groups() if part), apart)
    return sum(word.isupper() for word in apart.split())


def bullets(text: str) -> int:
    """Lines that begin with `-`, or with one `*` that more text follows."""
    return len(_BULLET.findall(text))


def highlights(text: str) -> int:
    """Parts between single or double asterisks on one line that hold anything."""
    single = sum(bool(found.strip("*").strip()) for found in _STARRED.findall(text))
    double = sum(bool(found[2:-2].strip()) for found in _TWICE_STARRED.findall(text))
    return single + double


def placeholders(text: str) -> int:
    """Parts in square brackets on one line."""
    return len(_PLACEHOLDER.findall(text))


def sections(text: str, marker: str) -> int:
    """Times that the marker stands with a number behind it, such as `Section 2`."""
    return len(re.findall(rf"{re.escape(marker)}\s?\d+", text))


def divided_paragraphs(text: str) -> int | None:
    """Paragraphs between `***`; None where one in the middle is empty."""
    parts = [part.strip() for part in _DIVIDER.split(text)]
    return sum(map(bool, parts)) if all(parts[1:-1]) else None


def spaced_paragraphs(text: str) -> list[str]:
    """Paragraphs between empty lines, empty ones kept: their places count."""
    return text.split("\n\n")
