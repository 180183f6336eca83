import json
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from judges.cli import judge

ROOT = Path(__file__).parents[3]


def test_the_list_names_every_judge_once() -> None:
    result = CliRunner().invoke(judge, ["list", "--json"])
    assert result.exit_code == 0, result.output
    names = [row["name"] for row in json.loads(result.output)]
    assert sorted(names) == sorted(set(names))
    assert {"exact_match", "token_f1", "semantic_similarity", "refusal", "taxonomy", "suite_check"} <= set(names)


def test_the_list_for_people_has_one_line_for_each_judge() -> None:
    result = CliRunner().invoke(judge, ["list"])
    rows = json.loads(CliRunner().invoke(judge, ["list", "--json"]).output)
    assert [line.split()[:2] for line in result.output.splitlines()] == [[row["name"], row["version"]] for row in rows]


def test_neither_the_import_nor_the_list_loads_torch() -> None:
    code = (
        "import sys\nfrom judges.cli import judge\n"
        "assert not {'torch', 'numpy', 'pydantic'} & set(sys.modules)\n"
        "judge(['list'], standalone_mode=False)\n"
        "assert 'torch' not in sys.modules and 'sentence_transformers' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True)
