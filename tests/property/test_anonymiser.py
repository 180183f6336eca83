import html
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.demo.planted import planted_pool
from proxy.anonymise.aliases import marks_of
from proxy.anonymise.anonymiser import Anonymiser
from proxy.anonymise.json_walk import SCHEMA_WORDS
from proxy.anonymise.policy import Policy

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


def escaped(text: str) -> str:
    units = text.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def unescaped(text: str) -> str:
    return (
        text.encode("latin-1", "backslashreplace")
        .decode("unicode_escape")
        .encode("utf-16", "surrogatepass")
        .decode("utf-16", "replace")
    )


def within_json(text: str, *, depth: int) -> str:
    for _ in range(depth):
        text = json.dumps({"note": text})
    return text


def joined_by(joiner: str) -> Callable[[str], str]:
    return joiner.join


ENCODINGS: dict[str, tuple[Callable[[str], str], Callable[[str], str]]] = {
    "as it is": (str, str),
    "escapes of JSON in a text that is none": (lambda text: f'{{"note": "{escaped(text)}', unescaped),
    "JSON in JSON in JSON": (
        lambda text: within_json(text, depth=3),
        lambda text: json.loads(json.loads(json.loads(text)["note"])["note"])["note"],
    ),
    "escaped letters in JSON": (
        lambda text: f'{{"note": ["{escaped(text)}"]}}',
        lambda text: json.loads(text)["note"][0],
    ),
    "percent signs in a URL": (lambda text: f"https://example.com/?q={quote(text, safe='')}&p=2", unquote),
    "entities of HTML": (lambda text: f"<p>{''.join(f'&#{ord(letter)};' for letter in text)}</p>", html.unescape),
    "entities in hexadecimal": (lambda text: "".join(f"&#x{ord(letter):x};" for letter in text), html.unescape),
    "zero-width joiners": (joined_by("\u200d"), lambda text: text.replace("\u200d", "")),
    "soft hyphens": (joined_by("\u00ad"), lambda text: text.replace("\u00ad", "")),
    "full width": (
        lambda text: "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text),
        lambda text: "".join(chr(ord(letter) - 0xFEE0) if "！" <= letter <= "～" else letter for letter in text),  # noqa: RUF001 - the trick under test
    ),
}
WRITTEN = [
    *(identifier for identifier in IDENTIFIERS if not identifier.startswith("http")),
    "zoe.quellhaus@velmora-shop.se",
    "DE89 3704 0044 0532 0130 00",
    "4111 1111 1111 1111",
    "+44 20 7946 0123",
]


@given(
    identifier=st.sampled_from(WRITTEN),
    encoding=st.sampled_from(sorted(ENCODINGS)),
    before=st.sampled_from(["", "ok "]),
)
def test_a_planted_identifier_survives_in_no_encoding(identifier: str, encoding: str, before: str) -> None:
    write, undo = ENCODINGS[encoding]
    text = write(f"{before}{identifier}")
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": json.dumps({"q": text})}}
    body = {
        "messages": [{"role": "tool", "content": text}, {"role": "assistant", "tool_calls": [call]}],
        "x": {text: 1},
    }
    masked = Anonymiser(KEY).anonymise_json(body, conversation="c").value
    content, arguments = (
        masked["messages"][0]["content"],
        masked["messages"][1]["tool_calls"][0]["function"]["arguments"],
    )
    for found in (content, json.loads(arguments)["q"], next(iter(masked["x"]))):
        assert identifier not in undo(found)


@given(card=st.sampled_from(["4111111111111111", "5105105105105100", "378282246310005"]), gap=st.sampled_from(" -"))
def test_digits_that_stand_apart_are_still_a_card(card: str, gap: str) -> None:
    masked = Anonymiser(KEY).anonymise_text(f"it is {gap.join(card)}, thanks", conversation="c").value
    assert masked.startswith("it is <CARD_")


@given(BODIES)
def test_realistic_surrogates_are_left_alone_the_second_time(body: dict[str, Any]) -> None:
    policy = Policy(surrogates="realistic")
    once = Anonymiser(KEY, policy=policy).anonymise_json(body, conversation="c")
    for key in (KEY, KEY[::-1]):
        again = Anonymiser(key, policy=policy).anonymise_json(once.value, conversation="d")
        assert (again.value, again.masked) == (once.value, {})


@given(before=TEXTS, left=EDGES, identifier=st.sampled_from(IDENTIFIERS), right=EDGES)
def test_no_identifier_survives_realistic_surrogates(before: str, left: str, identifier: str, right: str) -> None:
    text = f"{before}{left}{identifier}{right}"
    masked = Anonymiser(KEY, policy=Policy(surrogates="realistic")).anonymise_text(text, conversation="c").value
    assert identifier not in masked or identifier in before or is_fictional(identifier)


def is_fictional(identifier: str) -> bool:
    """What lies in a range for films or documentation names nobody, and is what our surrogates look like."""
    return marks_of(Policy(surrogates="realistic")).is_alias(identifier)


@given(st.lists(BODIES, min_size=2, max_size=4))
def test_a_conversation_that_grows_is_masked_as_if_it_came_at_once(bodies: list[dict[str, Any]]) -> None:
    messages = [{"role": "user", "content": json.dumps(body)} for body in bodies]
    grown = Anonymiser(KEY)
    for end in range(1, len(messages) + 1):
        last = grown.anonymise_json({"messages": messages[:end]}, conversation="c")
    assert last == Anonymiser(KEY).anonymise_json({"messages": messages}, conversation="c")


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
