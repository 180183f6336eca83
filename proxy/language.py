"""The language of a request, told from its newest user text. Knows anonymised text only, and keeps none of it."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

from proxy.anonymise.memory import Memory
from proxy.anonymise.pseudonym import PLACEHOLDER
from proxy.exchange import Shape
from proxy.wire.fields import Json, parts
from proxy.wire.request import read_request

CONFIDENCE: Final = 0.5
"""Least probability at which a language is named. Source: measured, docs/explanation/sampling.md."""

_LEAST_LETTERS: Final = 20
_LEAST_SCRIPT_LETTERS: Final = 4
_WINDOW, _SAMPLE = 400, 120
_MOST_CONVERSATIONS: Final = 65_536
_NO_LANGUAGE: Final = "zxx"
_ASIDE: Final = re.compile(rf"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+|www\.\S+|{PLACEHOLDER.pattern}", re.DOTALL)
_SCRIPTS: Final = re.compile(
    r"(?P<kana>[\u3040-\u30ff]+)|(?P<zh>[\u3400-\u9fff]+)|(?P<ko>[\u1100-\u11ff\uac00-\ud7af]+)"
    r"|(?P<el>[\u0370-\u03ff\u1f00-\u1fff]+)|(?P<he>[\u0590-\u05ff]+)|(?P<th>[\u0e00-\u0e7f]+)"
)
_JAPANESE_SHARE: Final = 1 / 8
"""Least share of kana among kana and Chinese characters in Japanese."""

type Classify = Callable[[str], tuple[str, float]]
"""Language (ISO 639-1) of a text and its probability."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """What was last told of a conversation: of which text (its hash), at which turn, which language."""

    text: int
    turn: int
    language: str


class Languages:
    """Names languages, and remembers that of each conversation so that not every turn is classified.

    A text is classified at turn 1, and again whenever the number of turns has doubled; a repeated text never is. A turn
    too short or too unclear to tell keeps the language of its conversation. When the turn does not grow, another user
    may share the conversation's id (a `prompt_cache_key`, say), and the text is classified.

    Args:
        classify: Where the script alone does not tell.
    """

    def __init__(self, classify: Classify, *, most_conversations: int = _MOST_CONVERSATIONS) -> None:
        self._classify = classify
        self._heard: Memory[str, _Heard] = Memory(most_conversations, lambda _: 1)

    @classmethod
    def load(cls) -> Self:
        """With the model of py3langid, restricted to ISO 639-1; takes about a second."""
        from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

        identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        two_letters = [label for label in identifier.labels if len(label) == 2]  # noqa: PLR2004 - ISO 639-1
        identifier.set_languages([*two_letters, _NO_LANGUAGE])
        return cls(identifier.classify)

    def language_of(self, text: str, *, conversation: str, turn: int) -> str:
        """ISO 639-1 code of the newest user text of a conversation, or empty when it cannot be told.

        Args:
            turn: User messages so far, at least 1.
        """
        heard = self._heard.get(conversation)
        seen = hash(text[:_WINDOW])
        if heard is not None and _still_holds(heard, seen=seen, turn=turn):
            return heard.language
        language = self._told(text)
        if not language and heard is not None and turn > heard.turn:
            language, turn = heard.language, heard.turn
        self._heard.put(conversation, _Heard(seen, turn, language))
        return language

    def _told(self, text: str) -> str:
        sample = _ASIDE.sub(" ", text[:_WINDOW])[:_SAMPLE]
        letters = sum(map(str.isalpha, sample))
        by_script = _language_of_script(sample, letters=letters)
        if by_script or letters < _LEAST_LETTERS:
            return by_script
        language, probability = self._classify(sample)
        return language if probability >= CONFIDENCE and language != _NO_LANGUAGE else ""


def _still_holds(heard: _Heard, *, seen: int, turn: int) -> bool:
    return heard.text == seen or (heard.language != "" and heard.turn < turn < 2 * heard.turn)


def _language_of_script(sample: str, *, letters: int) -> str:
    """The language, where one script that is that language's alone has most of the letters; else empty."""
    if sample.isascii():
        return ""
    found = Counter[str]()
    for match in _SCRIPTS.finditer(sample):
        found[match.lastgroup or ""] += len(match.group())
    kana = found.pop("kana", 0)
    if kana:
        found["ja" if kana >= _JAPANESE_SHARE * (kana + found["zh"]) else "zh"] += kana + found.pop("zh")
    language, characters = max(found.items(), key=lambda one: one[1], default=("", 0))
    return language if characters >= max(_LEAST_SCRIPT_LETTERS, letters / 2) else ""


def newest_user_text(shape: Shape, body: Json) -> str:
    """Text of the newest user message that has any; tool results that stand in the user's name have none."""
    said = body.get("input" if shape is Shape.RESPONSES else "messages")
    if not isinstance(said, list):
        return read_request(shape, body=body, headers={}).last_user_text
    users = (parts(one.get("content")) for one in reversed(said) if isinstance(one, dict) and one.get("role") == "user")
    return next(filter(None, users), "")
