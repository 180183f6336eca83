"""Characters that do not show or that reorder text, made visible. Escaping for HTML or Markdown lives elsewhere."""

import unicodedata

_JOINERS = "\u200c\u200d"
_KEPT = "\n\t"
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def reveal(text: str) -> str:
    """The text with every control, bidirectional mark, zero-width and unassigned character as [U+202E].

    Line feeds and tabs stay. The two joiners stay after a letter outside ASCII, where emoji and several scripts
    need them. Revealing twice changes nothing more.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        f"[U+{ord(character):04X}]" if _is_hidden(character, after=text[place - 1 : place]) else character
        for place, character in enumerate(text)
    )


def _is_hidden(character: str, *, after: str) -> bool:
    if character in _KEPT:
        return False
    if character in _JOINERS:
        return after.isascii() or after in _JOINERS
    return unicodedata.category(character) in _HIDDEN_CATEGORIES
