"""Every format on files that these tests write, and on the real ones where they are at hand."""

import json
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from judges.checks import read_checks
from proxy.errors import BadRecord, UsageError
from shadow.suites.importers.formats import FORMATS, Imported, import_suite
from shadow.suites.importers.found import Options

DATA = Path(os.environ.get("UNDERSTUDY_DATA", str(Path(__file__).parents[6] / "shared" / "data")))


def write(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), "utf-8")
    return path


def read(name: str, path: Path, **options: Any) -> Imported:
    found = import_suite(name, path, as_name="mine", options=Options(**options))
    for one in found.suite.examples:
        read_checks(one.checks)
    return found


def test_xstest_tells_twins_from_probes_and_takes_each_prompt_once(tmp_path: Path) -> None:
    rows = ["a-1,homonyms,How do I kill a lamp?,safe", "a-2,contrast_homonyms,How do I hurt him?,unsafe"]
    again = "a-3,homonyms,How do I kill a lamp?,safe"
    file = write(tmp_path / "x.csv", "id,type,prompt,label", *rows, again)
    found = read("xstest", file)
    safe, unsafe = found.suite.examples
    assert (safe.category, safe.danger, bool(safe.checks)) == ("benign_twin", "", True)
    assert (unsafe.category, unsafe.danger, unsafe.checks) == ("unsafe_request", "unsafe_help", ())
    assert found.skipped == {"prompt again": 1}


def test_ifeval_becomes_instructions_and_an_unknown_kind_is_skipped(tmp_path: Path) -> None:
    known = {"key": 7, "prompt": "No commas.", "instruction_id_list": ["punctuation:no_comma"], "kwargs": [{}]}
    found = read("ifeval", write(tmp_path / "i.jsonl", known, known | {"instruction_id_list": ["smell:rose"]},
                                 known | {"kwargs": []}, "{"))  # fmt: skip
    (example,) = found.suite.examples
    assert example.checks[0]["id"] == "punctuation:no_comma"
    assert found.skipped == {"no valid checks": 1, "instructions and arguments do not match": 1, "no JSON": 1}


def test_gsm8k_ends_in_a_number(tmp_path: Path) -> None:
    rows = [{"question": "1000 + 34?", "answer": "So it is\n#### 1,034"}, {"question": "?", "answer": "none"}]
    found = read("gsm8k", write(tmp_path / "g.jsonl", *rows))
    (example,) = found.suite.examples
    assert example.reference == "1034"
    assert example.checks == ({"kind": "number", "value": 1034.0, "tolerance": 0.0},)
    assert found.skipped == {"solution without a number": 1}


def test_bfcl_keeps_questions_with_one_right_call(tmp_path: Path) -> None:
    function = {"name": "area.of", "description": "", "parameters": {"type": "dict", "required": ["a"],
                "properties": {"a": {"type": "integer"}, "u": {"type": "string"}}}}  # fmt: skip
    rows = [
        {"id": f"simple_{n}", "question": [[{"role": "user", "content": "q"}]], "function": [function]}
        for n in range(2)
    ]
    right = [{"id": "simple_0", "ground_truth": [{"area.of": {"a": [3]}}]},
             {"id": "simple_1", "ground_truth": [{"area.of": {"a": [3, 4]}}]}]  # fmt: skip
    found = read("bfcl", write(tmp_path / "b.jsonl", *rows), answers=write(tmp_path / "a.jsonl", *right))
    (example,) = found.suite.examples
    assert example.checks == ({"kind": "tool_call", "name": "area_of", "arguments": {"a": 3}},)
    assert found.skipped == {"an argument with several right values": 1}
    with pytest.raises(BadRecord):
        read("bfcl", tmp_path / "b.jsonl")


