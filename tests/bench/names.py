"""What the names tier finds: recall and precision on labelled documents, findings on prompts and code, speed, memory.

`python -m tests.bench.names [RECOGNISER]`, where RECOGNISER is what the setting would be (`gazetteer` by default). The
public data is found by UNDERSTUDY_DATA. A finding in prompts may well be a person (half of gsm8k's problems name one):
`--list` prints them, so that a reader can judge; in code, schemas and tool definitions hardly one is right.
"""

import json
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from proxy.anonymise.found import EntityType, Found
from proxy.anonymise.ner import Recogniser, recogniser

DATA: Final = Path(os.environ.get("UNDERSTUDY_DATA", Path(__file__).parents[3] / "shared" / "data"))
LABELS: Final = {
    "PERSON": EntityType.PERSON,
    "GPE": EntityType.LOCATION,
    "ORGANIZATION": EntityType.ORGANISATION,
}
_MOST_SCRIPTS: Final = 200
_LONGEST_SCRIPT: Final = 4_000


def main() -> None:
    """Measure and print the tables."""
    words = [word for word in sys.argv[1:] if word != "--list"]
    before_mb, began = _resident_mb(), time.perf_counter()
    persons = recogniser(words[0] if words else "gazetteer")
    loaded_s, loaded_mb = time.perf_counter() - began, _resident_mb() - before_mb
    find = recogniser(words[0] if words else "gazetteer", types=frozenset(LABELS.values()))
    if find is None or persons is None or not DATA.is_dir():
        message = f"the bench needs a recogniser, and public data in {DATA}: set UNDERSTUDY_DATA"
        raise SystemExit(message)
    console = Console(width=110)
    console.print(f"loaded for persons in {loaded_s:.2f} s, {loaded_mb:.0f} MB")
    console.print(_recall_table(find))
    console.print(_corpus_table(persons, show=console.print if "--list" in sys.argv else None))


def _resident_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _recall_table(find: Recogniser) -> Table:
    documents = json.loads((DATA / "presidio" / "synthetic_pii_even.json").read_text("utf-8"))
    found = [tuple(find(one["full_text"])) for one in documents]
    table = Table(title="Labelled documents: a name counts when a finding of its type overlaps it")
    for heading in ("type", "labelled", "recall", "covered whole", "precision", "in no label"):
        table.add_column(heading, justify="right")
    for label, type_ in LABELS.items():
        pairs = [
            (_spans(one, label), _spans(one, None), [each for each in each_found if each.type is type_])
            for one, each_found in zip(documents, found, strict=True)
        ]
        table.add_row(label, *_figures(pairs))
    return table


type _Span = tuple[int, int]


def _spans(document: dict[str, Any], label: str | None) -> list[_Span]:
    return [
        (span["start_position"], span["end_position"])
        for span in document["spans"]
        if label is None or span["entity_type"] == label
    ]


def _figures(pairs: list[tuple[list[_Span], list[_Span], list[Found]]]) -> Iterator[str]:
    wanted = [(span, found) for spans, _, found in pairs for span in spans]
    given = [(one, spans, every) for spans, every, found in pairs for one in found]
    hit = sum(any(_overlap(span, one) for one in found) for span, found in wanted)
    whole = sum(any(one.start <= span[0] and span[1] <= one.end for one in found) for span, found in wanted)
    right = sum(any(_overlap(span, one) for span in spans) for one, spans, _ in given)
    nowhere = sum(not any(_overlap(span, one) for span in every) for one, _, every in given)
    yield f"{len(wanted):,}"
    yield f"{hit / len(wanted):.3f}"
    yield f"{whole / len(wanted):.3f}"
    yield f"{right / max(1, len(given)):.3f}"
    yield f"{nowhere:,}"


def _overlap(span: _Span, one: Found) -> bool:
    return one.start < span[1] and span[0] < one.end


def _corpus_table(find: Recogniser, *, show: Callable[[str], None] | None) -> Table:
    table = Table(title="Persons found in other texts")
    for heading in ("corpus", "texts", "kB", "found per 1,000 texts", "CPU microseconds per kB"):
        table.add_column(heading, justify="right")
    for name, texts in _corpora():
        began = time.process_time()
        found = [(text, one) for text in texts for one in find(text)]
        elapsed_us = (time.process_time() - began) * 1e6
        size_kb = sum(map(len, texts)) / 1_000
        rate = 1_000 * len(found) / len(texts)
        table.add_row(name, f"{len(texts):,}", f"{size_kb:,.0f}", f"{rate:,.0f}", f"{elapsed_us / size_kb:,.0f}")
        if show is not None:
            counted = Counter(text[one.start : one.end] for text, one in found)
            show(f"{name}: {', '.join(f'{word} {count}' for word, count in counted.most_common())}")
    return table


def _corpora() -> Iterator[tuple[str, list[str]]]:
    yield "mt_bench prompts", [turn for row in _rows("mt_bench/question.jsonl") for turn in row["turns"]]
    yield "gsm8k problems", [row["question"] for row in _rows("gsm8k/solutions_6b.jsonl")]
    yield "ifeval prompts", [row["prompt"] for row in _rows("ifeval/prompts.jsonl")]
    calls = [row for path in sorted((DATA / "bfcl").glob("BFCL*.jsonl")) for row in _rows(path)]
    yield "bfcl questions", [row["question"][0][0]["content"] for row in calls]
    yield "bfcl tools, JSON", [json.dumps(row["function"]) for row in calls]
    schemas = sorted((DATA / "jsonschema_suite").rglob("*.json"))
    yield "schemas, JSON", [path.read_text("utf-8") for path in schemas]
    yield "code of Python's library", [path.read_text("utf-8", "ignore")[:_LONGEST_SCRIPT] for path in _scripts()]


def _rows(path: str | Path) -> Iterable[dict[str, Any]]:
    return map(json.loads, (DATA / path).read_text("utf-8").splitlines())


def _scripts() -> list[Path]:
    return sorted(Path(os.__file__).parent.glob("*.py"))[:_MOST_SCRIPTS]


if __name__ == "__main__":
    main()
