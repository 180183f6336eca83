"""The script: rules from TOML that word the replies. Reading and matching; faults and tokens are not its business.

A script is a list of `[[rule]]`. Rules are tried in order and the first that fits answers. A rule has `match` (a regex,
searched with DOTALL in the last user message, or, with `after_tool = true`, in the tool result that the conversation
ends with), optionally `system` (a regex for the system prompt), and either `replies` (jinja2 templates, of which one
is drawn) or `tool` with `name` and `arguments` (a template). Named groups fill the templates. A rule with a tool fits
only where the request offers that tool. `fallback`, a list, words the reply when no rule fits.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Annotated, Self

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from proxy.errors import UsageError
from shadow.simulator.asking import Asking
from shadow.simulator.said import Call, Finish, Said

FALLBACK = (
    "This is a simulator: no rule of its script fits the request.",
    "No rule of the script fits the request; this is a simulator.",
    "A simulator answered, since no rule of its script fits.",
)

# Replies are plain text and JSON, never HTML.
_TEMPLATES = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


def _is_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        message = f"not a regular expression: {error}"
        raise ValueError(message) from None
    return pattern


def _is_template(source: str) -> str:
    try:
        _TEMPLATES.from_string(source)
    except TemplateError as error:
        message = f"not a template: {error}"
        raise ValueError(message) from None
    return source


type _Pattern = Annotated[str, AfterValidator(_is_pattern)]
type _Source = Annotated[str, AfterValidator(_is_template)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _ToolFields(_Strict):
    name: str = Field(min_length=1)
    arguments: _Source


class _RuleFields(_Strict):
    match: _Pattern
    system: _Pattern = ""
    after_tool: bool = False
    replies: tuple[_Source, ...] = ()
    tool: _ToolFields | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if bool(self.replies) == (self.tool is not None):
            raise ValueError("a rule needs either replies or a tool")
        return self


class _ScriptFields(_Strict):
    rule: tuple[_RuleFields, ...] = ()
    fallback: tuple[str, ...] = Field(default=FALLBACK, min_length=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, compiled; exactly one of `replies` and `tool` says something."""

    match: re.Pattern[str]
    system: re.Pattern[str]
    after_tool: bool
    replies: tuple[Template, ...]
    tool: str
    arguments: Template

    def find(self, asking: Asking) -> Mapping[str, str | None] | None:
        """The named groups where the rule fits, or None."""
        words = asking.result if self.after_tool else asking.user
        if words is None or not self.system.search(asking.system) or not self._may_call(asking):
            return None
        found = self.match.search(words)
        return found.groupdict() if found else None

    def _may_call(self, asking: Asking) -> bool:
        """Whether a rule with a tool may call it: it is offered, and not just answered."""
        if not self.tool:
            return True
        offered = asking.tool_choice.allowed and any(tool.name == self.tool for tool in asking.tools)
        return offered and (self.after_tool or asking.result is None)


@dataclass(frozen=True, slots=True)
class Script:
    """Rules in order, and what is said when none fits."""

    rules: Sequence[Rule] = ()
    fallback: Sequence[str] = FALLBACK

    def reply(self, asking: Asking, *, rng: Random) -> Said:
        """What the script says to a request; `rng` draws the wording."""
        for rule in self.rules:
            if (groups := rule.find(asking)) is not None:
                return _say(rule, groups, rng=rng)
        return Said(rng.choice(self.fallback))


def _say(rule: Rule, groups: Mapping[str, str | None], *, rng: Random) -> Said:
    if rule.tool:
        return Said(calls=(Call(rule.tool, rule.arguments.render(groups)),), finish=Finish.TOOL_CALLS)
    return Said(rng.choice(rule.replies).render(groups))


def load_script(path: Path | None) -> Script:
    """Read a script; without a path, one that knows the fallback only.

    Raises:
        UsageError: the file is missing, no TOML, or holds rules that are none.
    """
    if path is None:
        return Script()
    try:
        fields = _ScriptFields.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        message = f"the script {path.name} cannot be read ({type(error).__name__})"
        raise UsageError(message) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"the script {path.name} is not TOML: {error}"
        raise UsageError(message) from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        message = f"the script {path.name} is wrong: {wrong}"
        raise UsageError(message) from None
    return Script(tuple(_compile(rule) for rule in fields.rule), fields.fallback)


def _compile(fields: _RuleFields) -> Rule:
    return Rule(
        match=re.compile(fields.match, re.DOTALL),
        system=re.compile(fields.system, re.DOTALL),
        after_tool=fields.after_tool,
        replies=tuple(_TEMPLATES.from_string(source) for source in fields.replies),
        tool=fields.tool.name if fields.tool else "",
        arguments=_TEMPLATES.from_string(fields.tool.arguments if fields.tool else ""),
    )
