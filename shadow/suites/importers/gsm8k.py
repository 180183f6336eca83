"""GSM8K's JSONL: word problems with worked solutions that end in a number.

Source: Cobbe et al. 2021. Fields `question` and `answer` (or `ground_truth`), the number after #### or after A:.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from shadow.suites.importers.found import Found, Options, Skipped, asked, example, records
from shadow.suites.template import number

_RESULT = re.compile(r"(?:####|\bA:)\s*\$?(-?[\d.,]*\d)\s*$")


def read_gsm8k(path: Path, options: Options) -> Iterator[Found]:
    """One example per question whose solution ends in a number."""
    for counted, (place, record) in enumerate(records(path), start=1):
        if isinstance(record, Skipped):
            yield record
            continue
        solution = record.get("answer") or record.get("ground_truth") or ""
        found = _RESULT.search(str(solution).strip())
        if found is None:
            yield Skipped(place, "solution without a number")
            continue
        result = found[1].replace(",", "")
        yield example(
            place,
            id=f"gsm8k-{counted:05d}",
            category=options.category or "word_problems",
            messages=asked(record["question"]) if record.get("question") else [],
            checks=[number(float(result))],
            reference=result,
            max_tokens=options.max_tokens,
            language="en",
        )
