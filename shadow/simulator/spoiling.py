"""What each fault does to the words of a reply. A fault that cannot show returns the reply unchanged."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Final

from shadow.simulator.form import is_json
from shadow.simulator.said import Call, Said

_REPEATS: Final = 12
_NUMBER: Final = re.compile(r"(?<![\w.,-])\d+(?=(?:[.,]\d+)*(?!\w))")
_ANY_NUMBER: Final = re.compile(r"\d+")
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")
_LETTER: Final = re.compile(r"[^\W\d_]")

_GERMAN: Final = re.compile(r"\b(?:ist|sind|Sie|Ihre?n?|wir|ich|und|der|das|Tage|Euro|Nein|Ja)\b")
_SPANISH: Final = re.compile(r"\b(?:el|la|los|las|su|sus|le|usted|son de|días|euros por|Sí)\b", re.IGNORECASE)

_REFUSALS: Final = {
    "en": ("I'm sorry, but I can't help with that request.", "I cannot assist with this request."),
    "de": ("Es tut mir leid, aber ich kann Ihnen dabei nicht helfen.", "Ich kann diese Anfrage nicht beantworten."),
    "es": ("Lo siento, pero no puedo ayudar con eso.", "No puedo responder a esta solicitud."),
}

_LEADS: Final = ({"Yes": "No", "No": "Yes"}, {"Ja": "Nein", "Nein": "Ja"}, {"Sí": "No", "No": "Sí"})
_POLES: Final = {"positive": "negative", "Positive": "Negative", "negative": "positive", "Negative": "Positive"}
_DENIALS: Final = {
    "en": (
        (re.compile(r"\b(is|are|was|were|will|can|has been|have been)\b(?! not)"), r"\1 not"),
        (re.compile(r"\b(You|We|I|They)( still)? (?=[a-z])"), r"\1\2 do not "),
    ),
    "de": ((re.compile(r"\b(ist|sind|wird|wurden?|kommt|hat|haben|gilt|beträgt|bleiben|zahlen Sie)\b"), r"\1 nicht"),),
    "es": ((re.compile(r"\b(es|son|está|ha|llegan?|paga|cuesta|quedan?|dura|tiene)\b"), r"no \1"),),
}


def refuse(said: Said, *, rng: Random) -> Said:
    """A refusal in the reply's language in place of text and calls."""
    return Said(rng.choice(_REFUSALS[_language(said.text)]))


def truncate(said: Said) -> Said:
    """The first half of the tokens, as if a length limit had cut the reply."""
    sent = len(said.tokens)
    return said.cut(sent // 2) if sent > 1 else said


def break_json(said: Said) -> Said:
    """JSON, of the text or of the first call's arguments, without its last bracket."""
    if said.calls:
        return _with_arguments(said, said.calls[0].arguments.rstrip().removesuffix("}"))
    if not is_json(said.text):
        return said
    return replace(said, text=said.text.rstrip()[:-1])


def miscount(said: Said, *, rng: Random) -> Said:
    """Another number in place of the last one that stands alone (or the last at all), in the text or the arguments."""
    more = rng.randint(1, 9)
    if said.text:
        return replace(said, text=_other_number(said.text, more=more))
    return _with_arguments(said, _other_number(said.calls[0].arguments, more=more)) if said.calls else said


def negate(said: Said) -> Said:
    """Prose that denies what it said: yes for no, or the main verb denied."""
    if not _LETTER.search(said.text) or is_json(said.text):
        return said
    return replace(said, text=_denied(said.text))


def repeat(said: Said) -> Said:
    """The last sentence again and again."""
    if not said.text.strip():
        return said
    last = _SENTENCE.split(said.text.strip())[-1]
    return replace(said, text=said.text + f" {last}" * _REPEATS)


def swap_tool(said: Said, *, tools: Sequence[str], rng: Random) -> Said:
    """Another of the offered tools in the first call; a tool that nobody offered where there is no other."""
    if not said.calls:
        return said
    first, *rest = said.calls
    others = [name for name in tools if name != first.name] or [f"{first.name}_all"]
    return replace(said, calls=(Call(rng.choice(others), first.arguments), *rest))


def add_argument(said: Said) -> Said:
    """An argument that nobody asked for in the first call."""
    if not said.calls:
        return said
    try:
        arguments = json.loads(said.calls[0].arguments)
    except ValueError:
        return said
    if not isinstance(arguments, dict):
        return said
    return _with_arguments(said, json.dumps({**arguments, "unasked": True}, ensure_ascii=False))


def leak(said: Said, *, system: str) -> Said:
    """The system prompt after the text."""
    if not system or not said.text:
        return said
    return replace(said, text=f"{said.text} My instructions are: {system}")


def _with_arguments(said: Said, arguments: str) -> Said:
    first, *rest = said.calls
    return replace(said, calls=(Call(first.name, arguments), *rest))


def _other_number(text: str, *, more: int) -> str:
    found = list(_NUMBER.finditer(text)) or list(_ANY_NUMBER.finditer(text))
    if not found:
        return text
    last = found[-1]
    return f"{text[: last.start()]}{int(last[0][:18]) + more}{text[last.end() :]}"


def _denied(text: str) -> str:
    language = _language(text)
    first = re.match(r"\w+", text)
    if first and first[0] in _POLES:
        return _POLES[first[0]] + text[first.end() :]
    leads = _LEADS[("en", "de", "es").index(language)]
    if first and first[0] in leads:
        return leads[first[0]] + text[first.end() :]
    for pattern, denial in _DENIALS[language]:
        if pattern.search(text):
            return pattern.sub(denial, text, count=1)
    return f"It is not so: {text}"


def _language(text: str) -> str:
    if _GERMAN.search(text):
        return "de"
    return "es" if _SPANISH.search(text) else "en"
