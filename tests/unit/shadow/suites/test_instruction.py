from typing import get_args

import pytest
from pydantic import ValidationError

from shadow.suites.check import CHECK
from shadow.suites.instruction import Instruction, InstructionId


def test_there_are_twenty_five_kinds() -> None:
    assert len(get_args(InstructionId.__value__)) == 25


def test_published_rows_are_read_with_their_language_and_their_empty_arguments() -> None:
    given = {"num_words": 40, "relation": "at least", "keywords": None, "end_phrase": None}
    read = CHECK.validate_python(
        {"kind": "instruction", "id": "en:length_constraints:number_words", "arguments": given}
    )
    assert isinstance(read, Instruction)
    assert read.id == "length_constraints:number_words"
    assert read.arguments.num_words == 40


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "length_constraints:number_words", "arguments": {"num_words": 40}},
        {"id": "keywords:existence", "arguments": {"keywords": []}},
        {"id": "punctuation:no_dash"},
        {"id": "punctuation:no_comma", "arguments": {"commas": 1}},
        {"id": "length_constraints:nth_paragraph_first_word", "arguments": {"nth_paragraph": 0}},
    ],
)
def test_what_cannot_be_verified_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CHECK.validate_python({"kind": "instruction"} | wrong)
