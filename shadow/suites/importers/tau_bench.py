"""Transcripts of tau-bench: the moment before a right call of a solved run, with that call as the answer.

The files hold no declarations of tools: each tool is offered with the arguments that the file's calls show.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from proxy.errors import UsageError
from shadow.suites.importers.found import Found, Options, Skipped, example, read_text

_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}

type _Message = dict[str, Any]


def read_tau_bench_suite(path: Path, options: Options) -> Iterator[Found]:
    """One example per call of a solved run that is one of its task's reference actions.

    Raises:
        UsageError: the file is no list of runs.
    """
    try:
        runs = json.loads(read_text(path))
        taken = [(str(run["task_id"]), int(run.get("trial", 0)), run) for run in runs]
    except (TypeError, ValueError, KeyError, AttributeError):
        message = f"{path} is no list of runs; give a file of transcripts as tau-bench writes it"
        raise UsageError(message) from None
    tools = _tools([call for _, _, run in taken for message in run.get("traj", []) for call in _calls(message)])
    for task, trial, run in taken:
        yield from _of_run(f"{task}-{trial}", run, tools=tools, options=options)


def _of_run(name: str, run: Mapping[str, Any], *, tools: list[_Message], options: Options) -> Iterator[Found]:
    if run.get("reward") != 1:
        yield Skipped(f"run {name}", "not solved")
        return
    wanted = [(one["name"], one.get("kwargs", one.get("arguments", {}))) for one in run["info"]["task"]["actions"]]
    messages: list[_Message] = run["traj"]
    found = 0
    for place, message in enumerate(messages):
        for called, arguments in _calls(message):
            if (called, arguments) in wanted:
                found += 1
                yield example(
                    f"run {name}",
                    id=f"tau-{name}-{found}",
                    category=options.category or "tools",
                    messages=[_plain(one) for one in messages[:place]],
                    tools=tools,
                    tool_choice="required",
                    checks=[{"kind": "tool_call", "name": called, "arguments": arguments}],
                    reference=json.dumps({"name": called, "arguments": arguments}),
                    conversation=f"tau-{name}",
                    max_tokens=options.max_tokens,
                )
    if not found:
        yield Skipped(f"run {name}", "no reference action was called")


def _calls(message: _Message) -> Iterator[tuple[str, Any]]:
    for call in message.get("tool_calls") or ():
        function = call.get("function") or {}
        try:
            yield str(function["name"]), json.loads(function["arguments"])
        except (KeyError, TypeError, ValueError):
            continue


def _plain(message: _Message) -> _Message:
    """The message without what no request may hold."""
    kept = ("role", "content", "tool_calls", "tool_call_id", "name")
    return {name: message[name] for name in kept if message.get(name) is not None} | (
        {} if message.get("content") is not None else {"content": ""}
    )


def _tools(calls: Sequence[tuple[str, Any]]) -> list[_Message]:
    properties: defaultdict[str, dict[str, _Message]] = defaultdict(dict)
    for name, arguments in calls:
        shown = arguments if isinstance(arguments, dict) else {}
        properties[name] |= {key: {"type": _TYPES[type(value)]} for key, value in shown.items() if value is not None}
    return [
        {
            "type": "function",
            "function": {"name": name, "parameters": {"type": "object", "properties": shown}},
        }
        for name, shown in sorted(properties.items())
    ]