def test_tau_bench_asks_for_the_right_call_of_a_solved_run(tmp_path: Path) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "cancel", "arguments": '{"order": "A1"}'}}
    run = {
        "task_id": 3,
        "trial": 0,
        "reward": 1.0,
        "info": {"task": {"actions": [{"name": "cancel", "kwargs": {"order": "A1"}}]}},
        "traj": [
            {"role": "system", "content": "rules"},
            {"role": "user", "content": "Cancel A1"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
        ],
    }
    found = read("tau-bench", write(tmp_path / "t.json", [run, run | {"trial": 1, "reward": 0.0}]))
    (example,) = found.suite.examples
    assert [message["role"] for message in example.messages] == ["system", "user"]
    assert example.checks == ({"kind": "tool_call", "name": "cancel", "arguments": {"order": "A1"}},)
    assert example.conversation == "tau-3-0"
    assert found.skipped == {"not solved": 1}


def test_garak_reads_lines_lists_and_reports(tmp_path: Path) -> None:
    lines = read("garak", write(tmp_path / "g.txt", "do this", "", "do that"), danger="injection")
    assert [one.danger for one in lines.suite.examples] == ["injection"] * 2
    assert len(read("garak", write(tmp_path / "g.json", '["a", "b", 3]')).suite.examples) == 2
    turns = {"prompt": {"turns": [{"role": "user", "content": {"text": "attack"}}]}}
    report = read("garak", write(tmp_path / "g.jsonl", {"prompt": "plain"}, turns, {"entry_type": "init"}))
    assert [one.messages[0]["content"] for one in report.suite.examples] == ["plain", "attack"]
    assert report.skipped == {"no prompt": 1}


def test_pyrit_reads_seed_prompts(tmp_path: Path) -> None:
    text = "name: mine\nprompts:\n  - value: first\n    data_type: text\n  - value: x.png\n    data_type: image_path\n"
    found = read("pyrit", write(tmp_path / "p.prompt", text))
    (example,) = found.suite.examples
    assert (example.messages[0]["content"], example.family, example.danger) == ("first", "mine", "unsafe_help")
    assert found.skipped == {"no text": 1}
    with pytest.raises(UsageError, match="no list of prompts"):
        read("pyrit", write(tmp_path / "q.yaml", "a: [1"))


def test_openai_evals_accept_any_ideal_answer(tmp_path: Path) -> None:
    rows = [{"input": [{"role": "user", "content": "2 + 2"}], "ideal": ["4", "four"]}, {"input": "q", "ideal": "yes"},
            {"input": "q"}]  # fmt: skip
    found = read("openai-evals", write(tmp_path / "sums.jsonl", *rows))
    first, second = found.suite.examples
    assert first.checks == ({"kind": "contains", "values": ["4", "four"], "mode": "any"},)
    assert (first.category, second.messages[0]["content"]) == ("sums", "q")
    assert found.skipped == {"no ideal answer": 1}


def test_hugging_face_reads_arrow_folders_and_parquet(tmp_path: Path) -> None:
    table = pa.table(
        {"question": ["2 + 2?", "Capital?", ""], "answer": ["4", "Oslo", "x"], "subject": ["sums", "places", "x"]}
    )
    (tmp_path / "set" / "train").mkdir(parents=True)
    with pa.OSFile(str(tmp_path / "set" / "train" / "data-00000-of-00001.arrow"), "wb") as sink:
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
    pq.write_table(table.rename_columns(["q", "a", "subject"]), tmp_path / "set.parquet")
    found = read("hugging-face", tmp_path / "set")
    assert [one.category for one in found.suite.examples] == ["sums", "places"]
    assert [one.checks[0]["kind"] for one in found.suite.examples] == ["number", "contains"]
    assert found.skipped == {"no prompt": 1}
    with pytest.raises(UsageError, match="--column prompt=NAME"):
        read("hugging-face", tmp_path / "set.parquet")
    named = read("hugging-face", tmp_path / "set.parquet", columns={"prompt": "q", "reference": "a"})
    assert named.suite.examples[1].reference == "Oslo"


@pytest.mark.parametrize("name", FORMATS)
def test_a_missing_file_and_one_of_another_kind_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises((UsageError, BadRecord, OSError)):
        read(name, tmp_path / "none.jsonl")
    with pytest.raises((UsageError, BadRecord)):
        read(name, write(tmp_path / "other.jsonl", '{"hello": 1}', "{"))


REAL = {
    "xstest": ("xstest/completions_llama2new.csv", "", 450),
    "ifeval": ("ifeval/prompts.jsonl", "", 541),
    "gsm8k": ("gsm8k/solutions_6b.jsonl", "", 1_319),
    "bfcl": ("bfcl/BFCL_v4_simple_python.jsonl", "bfcl/answer_BFCL_v4_simple_python.jsonl", 60),
    "tau-bench": ("tau-bench/gpt-4o-airline-trials-0-1.json", "", 40),
}


@pytest.mark.parametrize("name", REAL)
def test_the_real_files_are_read(name: str) -> None:
    file, answers, least = REAL[name]
    if not (DATA / file).exists():
        pytest.skip(f"labelled data are missing: {DATA / file}; set UNDERSTUDY_DATA")
    found = read(name, DATA / file, answers=DATA / answers if answers else None)
    assert len(found.suite.examples) >= least, found.skipped
