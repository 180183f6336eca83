from judges.instructions.judge import Instructions
from tests.unit.judges.cases import FAILURES, abstains, asked, calling, case, failed, judged, live_case

SYSTEM = "You help with tea. Never use commas. Answer in at most 5 words."
CHECK: dict[str, object] = {"kind": "instruction", "id": "startend:quotation"}


def test_the_value_is_the_share_that_is_followed_strictly() -> None:
    request = asked("Which tea?", system=SYSTEM)
    assert judged(Instructions(), case("Green tea then.", request=request)).label == "followed"
    partly = judged(Instructions(), case("Green tea or black tea or oolong.", request=request))
    assert (partly.value, partly.label) == (0.5, "partly")
    assert "number_words" in partly.reason
    broken = judged(Instructions(), case("Green, black, white, herbal, or oolong.", request=request))
    assert (broken.value, broken.label, broken.severity) == (0.0, "broken", 4.0)


def test_the_instructions_of_an_example_count_beside_those_of_the_system_prompt() -> None:
    request = asked("Which tea?", system=SYSTEM)
    found = judged(
        Instructions(), case('"Green tea."', request=request, checks=(CHECK, {"kind": "exact", "value": "x"}))
    )
    assert found.reason == "all of 3 instructions followed"


def test_a_preamble_is_told_as_loosely_followed() -> None:
    found = judged(Instructions(), case('Here:\n"Tea."', request=asked("?"), checks=(CHECK,)))
    assert found.value == 0
    assert "(0 not even loosely)" in found.reason


def test_nothing_demanded_and_nothing_said_are_abstentions() -> None:
    request = asked("Which tea?", system=SYSTEM)
    assert abstains(Instructions(), case("Tea.", request=asked("Which tea?")))
    assert abstains(Instructions(), live_case())
    assert abstains(Instructions(), case(calling(("f", "{}")), request=request))
    assert all(abstains(Instructions(), case(failed(one), request=request)) for one in FAILURES)
