"""Whatever texts, outcomes and requests come: one sound finding per judge and case, and nothing raised."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from judges.agreement import token_f1
from judges.document import NotJson, canonical_json, parse_json
from judges.figures import numbers
from judges.guards.judge import caught
from judges.guards.measures import changed_amount
from judges.judgement import Abstained, Case, JudgeFailed, Judgement
from judges.panel import default_panel, run_panel
from judges.similarity import PIECE_CHARACTERS, pieces
from judges.taxonomy import SEVERITY
from proxy.wire.reply import Choice, Reply, ToolCall
from shadow.replay import Lane, Replay, ReplayOutcome
from tests.records import exchange, replay


class LengthEmbedder:
    """A unit vector that depends on the length of a text alone."""

    name = "length"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        angles = np.array([len(text) % 7 for text in texts], np.float32)
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)


PANEL = default_panel(LengthEmbedder())
TEXTS = st.one_of(
    st.text(max_size=200),
    st.text(alphabet="ab .,!?'1-\n{}[]\"", max_size=300),
    st.sampled_from(["", "I cannot help with that.", '{"a": 1}', "[" * 500, "no " * 300, "\ud800", "4000001234567899"]),
    st.builds(lambda text, times: text * times, st.text(max_size=12), st.integers(1, 200)),
)
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
CALLS = st.builds(ToolCall, name=st.sampled_from(["f", "g", ""]), arguments=TEXTS)
CHOICES = st.builds(
    Choice,
    text=TEXTS,
    tool_calls=st.lists(CALLS, max_size=2).map(tuple),
    finish_reason=st.sampled_from(["", "stop", "length", "tool_calls"]),
)
REPLIES = st.builds(
    Reply, choices=st.lists(CHOICES, max_size=2).map(tuple), error=st.sampled_from(["", "", "server_error"])
)
REQUESTS = st.one_of(
    st.dictionaries(
        st.sampled_from(["messages", "input", "prompt", "system", "tools", "tool_choice", "response_format", "text"]),
        JSON_VALUES,
        max_size=5,
    ),
    st.builds(
        lambda user, system, kind: {
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
            "tools": [{"name": "f", "parameters": {"type": "object", "required": ["a"]}}],
            "response_format": {"type": kind, "json_schema": {"schema": {"type": "object"}}},
        },
        TEXTS,
        TEXTS,
        st.sampled_from(["text", "json_object", "json_schema"]),
    ),
)
CHECKS = st.lists(
    st.one_of(
        st.builds(lambda value: {"kind": "exact", "value": value}, TEXTS),
        st.builds(lambda value: {"kind": "number", "value": value}, st.floats(allow_nan=False, allow_infinity=False)),
        st.builds(lambda value: {"kind": "json_equals", "value": value}, JSON_VALUES),
        st.builds(
            lambda values: {"kind": "choice", "value": values[0], "options": values}, st.lists(TEXTS, min_size=1)
        ),
        st.builds(lambda pattern: {"kind": "regex", "pattern": pattern}, st.text(alphabet="ab(|)[]", max_size=6)),
        st.dictionaries(st.text(max_size=5), JSON_VALUES, max_size=2),
    ),
    max_size=2,
)


@st.composite
def replays(draw: st.DrawFn, lane: Lane) -> Replay:
    outcome = draw(st.sampled_from([ReplayOutcome.COMPLETED, ReplayOutcome.COMPLETED, *ReplayOutcome]))
    return replay(lane=lane, reply=draw(REPLIES), outcome=outcome)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    reference = draw(replays(Lane.BASELINE))
    lane = draw(st.sampled_from(list(Lane)))
    answer = reference if lane is Lane.BASELINE else draw(replays(lane))
    checks: list[dict[str, Any]] = draw(CHECKS)
    return Case(exchange(request=draw(REQUESTS)), answer, reference, tuple(checks))


@given(st.lists(cases(), max_size=4))
@settings(max_examples=150, deadline=None)
def test_the_panel_gives_exactly_one_sound_row_for_each_judge_and_case_in_order(given_cases: list[Case]) -> None:
    rows = run_panel(PANEL, given_cases)
    assert [(row.judge, row.version, row.case_index) for row in rows] == [
        (judge.name, judge.version, index) for judge in PANEL for index in range(len(given_cases))
    ]
    for row in rows:
        match row.finding:
            case Judgement():
                assert 0 <= row.finding.value <= 1
                assert 0 <= row.finding.severity <= 10
                assert row.finding.label
            case Abstained():
                assert row.finding.reason
            case JudgeFailed():
                assert row.judge == "suite_check", row.finding


@given(st.lists(cases(), max_size=3))
@settings(max_examples=40, deadline=None)
def test_judging_again_or_one_by_one_gives_the_same_findings(given_cases: list[Case]) -> None:
    together = [row.finding for row in run_panel(PANEL, given_cases)]
    alone = [run_panel([judge], [one])[0].finding for judge in PANEL for one in given_cases]
    assert together == alone


@given(cases())
@settings(max_examples=100, deadline=None)
def test_the_taxonomy_labels_all_but_live_and_unsent_replies(one: Case) -> None:
    (finding,) = (row.finding for row in run_panel(PANEL, [one]) if row.judge == "taxonomy")
    if one.answer.lane is Lane.LIVE or one.answer.outcome is ReplayOutcome.NOT_SENT:
        assert isinstance(finding, Abstained)
    else:
        assert isinstance(finding, Judgement)
        assert finding.label in SEVERITY


@given(TEXTS, TEXTS)
def test_token_f1_is_symmetric_bounded_and_one_on_equal_texts(left: str, right: str) -> None:
    value = token_f1(left, reference=right)
    assert value == token_f1(right, reference=left)
    assert 0 <= value <= 1
    assert token_f1(left, reference=left) == 1


@given(TEXTS, TEXTS)
def test_a_text_agrees_with_itself_and_amounts_differ_both_ways(left: str, right: str) -> None:
    assert list(caught(left, reference=left)) == []
    there, back = changed_amount(left, reference=right), changed_amount(right, reference=left)
    assert (there is None) == (back is None)


@given(st.integers(-(10**12), 10**12))
def test_an_integer_is_read_back_however_it_is_grouped(value: int) -> None:
    assert [int(found) for found in numbers(str(value))] == [value]
    assert [int(found) for found in numbers(f"{value:,}", language="en")] == [value]


@given(JSON_VALUES)
def test_canonical_json_reads_back_as_itself(value: Any) -> None:
    spelled = canonical_json(value)
    parsed = parse_json(spelled)
    assert not isinstance(parsed, NotJson)
    assert canonical_json(parsed) == spelled


@given(TEXTS)
def test_pieces_are_bounded_and_cover_the_text(text: str) -> None:
    found = pieces(text)
    assert all(0 < len(piece) <= PIECE_CHARACTERS for piece in found)
    assert "".join("".join(found).split()) == "".join(text.split())
