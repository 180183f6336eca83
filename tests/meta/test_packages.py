import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["proxy", "shadow", "judges", "analytics"])
def test_the_package_is_ours(name: str) -> None:
    """The index has unrelated distributions of these names."""
    code = f"import {name}; print({name}.__file__)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert Path(found.stdout.strip()) == ROOT / name / "__init__.py"


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom analytics.cli import understudy\n"
        "understudy(['--help'], standalone_mode=False)\n"
        "heavy = {'torch', 'chdb', 'numpy', 'aiohttp', 'pydantic'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True)


def test_every_verb_can_be_imported_and_helps() -> None:
    from click.testing import CliRunner

    from analytics.cli import VERBS, understudy

    for verb in VERBS:
        result = CliRunner().invoke(understudy, [verb, "--help"])
        assert result.exit_code == 0, (verb, result.output)


def test_the_arrow_holds_and_a_planted_import_breaks_it(tmp_path: Path) -> None:
    """`lint-imports` refuses an import that runs against the arrow."""
    for package in ("proxy", "shadow", "judges", "analytics"):
        (tmp_path / package).symlink_to(ROOT / package)
    (tmp_path / "proxy").unlink()
    _copy(ROOT / "proxy", tmp_path / "proxy")
    (tmp_path / "proxy" / "planted.py").write_text("import analytics.cli\n", "utf-8")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    lint = Path(sys.executable).parent / "lint-imports"
    broken = subprocess.run([lint, "--no-cache"], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert broken.returncode == 1
    assert "One arrow" in broken.stdout
    assert "BROKEN" in broken.stdout


def _copy(source: Path, target: Path) -> None:
    import shutil

    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))


def test_no_two_distributions_hold_the_same_file() -> None:
    """Whichever is unpacked last would win, and machines would differ."""
    from collections import defaultdict
    from importlib.metadata import distributions

    holders = defaultdict[str, set[str]](set)
    for distribution in distributions():
        for file in distribution.files or ():
            if not str(file).startswith(".."):
                holders[str(file)].add(distribution.name)
    shared = {file: names for file, names in holders.items() if len(names) > 1}
    assert not shared
