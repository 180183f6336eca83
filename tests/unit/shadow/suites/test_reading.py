import re
from pathlib import Path

from shadow.suites.reading import problems_of


def test_every_wrong_line_is_told_at_once(tmp_path: Path) -> None:
    good = '{"id": "a", "category": "c", "messages": [{"role": "user", "content": "q"}]}'
    lines = [good, "{", '{"id": "b"}', "", good, good.replace('"a"', '"n"').replace('"q"', "1e999"), "[" * 3000]
    (tmp_path / "s.jsonl").write_text("\n".join(lines), "utf-8")
    found = problems_of(tmp_path / "s.jsonl")
    assert re.findall(r"s\.jsonl line (\d+)", " ".join(found)) == list("23567")
    assert "not JSON at column 2" in found[0]
    assert "category, messages" in found[1]
    assert "id of line 1 again" in found[2]
    assert "no double holds" in found[3]


def test_a_sound_file_has_no_problem_and_an_empty_or_missing_one_has_one(tmp_path: Path) -> None:
    file = tmp_path / "s.jsonl"
    file.write_text('{"id": "a", "category": "c", "messages": [{"role": "user"}]}\n', "utf-8")
    assert problems_of(file) == []
    file.write_text("\n", "utf-8")
    assert "has no example" in problems_of(file)[0]
    assert "cannot read" in problems_of(tmp_path / "none.jsonl")[0]
