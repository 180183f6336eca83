"""The instructions of a prompt that can be verified mechanically: their kinds and arguments, never their evaluation.

Source: Zhou et al. 2023 (IFEval), table 1: 25 kinds, named here as its published files name them.
"""

from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

type Relation = Literal["less than", "at least"]
type InstructionId = Literal[
    "keywords:existence",
    "keywords:frequency",
    "keywords:forbidden_words",
    "keywords:letter_frequency",
    "language:response_language",
    "length_constraints:number_sentences",
    "length_constraints:number_paragraphs",
    "length_constraints:number_words",
    "length_constraints:nth_paragraph_first_word",
    "detectable_content:number_placeholders",
    "detectable_content:postscript",
    "detectable_format:number_bullet_lists",
    "detectable_format:constrained_response",
    "detectable_format:number_highlighted_sections",
    "detectable_format:multiple_sections",
    "detectable_format:json_format",
    "detectable_format:title",
    "combination:two_responses",
    "combination:repeat_prompt",
    "startend:end_checker",
    "startend:quotation",
    "change_case:capital_word_frequency",
    "change_case:english_capital",
    "change_case:english_lowercase",
    "punctuation:no_comma",
]

_REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "keywords:existence": ("keywords",),
    "keywords:frequency": ("keyword", "frequency", "relation"),
    "keywords:forbidden_words": ("forbidden_words",),
    "keywords:letter_frequency": ("letter", "let_frequency", "let_relation"),
    "language:response_language": ("language",),
    "length_constraints:number_sentences": ("num_sentences", "relation"),
    "length_constraints:number_paragraphs": ("num_paragraphs",),
    "length_constraints:number_words": ("num_words", "relation"),
    "length_constraints:nth_paragraph_first_word": ("num_paragraphs", "nth_paragraph", "first_word"),
    "detectable_content:number_placeholders": ("num_placeholders",),
    "detectable_content:postscript": ("postscript_marker",),
    "detectable_format:number_bullet_lists": ("num_bullets",),
    "detectable_format:number_highlighted_sections": ("num_highlights",),
    "detectable_format:multiple_sections": ("section_spliter", "num_sections"),
    "combination:repeat_prompt": ("prompt_to_repeat",),
    "startend:end_checker": ("end_phrase",),
    "change_case:capital_word_frequency": ("capital_frequency", "capital_relation"),
}
_Count = Annotated[int, Field(ge=0)]
_Text = Annotated[str, Field(min_length=1)]
_Texts = Annotated[tuple[_Text, ...], Field(min_length=1)]


class Arguments(BaseModel):
    """What an instruction leaves open; names, spelling included, as in IFEval's published files. None is not given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keywords: _Texts | None = None
    keyword: _Text | None = None
    frequency: _Count | None = None
    relation: Relation | None = None
    forbidden_words: _Texts | None = None
    letter: _Text | None = None
    let_frequency: _Count | None = None
    let_relation: Relation | None = None
    language: _Text | None = Field(default=None, description="ISO 639-1.")
    num_sentences: _Count | None = None
    num_paragraphs: _Count | None = None
    num_words: _Count | None = None
    nth_paragraph: Annotated[int, Field(ge=1)] | None = None
    first_word: _Text | None = None
    num_placeholders: _Count | None = None
    postscript_marker: _Text | None = None
    num_bullets: _Count | None = None
    num_highlights: _Count | None = None
    section_spliter: _Text | None = None
    num_sections: _Count | None = None
    prompt_to_repeat: _Text | None = None
    end_phrase: _Text | None = None
    capital_frequency: _Count | None = None
    capital_relation: Relation | None = None


def _bare(name: object) -> object:
    """The name without the language that some files put in front."""
    return name.removeprefix("en:") if isinstance(name, str) else name


class Instruction(BaseModel):
    """The reply follows this instruction; loose also accepts it without its first or last line, or its asterisks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["instruction"] = "instruction"
    id: Annotated[InstructionId, BeforeValidator(_bare)]
    arguments: Arguments = Arguments()
    mode: Literal["strict", "loose"] = "strict"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = [name for name in _REQUIRED.get(self.id, ()) if getattr(self.arguments, name) is None]
        if missing:
            message = f"{self.id} needs the argument {', '.join(missing)}"
            raise ValueError(message)
        return self
