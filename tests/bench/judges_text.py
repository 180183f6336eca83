"""Figures of the judges of text against the bars of the judges' reference: agreement, format, instructions, drift.

    python -m tests.bench.judges_text

Nothing here is fitted. Instructions and finals were written with these files in sight; the planted pairs are ours, and
the guards were written with them in sight, so SummEdits and STS-B stand beside them. Labelled data: UNDERSTUDY_DATA.
"""

import csv
import json
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from judges.agreement import ExactMatch, TokenF1, final_answer
from judges.document import NotJson, parse_json
from judges.drift import Drift
from judges.format import JsonFormat, ToolCalls
from judges.guards.judge import Guards, caught
from judges.instructions.following import follows
from judges.instructions.judge import Instructions
from judges.judgement import Case, Judge
from judges.panel import cheap_panel, run_panel
from judges.schema import BrokenSchema, violations
from shadow.replay import Lane
from shadow.suites.instruction import Instruction
from tests.bench.judges_table import Row, at_least, at_most, print_table
from tests.bench.refusal_fit import data_folder
from tests.planted.pairs import CAUGHT, PASSED, planted
from tests.records import exchange, replay

_INSTRUCTIONS_BAR: Final = 0.99
_CAUGHT_BAR: Final = 0.95
_FLAGGED_BAR: Final = 0.05
_SPEARMAN_BAR: Final = 0.815
_SCHEMA_BAR: Final = 1_254
_HANG_BAR: Final = 1.0
_EQUAL: Final = 4.8
_HOSTILE: Final = ("[" * 100_000, "{" * 5_000, '"' * 20_000, "1/" * 10_000, "A-" * 10_000, "*" * 20_000, "no " * 7_000)


def rows() -> Iterator[Row]:
    """Every figure, with its bar where there is one."""
    yield from instruction_rows()
    yield from guard_rows()
    yield from format_rows()
    yield final_row()
    yield from robustness_rows()
    yield speed_row()
    yield from embedding_rows()


def instruction_rows() -> Iterator[Row]:
    """Share of published strict labels that are met, on every judged file that is there."""
    folder = data_folder() / "ifeval"
    prompts = {row["prompt"]: row for row in _lines(folder / "prompts.jsonl")}
    for path in sorted(folder.glob("judged_*.jsonl")):
        agreed = [
            follows(Instruction.model_validate({"id": name, "arguments": given}), row["response"]) == label
            for row in _lines(path)
            for name, given, label in zip(
                row["instruction_id_list"],
                prompts[row["prompt"]]["kwargs"],
                row["follow_instruction_list"],
                strict=True,
            )
        ]
        data = f"ifeval: {path.stem.removeprefix('judged_')}, {len(agreed)} instructions"
        yield at_least("instructions", data, sum(agreed) / len(agreed), _INSTRUCTIONS_BAR, name="agreement")


def guard_rows() -> Iterator[Row]:
    """Planted differences caught and rewordings flagged; then real edits and paraphrases that nobody here wrote."""
    for kind in (*CAUGHT, *PASSED):
        pairs = planted(kind)
        share = sum(any(caught(one.answer, reference=one.reference)) for one in pairs) / len(pairs)
        if kind in CAUGHT:
            yield at_least("guards", f"planted: {kind}, {len(pairs)} pairs", share, _CAUGHT_BAR, name="caught")
        else:
            yield at_most("guards", f"planted: {kind}, {len(pairs)} pairs", share, _FLAGGED_BAR, name="flagged")
    edits: list[dict[str, Any]] = json.loads((data_folder() / "summedits" / "samsum.json").read_text(encoding="utf-8"))
    changed = [row for row in edits if row["summary"] != row["original_summary"]]
    for name, part in (
        ("consistent edits", [row for row in changed if row["label"]]),
        ("negations put in or out", [row for row in changed if row["edit_types"] == ["negation_insertion_removal"]]),
    ):
        found = [any(caught(row["summary"], reference=row["original_summary"], request=row["doc"])) for row in part]
        yield Row("guards", f"summedits: {name}, {len(part)} pairs", f"flagged {sum(found) / len(found):.3f}")
    equal = [(left, right) for left, right, score in _pairs() if score >= _EQUAL]
    flagged = sum(any(caught(left, reference=right)) for left, right in equal) / len(equal)
    yield Row("guards", f"stsb: score {_EQUAL} and more, {len(equal)} pairs", f"flagged {flagged:.3f}")


def format_rows() -> Iterator[Row]:
    """JSON and JSON Schema against their official suites."""
    files = sorted((data_folder() / "jsontestsuite" / "test_parsing").iterdir())
    decided = [path for path in files if path.name[0] in "yn"]
    right = [
        isinstance(parse_json(path.read_bytes().decode("utf-8", "surrogateescape")), NotJson) == (path.name[0] == "n")
        for path in decided
    ]
    yield at_least("json", f"jsontestsuite: {len(decided)} files", sum(right) / len(right), 1, name="right")
    main = list(_schema_tests("*.json", assert_formats=False))
    yield at_least("json schema", f"2020-12: {len(main)} tests", float(sum(main)), _SCHEMA_BAR, name="right")
    for part, formats in (("optional/*.json", False), ("optional/format/*.json", True)):
        found = list(_schema_tests(part, assert_formats=formats))
        yield Row("json schema", f"2020-12 {part}: {len(found)} tests", f"right {sum(found)}")


def _schema_tests(pattern: str, *, assert_formats: bool) -> Iterator[bool]:
    for path in sorted((data_folder() / "jsonschema_suite" / "tests" / "draft2020-12").glob(pattern)):
        for group in json.loads(path.read_text(encoding="utf-8")):
            for test in group["tests"]:
                try:
                    broken = violations(test["data"], schema=group["schema"], assert_formats=assert_formats)
                except BrokenSchema:
                    yield False
                else:
                    yield (not broken) == test["valid"]


