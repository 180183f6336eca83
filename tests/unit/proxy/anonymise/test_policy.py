import json
from typing import Any

import pytest

from proxy.anonymise.anonymiser import Anonymiser
from proxy.anonymise.found import EntityType
from proxy.anonymise.policy import Policy
from proxy.errors import UsageError

KEY = b"0123456789abcdef"
PNG = "data:image/png;base64,iVBORw0KGgo="


def masked(body: dict[str, Any], **chosen: Any) -> dict[str, Any]:
    return Anonymiser(KEY, policy=Policy(**chosen)).anonymise_json(body, conversation="c").value


def picture(url: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]}


@pytest.mark.parametrize(
    "chosen",
    [
        {"allow": ("*",)},
        {"allow": ("metadata..plan",)},
        {"allow": ("",)},
        {"allow": ("a b",)},
        {"own_domains": frozenset({"https://shop.example"})},
        {"own_domains": frozenset({"localhost"})},
        {"keep_types": frozenset({EntityType.SECRET})},
    ],
)
def test_a_policy_that_is_not_well_written_is_refused(chosen: Any) -> None:
    with pytest.raises(UsageError):
        Policy(**chosen)


def test_a_field_that_is_allowed_stays_and_what_is_below_or_beside_it_does_not() -> None:
    body = {"metadata": {"plan": "zoe@acme.com", "other": "zoe@acme.com", "plans": {"plan": "zoe@acme.com"}}}
    found = masked(body, allow=("metadata.plan",))["metadata"]
    assert found["plan"] == "zoe@acme.com"
    assert "zoe" not in json.dumps([found["other"], found["plans"]])
    assert masked(body, allow=("metadata.*.plan",))["metadata"]["plans"] == body["metadata"]["plans"]


def test_a_path_reaches_into_arrays_and_holds_for_numbers() -> None:
    body = {"tools": [{"function": {"name": "f", "x-owner": 4111111111111111}}]}
    assert masked(body, allow=("tools.*.function.x-owner",)) == body
    assert masked(body) != body


def test_structural_fields_keep_their_names_and_lose_identifiers() -> None:
    body = {
        "model": "xaver/brandmoor-7b",
        "messages": [
            {"role": "user", "content": "my name is Xaver Brandmoor"},
            {"role": "zoe@acme.com", "content": "hi", "tool_calls": [{"function": {"name": "call_xaver"}}]},
        ],
        "tools": [{"type": "function", "function": {"name": "call_xaver", "description": "calls Xaver"}}],
    }
    found = masked(body)
    assert found["model"] == body["model"]
    assert found["tools"][0]["function"]["name"] == "call_xaver"
    assert found["messages"][1]["tool_calls"] == [{"function": {"name": "call_xaver"}}]
    assert found["messages"][1]["role"].startswith("<EMAIL_")
    assert "Xaver" not in found["tools"][0]["function"]["description"]


def test_media_are_kept_as_data_or_as_bare_addresses_only_if_the_policy_says_so() -> None:
    for url in (PNG, "https://velmora-shop.se/a.png"):
        assert masked(picture(url), media="keep") == picture(url)
        assert "<IMAGE_" in json.dumps(masked(picture(url)))
    for url in (
        "https://bob:secret@velmora-shop.se/a.png",
        "https://velmora-shop.se/a.png?signature=abcdef",
        "https://velmora-shop.se/zoe@acme.com.png",
        "4111111111111111",
        "my password is swordfish",
    ):
        assert "<IMAGE_" in json.dumps(masked(picture(url), media="keep"))


def test_own_domains_stay_with_what_is_below_them_and_nothing_else_does() -> None:
    text = "https://velmora-shop.se/a https://help.velmora-shop.se/b?to=zoe@acme.com https://notvelmora-shop.se/c"
    found = masked({"prompt": text}, own_domains=frozenset({"velmora-shop.se"}))["prompt"]
    assert found.startswith("https://velmora-shop.se/a https://help.velmora-shop.se/b?to=<EMAIL_")
    assert found.endswith(" <URL_" + found[-7:])


def test_types_that_are_kept_stay_and_hide_no_other_type() -> None:
    body = {"prompt": "+44 20 7946 0123, zoe@acme.com", "metadata": {"phone": "0664 123456"}}
    found = masked(body, keep_types=frozenset({EntityType.PHONE}))
    assert found["prompt"].startswith("+44 20 7946 0123, <EMAIL_")
    assert found["metadata"] == body["metadata"]


def test_a_policy_that_is_not_the_default_shows_in_the_version() -> None:
    plain = Anonymiser(KEY).version
    other = Anonymiser(KEY, policy=Policy(keep_types=frozenset({EntityType.PHONE, EntityType.IP}))).version
    again = Anonymiser(KEY, policy=Policy(keep_types=frozenset({EntityType.IP, EntityType.PHONE}))).version
    assert plain == Anonymiser(KEY, policy=Policy()).version
    assert other == again
    assert other.startswith(plain + "+")
