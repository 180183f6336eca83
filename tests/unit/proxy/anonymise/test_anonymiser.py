import json
import re
from typing import Any

import pytest

from analytics.demo.scan import find_planted
from analytics.demo.traffic import demo_traffic, small_traffic
from proxy.anonymise.anonymiser import Anonymiser, AnonymiserFailed
from proxy.errors import UsageError
from proxy.wire.reply import Choice, Reply, TokenLogprob, ToolCall

KEY = b"0123456789abcdef"
MAIL = "zoe@example.com"
CARD = "4111 1111 1111 1111"
PLACEHOLDER = re.compile(r"<[A-Z_]+_[0-9a-f]{6}>")


@pytest.fixture
def anonymiser() -> Anonymiser:
    return Anonymiser(KEY)


def masked_body(anonymiser: Anonymiser, body: dict[str, Any]) -> dict[str, Any]:
    return anonymiser.anonymise_json(body, conversation="c").value


def user(content: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": content}]}


def test_a_short_key_is_refused_and_the_version_names_the_key_without_telling_it() -> None:
    with pytest.raises(UsageError, match="16"):
        Anonymiser(b"short")
    version = Anonymiser(KEY).version
    assert re.fullmatch(r"2\+[0-9a-f]{8}", version)
    assert version != Anonymiser(KEY[::-1]).version


def test_the_demo_traffic_loses_what_was_planted_and_nothing_else(anonymiser: Anonymiser) -> None:
    for item in (*demo_traffic(seed=5, count=300), *small_traffic(seed=5)):
        masked = anonymiser.anonymise_json(item.kwargs, conversation=item.headers["x-conversation-id"])
        published = json.dumps(masked.value, ensure_ascii=False)
        assert find_planted([published], item.planted) == []
        expected = json.dumps(item.kwargs, ensure_ascii=False)
        for piece in item.planted:
            expected = expected.replace(piece.text, "§")
        assert PLACEHOLDER.sub("§", published) == expected


def test_an_alias_is_stable_within_a_conversation_and_unlinkable_across() -> None:
    first, other_key = Anonymiser(KEY), Anonymiser(KEY[::-1])
    alias = first.anonymise_text(MAIL, conversation="a").value
    assert alias == first.anonymise_text("ZOE%40example.com", conversation="a").value
    assert alias == Anonymiser(KEY).anonymise_text(MAIL, conversation="a").value
    assert alias != first.anonymise_text(MAIL, conversation="b").value
    assert alias != other_key.anonymise_text(MAIL, conversation="a").value


def test_spans_are_counted_by_type(anonymiser: Anonymiser) -> None:
    masked = anonymiser.anonymise_text(f"{MAIL} {MAIL} {CARD}", conversation="c")
    assert masked.masked == {"CARD": 1, "EMAIL": 2}


def test_a_name_once_introduced_is_masked_in_every_other_string_and_in_the_reply(anonymiser: Anonymiser) -> None:
    body = {
        "messages": [
            {"role": "system", "content": "Xaver is a regular"},
            {"role": "user", "content": "my name is Xaver Brandmoor"},
        ],
        "metadata": {"file": "Xaver_Brandmoor.pdf"},
    }
    assert "xaver" not in json.dumps(masked_body(anonymiser, body)).lower()
    reply = Reply(choices=(Choice(text="Sure, Xaver!"),))
    assert "Xaver" not in anonymiser.anonymise_reply(reply, conversation="c").value.first.text
    assert "Xaver" in anonymiser.anonymise_reply(reply, conversation="other").value.first.text


def test_json_inside_a_string_stays_valid_and_keeps_its_writing(anonymiser: Anonymiser) -> None:
    written = '{ "to": "Zo\\u00eb <zoe@example.com>",\n  "amount": 1.50, "card": 4111111111111111 }'
    call = {"id": "call_1", "type": "function", "function": {"name": "send", "arguments": written}}
    body = masked_body(anonymiser, {"messages": [{"role": "assistant", "tool_calls": [call]}]})
    arguments = body["messages"][0]["tool_calls"][0]["function"]["arguments"]
    assert '"amount": 1.50, ' in arguments
    read = json.loads(arguments)
    assert read["to"].startswith("Zoë <<EMAIL_")
    assert read["card"].startswith("<CARD_")


def test_json_within_json_within_json_is_reached(anonymiser: Anonymiser) -> None:
    inner: Any = {"password": "swordfish"}
    for _ in range(3):
        inner = {"payload": json.dumps(inner)}
    text = anonymiser.anonymise_text(json.dumps(inner), conversation="c").value
    assert "swordfish" not in text
    for _ in range(3):
        text = json.loads(text)["payload"]
    assert json.loads(text)["password"].startswith("<SECRET_")


def test_broken_json_is_masked_as_text(anonymiser: Anonymiser) -> None:
    masked = anonymiser.anonymise_text('{"email": "zoe@example.com", "n": 1', conversation="c")
    assert re.fullmatch(r'\{"email": "<EMAIL_\w{6}>", "n": 1', masked.value)


@pytest.mark.parametrize(
    ("key", "value", "type_"),
    [
        ("password", "swordfish", "SECRET"),
        ("clientSecret", "abcdef", "SECRET"),
        ("first_name", "Zoë", "PERSON"),
        ("dateOfBirth", "1980-01-02", "BIRTH_DATE"),
        ("phone", "0664 123456", "PHONE"),
        ("passport_number", "C01X00T47", "DOCUMENT"),
        ("user_id", 998877, "CUSTOMER_ID"),
        ("shipping_address", "Larkweg 5, Wien", "ADDRESS"),
    ],
)
def test_the_key_of_a_value_tells_what_it_is(anonymiser: Anonymiser, key: str, value: Any, type_: str) -> None:
    for body in ({"metadata": {key: value}}, user(json.dumps({key: value}))):
        masked = anonymiser.anonymise_json(body, conversation="c")
        assert masked.masked == {type_: 1}
        assert str(value) not in json.dumps(masked.value, ensure_ascii=False)


def test_a_number_that_is_an_identifier_becomes_a_string_and_a_seed_does_not(anonymiser: Anonymiser) -> None:
    body = {"seed": 4111111111111111, "metadata": {"card": 4111111111111111, "count": 12, "ratio": 0.5, "on": True}}
    masked = masked_body(anonymiser, body)
    assert masked["seed"] == 4111111111111111
    assert masked["metadata"]["card"].startswith("<CARD_")
    assert {**masked["metadata"], "card": 0} == {**body["metadata"], "card": 0}  # type: ignore[dict-item]


def test_keys_of_foreign_objects_are_masked_and_none_is_lost(anonymiser: Anonymiser) -> None:
    masked = masked_body(anonymiser, {"metadata": {MAIL: 1, MAIL.upper(): 2, "note": 3}})["metadata"]
    assert sorted(masked.values()) == [1, 2, 3]
    assert MAIL not in json.dumps(masked).lower()


@pytest.mark.parametrize(
    ("part", "type_"),
    [
        ({"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo=", "detail": "low"}}, "IMAGE"),
        ({"type": "image_url", "image_url": {"url": "https://example.com/passport.png"}}, "IMAGE"),
        ({"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo="}, "IMAGE"),
        ({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}, "IMAGE"),
        ({"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}, "AUDIO"),
        ({"type": "file", "file": {"file_data": "JVBERi0=", "filename": "a.pdf"}}, "FILE"),
        ({"type": "input_file", "file_data": "JVBERi0=", "filename": "a.pdf"}, "FILE"),
    ],
)
def test_images_sounds_and_files_become_placeholders(anonymiser: Anonymiser, part: Any, type_: str) -> None:
    masked = anonymiser.anonymise_json(user([{"type": "text", "text": "what is this?"}, part]), conversation="c")
    assert masked.masked == {type_: 1}
    content = masked.value["messages"][0]["content"]
    assert content[0] == {"type": "text", "text": "what is this?"}
    assert f"<{type_}_" in json.dumps(content[1])
    assert anonymiser.anonymise_json(masked.value, conversation="c").value == masked.value


def test_the_body_that_was_given_is_left_as_it_is(anonymiser: Anonymiser) -> None:
    body = user(f"mail {MAIL}")
    masked_body(anonymiser, body)
    assert body == user(f"mail {MAIL}")


def test_a_choice_in_which_something_was_masked_loses_its_logprobs(anonymiser: Anonymiser) -> None:
    spelt = tuple(TokenLogprob(token=token, logprob=-0.1) for token in ("zoe", "@example", ".com"))
    clean = (TokenLogprob(token="fine", logprob=-0.1),)
    call = ToolCall(name="send", arguments='{"to": "zoe@example.com"}', call_id="call_1")
    reply = Reply(
        choices=(
            Choice(text=MAIL, logprobs=spelt),
            Choice(text="fine", logprobs=clean),
            Choice(tool_calls=(call,), reasoning=f"send it to {MAIL}", logprobs=clean),
            Choice(text="", logprobs=spelt),
        ),
        model="m",
    )
    masked = anonymiser.anonymise_reply(reply, conversation="c")
    assert "zoe" not in masked.value.model_dump_json()
    assert [bool(choice.logprobs) for choice in masked.value.choices] == [False, True, False, False]
    assert json.loads(masked.value.choices[2].tool_calls[0].arguments)["to"].startswith("<EMAIL_")
    assert masked.value.choices[1] == reply.choices[1]


def test_whatever_goes_wrong_is_one_error_without_payload(anonymiser: Anonymiser) -> None:
    deep: Any = MAIL
    for _ in range(5_000):
        deep = [deep]
    for body in ({"messages": deep}, {"messages": {MAIL}}, {1: MAIL}):
        with pytest.raises(AnonymiserFailed) as failed:
            anonymiser.anonymise_json(body, conversation="c")  # type: ignore[arg-type]
        assert "zoe" not in str(failed.value)
        assert failed.value.__suppress_context__


def test_an_explanation_tells_type_place_and_reason_without_the_text(anonymiser: Anonymiser) -> None:
    text = f"my name is Xaver Ash, card {CARD}"
    person, card = anonymiser.explain(text)
    assert text[person.start : person.end] == "Xaver Ash"
    assert (card.type, card.reason, text[card.start : card.end]) == ("CARD", "Luhn checksum holds", CARD)


def test_an_explanation_of_json_points_into_its_strings(anonymiser: Anonymiser) -> None:
    text = (
        '{"a": ["x zoe@example.com"], "password": "swordfish", "b": "Zo\\u00eb zoe@example.com", "c": 4111111111111111}'
    )
    spans = [text[found.start : found.end] for found in anonymiser.explain(text)]
    assert spans == [MAIL, "swordfish", "Zo\\u00eb zoe@example.com", "4111111111111111"]


def test_a_lone_surrogate_is_no_obstacle(anonymiser: Anonymiser) -> None:
    assert anonymiser.anonymise_text(f"\ud800 {MAIL}", conversation="c").value.startswith("\ud800 <EMAIL_")
