import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.demo.planted import planted_pool
from proxy.anonymise.anonymiser import Anonymiser
from proxy.anonymise.json_walk import SCHEMA_WORDS

KEY = b"0123456789abcdef"
IDENTIFIERS = [
    *(text for kind, texts in planted_pool().items() if kind != "name" for text in texts),
    *(
        "078-05-1120",
        "12345678Z",
        "RSSMRA85T10A562S",
        "sk-abcdefghijklmnopqrst",
        "00:1a:2b:3c:4d:5e",
        "2001:db8::8a2e:37",
    ),
]
EDGES = st.sampled_from(
    [" ", "\n", "\t", ", ", "; ", " (", ") ", ' "', '" ', " ' ", "! ", "? ", " [", "] ", "\u00a0", " | "]
)
PIECES = st.sampled_from(
    [
        *(
            "my name is ",
            "Dear Mr ",
            "Xaver",
            " Brandmoor",
            "zoe@example.com",
            "4111 1111 1111 1111",
            "+44 20 7946 0123",
        ),
        *("DE89", " 3704 0044 0532 0130 00", "<EMAIL_3f9a1c>", "key=", "password: ", "a1B2c3D4e5", "https://bob:"),
        *("1", "12", "-", "Regards,\n", "{", "}", '"', ":", "://", "<", ">", "@", ".", " ", "\n", "\u200b", "\uff11"),
    ]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map("".join))
KEYS = st.one_of(st.sampled_from(["content", "role", "metadata", "password", "first_name", "phone"]), TEXTS)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)
BODIES = st.dictionaries(KEYS, VALUES, max_size=5)


@given(before=TEXTS, left=EDGES, identifier=st.sampled_from(IDENTIFIERS), right=EDGES, after=TEXTS)
def test_a_planted_identifier_never_survives(before: str, left: str, identifier: str, right: str, after: str) -> None:
    text = f"{before}{left}{identifier}{right}{after}"
    body = {"messages": [{"role": "user", "content": text}], "metadata": {"note": json.dumps({"inner": [text]})}}
    masked = json.dumps(Anonymiser(KEY).anonymise_json(body, conversation="c").value, ensure_ascii=False)
    already = json.dumps([before, after], ensure_ascii=False).count(identifier)
    assert already or identifier not in masked


@given(BODIES)
def test_anonymising_twice_changes_nothing_more(body: dict[str, Any]) -> None:
    once = Anonymiser(KEY).anonymise_json(body, conversation="c")
    for anonymiser in (Anonymiser(KEY), Anonymiser(KEY[::-1])):
        again = anonymiser.anonymise_json(once.value, conversation="c")
        assert (again.value, again.masked) == (once.value, {})


@given(TEXTS)
def test_a_text_anonymised_twice_is_the_same(text: str) -> None:
    once = Anonymiser(KEY).anonymise_text(text, conversation="c").value
    assert Anonymiser(KEY).anonymise_text(once, conversation="d").value == once


@given(BODIES)
def test_a_body_keeps_its_shape(body: dict[str, Any]) -> None:
    assert_same_shape(body, Anonymiser(KEY).anonymise_json(body, conversation="c").value)


@given(BODIES)
def test_json_text_stays_json_of_the_same_shape(body: dict[str, Any]) -> None:
    masked = Anonymiser(KEY).anonymise_text(json.dumps(body), conversation="c").value
    read = json.loads(masked)
    assert isinstance(read, dict)
    json.dumps(read).encode()


@given(identifier=st.sampled_from(IDENTIFIERS), others=st.lists(TEXTS, max_size=3))
def test_an_alias_is_stable_within_a_conversation_and_not_linkable_across(identifier: str, others: list[str]) -> None:
    anonymiser = Anonymiser(KEY)
    alias = anonymiser.anonymise_text(identifier, conversation="a").value
    for other in others:
        anonymiser.anonymise_text(other, conversation="a")
    assert anonymiser.anonymise_text(f"again: {identifier}", conversation="a").value == f"again: {alias}"
    assert anonymiser.anonymise_text(identifier, conversation="b").value != alias
    assert Anonymiser(KEY[::-1]).anonymise_text(identifier, conversation="a").value != alias


@settings(max_examples=50)
@given(BODIES)
def test_what_was_seen_in_other_conversations_changes_nothing(body: dict[str, Any]) -> None:
    seasoned = Anonymiser(KEY)
    seasoned.anonymise_json(body, conversation="other")
    assert seasoned.anonymise_json(body, conversation="c") == Anonymiser(KEY).anonymise_json(body, conversation="c")


def assert_same_shape(given_: Any, masked: Any) -> None:
    match given_:
        case dict():
            assert len(masked) == len(given_)
            assert [key for key in masked if key in SCHEMA_WORDS] == [key for key in given_ if key in SCHEMA_WORDS]
            for one, other in zip(given_.values(), masked.values(), strict=True):
                assert_same_shape(one, other)
        case list():
            assert len(masked) == len(given_)
            for one, other in zip(given_, masked, strict=True):
                assert_same_shape(one, other)
        case str():
            assert isinstance(masked, str)
        case bool() | None:
            assert masked is given_
        case _:
            assert isinstance(masked, str) or masked == given_
