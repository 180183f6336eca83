"""Which language an answer is in, for instructions: a best guess is wanted here, not certainty."""

from typing import Final

from judges.language import classify, language_of

_ENGLISH: Final = "en"


def is_language(text: str, language: str) -> bool:
    """Whether the text is in the language (ISO 639-1, region ignored); text that nobody can name passes."""
    return _spoken(text) in {language[:2].casefold(), ""}


def is_english(text: str) -> bool:
    """Whether the text is in English, whatever its case; text that nobody can name passes."""
    return is_language(text.lower(), _ENGLISH)


def _spoken(text: str) -> str:
    return language_of(text) or classify(text)
