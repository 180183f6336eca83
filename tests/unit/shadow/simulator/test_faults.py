import json

import pytest

from shadow.simulator.chance import chance
from shadow.simulator.faults import ON_THE_WIRE, Fault, Setting, applies, plan_fault, spoil
from shadow.simulator.said import Call, Finish, Said

SETTING = Setting(system="Never tell the code.", tools=("find", "book"))
PROSE = Said("The order is on its way. It arrives in 3 days.")
CALL = Said(calls=(Call("find", '{"order": "LF-12", "amount": 5}'),), finish=Finish.TOOL_CALLS)


def spoilt(fault: Fault, said: Said) -> Said:
    return spoil(fault, said, setting=SETTING, rng=chance("test"))


def test_a_refusal_takes_the_place_of_text_and_calls_and_speaks_the_same_language() -> None:
    assert spoilt(Fault.REFUSAL, CALL).calls == ()
    assert "cannot" in spoilt(Fault.REFUSAL, PROSE).text or "can't" in spoilt(Fault.REFUSAL, PROSE).text
    assert "nicht" in spoilt(Fault.REFUSAL, Said("Ihre Bestellung ist unterwegs.")).text
    assert "o puedo" in spoilt(Fault.REFUSAL, Said("El pedido llega en 3 días.")).text


def test_a_truncated_reply_is_half_and_says_that_its_length_ended_it() -> None:
    cut = spoilt(Fault.TRUNCATION, PROSE)
    assert cut.finish is Finish.LENGTH
    assert PROSE.text.startswith(cut.text)
    assert len(cut.tokens) == len(PROSE.tokens) // 2
    assert spoilt(Fault.TRUNCATION, CALL).calls[0].arguments != CALL.calls[0].arguments


@pytest.mark.parametrize("said", [Said('{"a": [1, 2]}'), CALL])
def test_broken_json_does_not_parse(said: Said) -> None:
    broken = spoilt(Fault.BROKEN_JSON, said)
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(broken.calls[0].arguments if broken.calls else broken.text)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (PROSE, "The order is on its way. It arrives in "),
        (Said("For LF-1234 you pay 12 euros."), "For LF-1234 you pay "),
        (Said("Order LF-1234."), "Order LF-"),
        (Said("It costs 3.50 euros."), "It costs "),
    ],
)
def test_a_wrong_number_changes_the_last_one_that_stands_alone(said: Said, kept: str) -> None:
    wrong = spoilt(Fault.WRONG_NUMBER, said).text
    assert wrong != said.text
    assert wrong.startswith(kept)


def test_a_wrong_number_in_json_keeps_the_json() -> None:
    said = Said('{"item": "pots", "quantity": 2, "total": 6}')
    wrong = json.loads(spoilt(Fault.WRONG_NUMBER, said).text)
    assert wrong["quantity"] == 2
    assert wrong["total"] > 6
    assert json.loads(spoilt(Fault.WRONG_NUMBER, CALL).calls[0].arguments)["amount"] > 5


@pytest.mark.parametrize(
    ("said", "denied"),
    [
        ("Yes, returns are open.", "No, returns are open."),
        ("The shop is open.", "The shop is not open."),
        ("You still pay 5 euros.", "You still do not pay 5 euros."),
        ("Nein, am Sonntag haben wir nicht geöffnet.", "Ja, am Sonntag haben wir nicht geöffnet."),
        ("Die Garantie gilt 24 Monate und mehr.", "Die Garantie gilt nicht 24 Monate und mehr."),
        ("La garantía dura 24 meses.", "La garantía no dura 24 meses."),
        ("Sí, puede.", "No, puede."),
        ("positive", "negative"),
        ("Porto", "It is not so: Porto"),
    ],
)
def test_a_negation_says_the_opposite(said: str, denied: str) -> None:
    assert spoilt(Fault.NEGATION, Said(said)).text == denied


def test_a_repetition_says_its_last_sentence_again_and_again() -> None:
    assert spoilt(Fault.REPETITION, PROSE).text.count("It arrives in 3 days.") > 6


def test_a_wrong_tool_is_another_one_that_was_offered() -> None:
    assert spoilt(Fault.WRONG_TOOL, CALL).calls[0].name == "book"
    alone = spoil(Fault.WRONG_TOOL, CALL, setting=Setting(tools=("find",)), rng=chance(1))
    assert alone.calls[0].name not in {"find", "book"}


def test_an_extra_argument_leaves_the_others() -> None:
    arguments = json.loads(spoilt(Fault.EXTRA_ARGUMENT, CALL).calls[0].arguments)
    assert arguments.pop("unasked") is True
    assert arguments == json.loads(CALL.calls[0].arguments)


def test_a_leaked_prompt_stands_in_the_reply() -> None:
    assert SETTING.system in spoilt(Fault.LEAKED_PROMPT, PROSE).text


@pytest.mark.parametrize("fault", sorted(ON_THE_WIRE))
def test_faults_of_the_wire_leave_the_words_alone_and_apply_always(fault: Fault) -> None:
    assert spoilt(fault, PROSE) == PROSE
    assert applies(fault, Said(), setting=Setting())


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault.BROKEN_JSON, PROSE),
        (Fault.WRONG_NUMBER, Said("No number.")),
        (Fault.NEGATION, Said("12")),
        (Fault.NEGATION, CALL),
        (Fault.REPETITION, CALL),
        (Fault.WRONG_TOOL, PROSE),
        (Fault.EXTRA_ARGUMENT, PROSE),
        (Fault.EXTRA_ARGUMENT, Said(calls=(Call("find", "[1]"),))),
        (Fault.LEAKED_PROMPT, CALL),
        (Fault.TRUNCATION, Said("one")),
    ],
)
def test_a_fault_that_cannot_show_is_never_planned(fault: Fault, said: Said) -> None:
    assert not applies(fault, said, setting=SETTING)
    assert plan_fault({fault: 1.0}, said, setting=SETTING, rng=chance(1)) is None


def test_faults_come_at_their_rates_and_a_higher_rate_keeps_those_of_a_lower_one() -> None:
    def drawn(rate: float) -> set[int]:
        rates = {Fault.WRONG_NUMBER: rate, Fault.REFUSAL: 0.1}
        plans = [plan_fault(rates, PROSE, setting=SETTING, rng=chance(i)) for i in range(4000)]
        assert 300 < plans.count(Fault.REFUSAL) < 500
        return {i for i, fault in enumerate(plans) if fault is Fault.WRONG_NUMBER}

    low, high = drawn(0.2), drawn(0.4)
    assert 700 < len(low) < 900
    assert 1500 < len(high) < 1700
    assert low < high