def final_row() -> Row:
    """Last numbers of solutions against the labels of right and wrong."""
    agreed: list[bool] = []
    for row in _lines(data_folder() / "gsm8k" / "solutions_6b.jsonl"):
        wanted = final_answer(row["ground_truth"], language="en")
        agreed += [
            (final_answer(said["solution"], language="en") == wanted) == said["is_correct"]
            for key, said in row.items()
            if key.startswith("6b_")
        ]
    return at_least("exact match", f"gsm8k: {len(agreed)} solutions", sum(agreed) / len(agreed), 1, name="agreement")


def robustness_rows() -> Iterator[Row]:
    """Naughty strings, the JSON suite's files and hostile texts through every judge: no failure, hang or network."""
    naughty: list[str] = json.loads((data_folder() / "blns" / "blns.json").read_text(encoding="utf-8"))
    files = (data_folder() / "jsontestsuite" / "test_parsing").iterdir()
    texts = [*naughty, *(path.read_bytes().decode("utf-8", "surrogateescape") for path in files), *_HOSTILE]
    opened: list[object] = []
    sys.addaudithook(lambda event, _: opened.append(event) if event == "socket.connect" else None)
    failed, slowest = 0, 0.0
    for text, other in zip(texts, [*texts[1:], texts[0]], strict=True):
        case = _case(text, other)
        for judge in _mine():
            started = time.perf_counter()
            found = run_panel([judge], [case])
            slowest = max(slowest, time.perf_counter() - started)
            failed += sum(type(one.finding).__name__ == "JudgeFailed" for one in found)
    yield at_most("judges of text", f"{len(texts)} naughty and hostile texts", float(failed), 0, name="failures")
    yield at_most("judges of text", "the same, slowest finding", slowest, _HANG_BAR, name="s")
    yield at_most("judges of text", f"the same, {socket.__name__}s opened", float(len(opened)), 0, name="connections")


def _mine() -> list[Judge]:
    return [ExactMatch(), TokenF1(), Guards(), JsonFormat(), ToolCalls(), Instructions(), Drift()]


def _case(answer: str, reference: str) -> Case:
    messages = [
        {"role": "system", "content": "Never use commas. Answer in at most 120 words."},
        {"role": "user", "content": "What do you say?"},
        {"role": "assistant", "content": reference},
        {"role": "user", "content": "And now?"},
    ]
    request = {"model": "m", "messages": messages, "response_format": {"type": "json_object"}}
    theirs = replay(text=reference, lane=Lane.BASELINE)
    return Case(exchange(request=request), replay(text=answer), theirs)


def speed_row() -> Row:
    """CPU time of all judges without a model on pairs of everyday answers, nothing remembered; both lanes judged."""
    texts = [text for base in planted("paraphrase") for text in (base.answer, base.reference)]
    pairs = [_plain(f"{texts[i]} Case {i}.", f"{texts[(i * 7 + 3) % len(texts)]} Case {i}.") for i in range(len(texts))]
    started = time.thread_time()
    run_panel(cheap_panel(), pairs)
    rate = len(pairs) / (time.thread_time() - started)
    return at_least("all without a model", f"{len(pairs)} pairs of unlike answers", rate, 3_000, name="pairs/s")


def _plain(answer: str, reference: str) -> Case:
    request = {"model": "m", "messages": [{"role": "user", "content": "What do you say?"}]}
    return Case(exchange(request=request), replay(text=answer), replay(text=reference, lane=Lane.BASELINE))


def embedding_rows() -> Iterator[Row]:
    """STS-B on the development split, and texts a second beside the library's own defaults on the same texts."""
    from scipy.stats import spearmanr

    from judges.embedding import SentenceEmbedder
    from judges.similarity import embed_all

    embedder = SentenceEmbedder()
    embedder.load()
    found = _pairs()
    vectors = embed_all([text for pair in found for text in pair[:2]], embedder=embedder)
    cosines = [float(vectors[left] @ vectors[right]) for left, right, _ in found]
    figure = float(spearmanr(cosines, [score for *_, score in found]).statistic)
    yield at_least("semantic similarity", f"stsb dev: {len(found)} pairs", figure, _SPEARMAN_BAR, name="Spearman")
    texts = [row["6b_finetuning"]["solution"] for row in _lines(data_folder() / "gsm8k" / "solutions_6b.jsonl")][:96]
    yield _embedding_speed(texts, f"{len(texts)} distinct solutions")


def _embedding_speed(texts: Sequence[str], data: str) -> Row:
    from judges.embedding import SentenceEmbedder, library_model
    from judges.similarity import embed_all

    library, ours = library_model("all-MiniLM-L6-v2"), SentenceEmbedder()
    ours.load()
    times: dict[str, list[float]] = {"theirs": [], "ours": []}
    for _ in range(3):
        started = time.process_time()
        library.encode(list(texts))
        times["theirs"].append(time.process_time() - started)
        started = time.process_time()
        embed_all(texts, embedder=ours)
        times["ours"].append(time.process_time() - started)
    ratio = float(np.min(times["theirs"]) / np.min(times["ours"]))
    return at_least("semantic similarity", data, ratio, 2, name="times the library's texts/s")


def _pairs() -> list[tuple[str, str, float]]:
    with (data_folder() / "stsb" / "dev.csv").open(encoding="utf-8", newline="") as file:
        return [(left, right, float(score)) for left, right, score in csv.reader(file)]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


if __name__ == "__main__":
    print_table(list(rows()))
