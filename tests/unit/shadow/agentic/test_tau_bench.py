import json
from pathlib import Path
from typing import Any

import pytest

from judges.agents import figures_of
from proxy.errors import BadRecord
from shadow.agentic.tau_bench import read_tau_bench
from shadow.agentic.transcript import Ending


def run(**changes: Any) -> dict[str, Any]:
    call = {"id": "c1", "type": "function", "function": {"name": "pay_bill", "arguments": '{"bill": 7}'}}
    fields: dict[str, Any] = {
        "task_id": 4,
        "trial": 1,
        "reward": 1.0,
        "info": {"task": {"actions": [{"name": "pay_bill", "kwargs": {"bill": 7}}], "outputs": ["30"]}},
        "traj": [
            {"role": "system", "content": "policy"},
            {"role": "user", "content": "pay bill 7"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "name": "pay_bill", "content": '{"left": 30}'},
            {"role": "assistant", "content": "Paid; 30 are left."},
            {"role": "user", "content": "###STOP###"},
        ],
    }
    return fields | changes


def written(folder: Path, *runs: Any) -> Path:
    path = folder / "runs.json"
    path.write_text(json.dumps(list(runs)), "utf-8")
    return path


def test_a_run_is_read_with_its_reference_and_its_reward_apart(tmp_path: Path) -> None:
    (found,) = read_tau_bench(written(tmp_path, run()))
    assert found.reward == 1.0
    assert found.transcript.solved is None
    assert (found.transcript.task_id, found.transcript.trial, found.transcript.ending) == ("4", 1, Ending.ANSWERED)
    figures = figures_of(found.transcript)
    assert (figures.is_exact, figures.is_told, figures.steps) == (True, True, 1)


def test_a_run_that_was_cut_off_is_never_exact(tmp_path: Path) -> None:
    (found,) = read_tau_bench(written(tmp_path, run(traj=run()["traj"][:4])))
    assert found.transcript.ending is Ending.CUT
    assert figures_of(found.transcript).is_exact is False


def test_what_is_no_transcript_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match="run 2"):
        list(read_tau_bench(written(tmp_path, run(), {"traj": []})))
    (tmp_path / "runs.json").write_text("nothing", "utf-8")
    with pytest.raises(BadRecord, match="no JSON list"):
        list(read_tau_bench(tmp_path / "runs.json"))
