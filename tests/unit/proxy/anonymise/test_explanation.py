import json
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from proxy.anonymise.anonymiser import Anonymiser
from proxy.anonymise.explanation import Explanation, anonymise
from proxy.anonymise.policy import Policy
from proxy.cli import anonymise as verb

KEY = b"0123456789abcdef"
TEXT = "hello\nmail zoe@acme.com [bold]now[/bold]"
REQUEST = json.dumps(
    {
        "model": "m",
        "messages": [
            {"role": "user", "content": "my name is Xaver"},
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://acme.se/a.png"}}]},
        ],
    }
)


def explanation(text: str, *, policy: Policy | None = None) -> Explanation:
    anonymiser = Anonymiser(KEY, policy=policy)
    return Explanation(text, tuple(anonymiser.explain(text)), anonymise(text, anonymiser).masked)


def printed(text: str, *, show: bool) -> str:
    out = StringIO()
    Console(file=out, width=200).print(explanation(text).table(show=show))
    return out.getvalue()


def test_a_table_tells_place_type_and_reason_and_hides_the_text() -> None:
    (row,) = [line for line in printed(TEXT, show=False).splitlines() if "EMAIL" in line]
    assert [cell.strip() for cell in row.split("│")[1:5]] == ["2", "6", "EMAIL", "12"]
    assert "zoe" not in row
    assert "zoe@acme.com" in printed(TEXT, show=True)


def test_a_summary_counts_media_that_are_dropped_as_a_whole() -> None:
    assert explanation(REQUEST).summary == "would be masked: 1 IMAGE, 1 PERSON"
    assert explanation("hello there").summary == "would be masked: nothing"


def test_an_explanation_keeps_to_the_policy() -> None:
    text = '{"metadata": {"note": "zoe@acme.com"}}'
    assert explanation(text, policy=Policy(allow=("metadata.note",))).findings == ()


@pytest.mark.parametrize("shown", [True, False])
def test_the_verb_shows_personal_data_only_if_it_is_asked_to(tmp_path: Path, *, shown: bool) -> None:
    file = tmp_path / "mail.txt"
    file.write_text(TEXT, "utf-8")
    said = CliRunner().invoke(verb, ["--explain", *(["--show"] if shown else []), str(file)])
    assert said.exit_code == 0
    assert ("zoe" in said.output) == shown
    assert "1 EMAIL" in said.stderr


def test_the_verb_gives_json_for_programs_and_the_masked_text_without_an_option(tmp_path: Path) -> None:
    file = tmp_path / "request.json"
    file.write_text(REQUEST, "utf-8")
    listed = CliRunner().invoke(verb, ["--explain", "--json", str(file)])
    assert [one["type"] for one in json.loads(listed.stdout)] == ["PERSON", "URL"]
    masked = json.loads(CliRunner().invoke(verb, [str(file)]).stdout)
    assert masked["messages"][0]["content"].startswith("my name is <PERSON_")
