import json
from collections.abc import Iterator

import pytest

from proxy.anonymise.anonymiser import Anonymiser, AnonymiserFailed
from proxy.anonymise.found import EntityType, Found
from proxy.wire.reply import Choice, Reply

KEY = b"0123456789abcdef"
NAMES = {"Velmora": EntityType.ORGANISATION, "Oslo": EntityType.LOCATION, "Xaver Brandmoor": EntityType.PERSON}


class Lister:
    """A recogniser of a few names, that only finds them behind an at sign."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, text: str) -> Iterator[Found]:
        self.seen.append(text)
        for name, kind in NAMES.items():
            if (at := text.find(f"@ {name}")) >= 0:
                yield Found(kind, at + 2, at + 2 + len(name), "lister", "it is in the list")


def test_names_of_a_recogniser_are_masked_and_remembered_by_the_conversation() -> None:
    anonymiser = Anonymiser(KEY, recogniser=Lister())
    text = "@ Velmora in @ Oslo with @ Xaver Brandmoor"
    assert anonymiser.anonymise_text(text, conversation="c").masked == {"LOCATION": 1, "ORGANISATION": 1, "PERSON": 1}
    reply = Reply(choices=(Choice(text="Velmora, OSLO and Brandmoor"),))
    assert anonymiser.anonymise_reply(reply, conversation="c").masked == {"LOCATION": 1, "ORGANISATION": 1, "PERSON": 1}
    assert anonymiser.anonymise_reply(reply, conversation="d").masked == {}


def test_a_recogniser_reads_plain_text_and_its_offsets_lead_back() -> None:
    found = Anonymiser(KEY, recogniser=Lister()).anonymise_text("\u200b@ Os\u200blo!", conversation="c").value
    assert found.startswith("\u200b@ <LOCATION_")
    assert found.endswith(">!")


def test_what_a_recogniser_finds_in_a_placeholder_is_left_alone() -> None:
    def everything(text: str) -> Iterator[Found]:
        yield Found(EntityType.PERSON, 0, len(text), "all", "all")

    masked = Anonymiser(KEY, recogniser=everything).anonymise_text("<EMAIL_3f9a1c>", conversation="c")
    assert masked.value == "<EMAIL_3f9a1c>"


def test_a_recogniser_is_asked_once_for_each_text_and_never_for_structural_fields() -> None:
    lister = Lister()
    anonymiser = Anonymiser(KEY, recogniser=lister)
    body = {"model": "a model", "messages": [{"role": "user", "content": "quite plain"}]}
    for conversation in "ab":
        anonymiser.anonymise_json(body, conversation=conversation)
    assert lister.seen.count("quite plain") == 1


@pytest.mark.parametrize("span", [(-1, 2), (0, 99), (3, 3)])
def test_a_recogniser_that_breaks_or_points_elsewhere_fails_the_exchange(span: tuple[int, int]) -> None:
    def wrong(_: str) -> Iterator[Found]:
        yield Found(EntityType.PERSON, *span, "wrong", "wrong")

    def broken(text: str) -> Iterator[Found]:
        raise RuntimeError(text)

    for recogniser in (wrong, broken):
        with pytest.raises(AnonymiserFailed) as failed:
            Anonymiser(KEY, recogniser=recogniser).anonymise_json({"prompt": "secret text"}, conversation="c")
        assert "secret" not in json.dumps(str(failed.value))
