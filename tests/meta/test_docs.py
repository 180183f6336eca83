import re
import shlex
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from analytics.cli import understudy
from shadow.experiment import Experiment
from tests.meta.settings_page import PAGE, settings_page
from tests.records import NOON

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


def _blocks(language: str) -> list[tuple[str, str]]:
    return [
        (page.name, block)
        for page in PAGES
        for kind, block in _BLOCK.findall(page.read_text("utf-8"))
        if kind == language
    ]


def test_the_settings_page_says_what_the_settings_say() -> None:
    assert PAGE.read_text("utf-8") == settings_page()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text("utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_the_documented_experiment_is_one() -> None:
    _, block = next(found for found in _blocks("toml") if "experiment_id" in found[1])
    fields = {"owner": "o", "expires_at": NOON, "updated_at": NOON, "updated_by": "o"}
    assert Experiment.model_validate(tomllib.loads(block) | fields).candidate.quantisation == "awq"


def _commands() -> list[str]:
    lines = [line.strip() for _, block in _blocks("console") for line in block.splitlines()]
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ understudy")]


@pytest.mark.parametrize("command", _commands())
def test_documented_commands_parse(command: str) -> None:
    """Verbs and options exist: each command is run with --help, and every option it names is in that help."""
    words = shlex.split(command)[1:]
    verb: list[str] = []
    for word in words:
        if word.startswith("-") or (verb and "[OPTIONS] COMMAND" not in _help(verb)):
            break
        verb.append(word)
    shown = _help(verb)
    assert verb
    for option in (word for word in words if word.startswith("--")):
        assert option in shown, option


def _help(verb: list[str]) -> str:
    result = CliRunner().invoke(understudy, [*verb, "--help"])
    assert result.exit_code == 0, result.output
    return result.output


def test_every_make_target_that_the_readme_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"`make ([a-z-]+)`", (ROOT / "README.md").read_text("utf-8")):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
