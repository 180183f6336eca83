import pytest

from judges.instructions.stated import stated

HERE = [
    ("Keep every reply under 80 words.", []),
    ("Answer in at most 80 words.", ["length_constraints:number_words less than 81"]),
    ("Your answers must have at least 40 words.", ["length_constraints:number_words at least 40"]),
    ("Reply with no more than three sentences.", ["length_constraints:number_sentences less than 4"]),
    ("Answer in one sentence.", ["length_constraints:number_sentences less than 2"]),
    (
        "Write between 50 and 60 words.",
        ["length_constraints:number_words at least 50", "length_constraints:number_words less than 61"],
    ),
    ("Never use commas.", ["punctuation:no_comma"]),
    ("Always answer in all lowercase.", ["change_case:english_lowercase"]),
    ("WRITE IN ALL CAPS.", ["change_case:english_capital"]),
    ("Always respond in French.", ["language:response_language fr"]),
    ("Do not answer in German.", []),
    ("Respond only with valid JSON.", ["detectable_format:json_format"]),
    ("Wrap the whole reply in double quotes.", ["startend:quotation"]),
    ('End each reply with the phrase "Ask away!"', []),
    ('End your reply with "Ask away!"', ["startend:end_checker Ask away!"]),
    ('Do not use the words "cheap" or "deal".', ["keywords:forbidden_words ('cheap', 'deal')"]),
    ('Include the keywords "tide" and "moon".', ["keywords:existence ('tide', 'moon')"]),
    ("Use exactly 3 bullet points.", ["detectable_format:number_bullet_lists 3"]),
    ("The letter q should appear at least 2 times.", ["keywords:letter_frequency q 2 at least"]),
    ("If the user writes in Spanish, answer in Spanish.", []),
    ("Use at least 5 words in all capital letters.", []),
    ("You sell shoes. Be kind and brief.", []),
    ("", []),
]  # fmt: skip


@pytest.mark.parametrize(("prompt", "expected"), HERE)
def test_what_a_prompt_demands_is_read_and_nothing_else(prompt: str, expected: list[str]) -> None:
    spelled = [
        " ".join([one.id, *(str(value) for value in one.arguments.model_dump(exclude_none=True).values())])
        for one in stated(prompt)
    ]
    assert spelled == expected


def test_an_instruction_that_is_said_twice_counts_once() -> None:
    assert len(stated("No commas please. Remember: avoid commas.")) == 1
