import pytest

from judges import faults
from judges.fault import Fault, Finder
from judges.judgement import Case
from proxy.wire.reply import Choice, Reply
from shadow.replay import Lane, Replay, ReplayOutcome
from tests.records import replay
from tests.unit.judges.cases import asked, baseline_case, case, failed
from tests.unit.judges.test_language import TEXTS

ENGLISH, GERMAN, RUSSIAN = TEXTS["en"], TEXTS["de"], TEXTS["ru"]
LOOP = "I will check that. " * 20
NOISE = "qwpo zlkm vrrt xxnu jjpl brrk wqqe mnzx pplk ttrw ggfd hhjk zzxc vvbn"
LONG = " ".join(f"The lamp on shelf {number} costs {number} euros." for number in range(40))
JSON_ASKED = asked("q", response_format={"type": "json_object"})


def ended(reason: str, text: str = ENGLISH, lane: Lane = Lane.CANDIDATE) -> Replay:
    return replay(lane=lane, reply=Reply(choices=(Choice(text=text, finish_reason=reason),)))


def found(find: Finder, one: Case) -> Fault:
    fault = find(one)
    assert fault is not None
    return fault


@pytest.mark.parametrize(
    ("outcome", "label"),
    [
        (ReplayOutcome.TIMED_OUT, "timeout"),
        (ReplayOutcome.HTTP_ERROR, "error"),
        (ReplayOutcome.CONNECTION_FAILED, "error"),
        (ReplayOutcome.BROKEN_STREAM, "truncation"),
    ],
)
def test_a_replay_that_did_not_complete_is_a_failure(outcome: ReplayOutcome, label: str) -> None:
    assert found(faults.failure, case(failed(outcome))).label == label


def test_a_loop_is_shown_with_its_span() -> None:
    fault = found(faults.repetition, case(f"{ENGLISH} {LOOP}", ENGLISH))
    (span,) = fault.spans
    assert (span.start, span.end) == (len(ENGLISH) + 1, len(ENGLISH) + 1 + len(LOOP))


def test_noise_is_none_in_code_and_json() -> None:
    assert found(faults.noise, case(NOISE, ENGLISH)).label == "incoherent"
    assert faults.noise(case(f"```\n{NOISE}\n```", ENGLISH)) is None
    assert faults.noise(case('{"a": "%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%"}', ENGLISH)) is None


def test_a_cut_answer_is_cut_at_its_end() -> None:
    (span,) = found(faults.truncation, case(ended("length"), ENGLISH)).spans
    assert span.end == len(ENGLISH)


def test_another_language_or_script_is_a_switch() -> None:
    assert found(faults.language, case(GERMAN, ENGLISH)).reason == "de for en"
    assert found(faults.language, case(RUSSIAN, ENGLISH)).reason == "cyrillic script where the reference has latin"
    assert faults.language(case("Ja.", ENGLISH)) is None
    assert faults.language(case("42", GERMAN)) is None


def test_a_turn_midway_is_a_switch_unless_the_reference_or_the_user_speaks_so() -> None:
    mixed = f"{ENGLISH} {ENGLISH}\n{GERMAN} {GERMAN}"
    fault = found(faults.language, case(mixed, f"{ENGLISH} {ENGLISH}"))
    assert fault.reason == "turns from en to de"
    assert fault.spans[0].start > len(ENGLISH)
    assert faults.language(case(mixed, mixed)) is None
    assert faults.language(case(mixed, f"{ENGLISH} {ENGLISH}", request=asked(GERMAN))) is None


def test_an_answer_eight_times_as_long_has_drifted() -> None:
    assert found(faults.drift, case(LONG, "It costs nine euros and it is on the shelf.")).label == "drift"
    assert found(faults.drift, case("It costs nine euros and it is on the shelf.", LONG)).label == "drift"
    assert faults.drift(case("Yes, it costs nine euros.", "Yes.")) is None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I cannot help with that.", "refusal_safety"),
        ("I don't have access to your account.", "refusal_capability"),
        ("I'm sorry, but I can't do that. However, I can provide a summary.", "refusal_partial"),
    ],
)
def test_a_refusal_is_of_one_of_three_kinds_and_shows_its_words(text: str, label: str) -> None:
    fault = found(faults.refusal, case(text, ENGLISH))
    assert fault.label == label
    assert fault.spans


@pytest.mark.parametrize("text", [LOOP, NOISE])
def test_what_the_baseline_does_as_well_is_no_fault_of_the_candidate(text: str) -> None:
    assert faults.repetition(case(text, text)) is None
    assert faults.noise(case(text, text)) is None


def test_nothing_is_compared_where_there_is_nothing_to_compare_with() -> None:
    lost = failed(ReplayOutcome.TIMED_OUT, lane=Lane.BASELINE)
    for one in (baseline_case(GERMAN), case(GERMAN, lost)):
        assert not faults.is_compared(one)
        assert faults.language(one) is None
        assert faults.drift(one) is None


def test_json_that_was_asked_for_and_is_broken_has_the_wrong_form() -> None:
    assert found(faults.form, case("{broken", '{"a": 1}', request=JSON_ASKED)).label == "format_error"
