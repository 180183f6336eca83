from typing import Any, get_args

import pytest

from judges.instructions.following import follows, loosened
from shadow.suites.instruction import Instruction, InstructionId

CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("keywords:existence", {"keywords": ["tide", "moon"]}, "The Moon moves the tides.", "The moon is far."),
    (
        "keywords:frequency",
        {"keyword": "pear", "frequency": 2, "relation": "at least"},
        "A pear beside a Pear.",
        "One pear only.",
    ),
    ("keywords:forbidden_words", {"forbidden_words": ["cat", "dog"]}, "Cattle and dogma.", "The Cat sleeps."),
    (
        "keywords:letter_frequency",
        {"letter": "e", "let_frequency": 3, "let_relation": "less than"},
        "Two Elks rest.",
        "Every elk sees the reef.",
    ),
    (
        "language:response_language",
        {"language": "de"},
        "Der Zug f\u00e4hrt heute nicht, weil die Strecke nach dem Sturm gesperrt ist.",
        "The train does not run today because the line is closed after the storm.",
    ),
    (
        "length_constraints:number_sentences",
        {"num_sentences": 3, "relation": "less than"},
        "Dr. Vale arrived at 3.30 p.m. on foot. He left soon.",
        "It rained. We stayed in. Nobody minded.",
    ),
    (
        "length_constraints:number_paragraphs",
        {"num_paragraphs": 2},
        "First part.\n\n***\n\nSecond part.",
        "First part.\n\nSecond part.",
    ),
    (
        "length_constraints:number_words",
        {"num_words": 5, "relation": "at least"},
        "Don't go out alone",
        "Please go out alone",
    ),
    (
        "length_constraints:nth_paragraph_first_word",
        {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "later"},
        "Now it rains.\n\n'Later, it will be dry.",
        "Later it rains.\n\nNow it is dry.",
    ),
    ("detectable_content:number_placeholders", {"num_placeholders": 2}, "Dear [name], on [day]", "Dear [name] (day)"),
    ("detectable_content:postscript", {"postscript_marker": "P.S."}, "Yours.\np. s. Bring tea.", "Yours.\nps tea"),
    ("detectable_content:postscript", {"postscript_marker": "P.P.S"}, "P.S. One.\nP.P.S Two.", "P.S. One."),
    ("detectable_content:postscript", {"postscript_marker": "N.B."}, "n.b. mind the gap", "mind the gap"),
    ("detectable_format:number_bullet_lists", {"num_bullets": 2}, "Take:\n* rope\n  - lamp", "* rope\n* lamp\n* map"),
    ("detectable_format:constrained_response", {}, "Well: My answer is maybe. So.", "My answer is perhaps."),
    (
        "detectable_format:number_highlighted_sections",
        {"num_highlights": 2},
        "*one* and **two**",
        "*one* and ** ** and * *",
    ),
    (
        "detectable_format:multiple_sections",
        {"section_spliter": "Part", "num_sections": 2},
        "Part 1\nx\nPart 2\ny",
        "Part one, Part two",
    ),
    ("detectable_format:json_format", {}, '```json\n{"a": [1]}\n```', '{"a": [1],}'),
    ("detectable_format:title", {}, "<<Of mice>>\ntext", "<< >>\ntext"),
    ("combination:two_responses", {}, "Yes.\n******\nNo.", "Yes.\n******\nYes."),
    ("combination:repeat_prompt", {"prompt_to_repeat": "Name a river."}, "name a river. The Oder.", "The Oder."),
    ("startend:end_checker", {"end_phrase": "That is all."}, 'Done. "THAT IS ALL."', "That is all. Really."),
    ("startend:quotation", {}, ' "All of it." ', '"Half" of it'),
    (
        "change_case:capital_word_frequency",
        {"capital_frequency": 3, "capital_relation": "at least"},
        "STOP, DON'T run",
        "STOP AT the A10b",
    ),
    ("change_case:english_capital", {}, "THE SHOP OPENS AT NINE TODAY.", "The shop opens at nine today."),
    ("change_case:english_lowercase", {}, "the shop opens at nine today.", "The shop opens at nine today."),
    ("punctuation:no_comma", {}, "Red and green.", "Red, green."),
]


def of(name: str, given: dict[str, Any], *, mode: str = "strict") -> Instruction:
    return Instruction.model_validate({"id": name, "arguments": given, "mode": mode})


def test_every_kind_is_tried() -> None:
    assert {name for name, *_ in CASES} == set(get_args(InstructionId.__value__))


@pytest.mark.parametrize(("name", "given", "good", "bad"), CASES, ids=[name for name, *_ in CASES])
def test_a_kind_accepts_what_follows_it_and_refuses_what_does_not(
    name: str, given: dict[str, Any], good: str, bad: str
) -> None:
    assert follows(of(name, given), good)
    assert not follows(of(name, given), bad)


@pytest.mark.parametrize(("name", "given"), [(name, given) for name, given, *_ in CASES])
@pytest.mark.parametrize("text", ["", " \n\t"])
def test_an_empty_text_follows_nothing(name: str, given: dict[str, Any], text: str) -> None:
    assert not follows(of(name, given), text)
    assert not follows(of(name, given, mode="loose"), text)


def test_loosely_a_preamble_a_farewell_and_asterisks_are_forgiven() -> None:
    text = 'Sure, here it is:\n"**All of it.**"\nHope that helps, friend!'
    assert not follows(of("startend:quotation", {}), text)
    assert follows(of("startend:quotation", {}, mode="loose"), text)
    assert follows(of("punctuation:no_comma", {}, mode="loose"), text)


def test_loosening_gives_eight_variants_at_most_and_the_text_itself_first() -> None:
    found = list(loosened("a*\nb\nc"))
    assert found == ["a*\nb\nc", "a\nb\nc", "b\nc", "a*\nb", "a\nb", "b"]
    assert len(list(loosened("*a\n*b\n*c"))) == 8


def test_paragraphs_between_stars_may_not_be_empty_in_the_middle() -> None:
    two = of("length_constraints:number_paragraphs", {"num_paragraphs": 2})
    assert follows(two, "***\none\n***\ntwo\n***")
    assert not follows(two, "one\n***\n***\ntwo")
    assert not follows(two, "one alone")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ನಮಸ್ಕಾರ ಹೇಗಿದ್ದೀರಿ ಸ್ನೇಹಿತರೆ", "kn"),
        ("सरकार ने आज नई योजना की घोषणा की और लोगों को जानकारी दी", "hi"),
        ("4711", "fr"),
    ],
)
def test_a_language_is_guessed_and_text_without_letters_passes(text: str, language: str) -> None:
    assert follows(of("language:response_language", {"language": language}), text)
