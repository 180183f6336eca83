"""Code of two answers, and whether it does the same: Python by its syntax tree, all else by its tokens.

Comments, docstrings, layout and quotes say nothing; the names of a program's own variables neither.
"""

import ast
import re
import warnings
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

_FENCE: Final = re.compile(r"^[ \t]*```[ \t]*([\w+#.-]*)[^\n]*\n(.*?)(?:^[ \t]*```|\Z)", re.DOTALL | re.MULTILINE)
_SPAN: Final = re.compile(r"(?<!`)`([^`\n]{2,80})`(?!`)")
_MOST_CHARACTERS: Final = 20_000
_MOST_TOKENS: Final = 3_000
_REMEMBERED: Final = 512
_TOKEN: Final = re.compile(r"[^\W\d]\w*|\d+(?:\.\d+)?|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|[<>=!+*/&|%^-]+=?|\S")
_COMMENT: Final = re.compile(r"(?<![\w:\"'])(?://|#(?!include|define|\[|!))[^\n]*|/\*.*?\*/|--\s[^\n]*", re.DOTALL)
_SIMILAR: Final = 0.6
_PYTHON: Final = frozenset({"", "python", "py", "python3"})


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: language in lower case, and code."""

    language: str
    code: str
    start: int
    end: int


def blocks(text: str) -> list[Block]:
    """Fenced blocks of the first 20,000 characters, in order."""
    if "```" not in text:
        return []
    return [Block(match[1].lower(), match[2], *match.span()) for match in _FENCE.finditer(text[:_MOST_CHARACTERS])]


def prose(text: str) -> str:
    """The text with its fenced blocks blanked, places kept; the text itself where it is nothing but code."""
    if "```" not in text:
        return text
    bare = _FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    return bare if bare.strip() else text


def differing_code(answer: str, *, reference: str) -> tuple[int, int] | None:
    """Characters of the answer's first block that is near the reference's and does not do the same, or None.

    Blocks are compared in order. A block that is quite another program is another solution, of which nothing is known;
    one that is missing where the reference has one is a difference, and so are commands in backticks that differ.
    """
    if "`" not in reference:
        return None
    mine, theirs = blocks(answer), blocks(reference)
    if theirs and not mine:
        return (0, len(answer)) if answer.strip() else None
    for one, other in zip(mine, theirs, strict=False):
        if one.code.strip() != other.code.strip() and _differ(one, other):
            return one.start, one.end
    return _differing_span(answer, reference)


def _differ(one: Block, other: Block) -> bool:
    left, right = _shape(one), _shape(other)
    if left == right:
        return False
    return SequenceMatcher(None, left[:_MOST_TOKENS], right[:_MOST_TOKENS], autojunk=False).quick_ratio() >= _SIMILAR


def _shape(block: Block) -> tuple[str, ...]:
    if block.language in _PYTHON and (found := _python_shape(block.code)) is not None:
        return found
    return tuple(_TOKEN.findall(_COMMENT.sub(" ", block.code)))


@lru_cache(maxsize=_REMEMBERED)
def _python_shape(code: str) -> tuple[str, ...] | None:
    """Tokens of the syntax tree without docstrings and with the program's own names numbered; None if it is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(code)
        own = _Names()
        own.visit(tree)
        return tuple(_TOKEN.findall(ast.unparse(_Plain(own.found).visit(tree))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _Names(ast.NodeVisitor):
    """Names that the program itself binds, in order."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.found.setdefault(node.id, f"v{len(self.found)}")

    def visit_arg(self, node: ast.arg) -> None:
        self.found.setdefault(node.arg, f"v{len(self.found)}")

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.found.setdefault(node.name, f"v{len(self.found)}")
        self.generic_visit(node)


class _Plain(ast.NodeTransformer):
    """Renames the program's own names and drops docstrings and annotations."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg, node.annotation = self._names.get(node.arg, node.arg), None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.name, node.returns = self._names.get(node.name, node.name), None
        first = node.body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            node.body = node.body[1:] or [ast.Pass()]
        self.generic_visit(node)
        return node


def _differing_span(answer: str, reference: str) -> tuple[int, int] | None:
    """A command in backticks that the reference has in another form: one flag or argument differs."""
    theirs = {found.strip() for found in _SPAN.findall(reference) if " " in found.strip()}
    if not theirs:
        return None
    mine = {match[1].strip(): match.span() for match in _SPAN.finditer(answer) if " " in match[1].strip()}
    lost = theirs - mine.keys()
    for command, span in mine.items():
        if command not in theirs and any(command.split()[0] == other.split()[0] for other in lost):
            return span
    return None
