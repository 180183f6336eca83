"""Verbs that make suites out of files, traffic and labels, and that look at them. Only click is imported here."""

from datetime import datetime
from pathlib import Path

import click

from shadow.suites.cli import suite

__all__ = ["suite"]

_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_new = click.Path(dir_okay=False, writable=True, path_type=Path)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_FORMATS = ("xstest", "ifeval", "bfcl", "gsm8k", "tau-bench", "garak", "pyrit", "openai-evals", "hugging-face")


@suite.command("import")
@click.argument("form", metavar="FORMAT", type=click.Choice(_FORMATS))
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.argument("file", type=_new)
@click.option("--answers", type=_file, default=None, help="File of the right answers (bfcl).")
@click.option("--category", default="", help="Category of all examples.")
@click.option("--danger", default="", help="Dangerous category that the probes count for.")
@click.option(
    "--column", "columns", multiple=True, metavar="WHAT=NAME", help="Column of prompt, reference, category, id."
)
@click.option("--max-tokens", type=click.IntRange(1, 131_072), default=512, show_default=True, help="Output bound.")
@_as_json
def import_(
    form: str,
    source: Path,
    file: Path,
    *,
    answers: Path | None,
    category: str,
    danger: str,
    columns: tuple[str, ...],
    max_tokens: int,
    as_json: bool,
) -> None:
    """Make a suite of somebody else's file; what cannot be used is counted by reason.

    \b
    Examples:
      understudy suite import gsm8k test.jsonl sums.jsonl
      understudy suite import bfcl BFCL_v4_simple_python.json tools.jsonl --answers possible_answer.json
      understudy suite import hugging-face my_dataset/ mine.jsonl --column prompt=q --column reference=a
      understudy suite import garak prompts.txt probes.jsonl --danger injection
    """
    import json

    from shadow.suites.importers.formats import import_suite
    from shadow.suites.importers.found import Options

    wrong = [one for one in columns if "=" not in one]
    if wrong:
        raise click.BadParameter("write a column as WHAT=NAME, such as prompt=question", param_hint="--column")
    named = {what: name for what, _, name in (one.partition("=") for one in columns)}
    options = Options(answers=answers, category=category, danger=danger, columns=named, max_tokens=max_tokens)
    found = import_suite(form, source, as_name=file.stem, options=options)
    found.suite.save(file)
    told = {"suite": found.suite.id, "examples": len(found.suite.examples), "skipped": dict(found.skipped)}
    click.echo(json.dumps(told) if as_json else _told(told, file=file))


@suite.command("build")
@click.argument("file", type=_new)
@click.option("--from-traffic", is_flag=True, required=True, help="From the live exchanges that the store holds.")
@click.option("--size", type=click.IntRange(1, 100_000), default=500, show_default=True, help="Examples wanted.")
@click.option("--held-out-ratio", "ratio", type=click.FloatRange(0, 1, min_open=True), default=0.2, show_default=True,
              help="Share of conversations that may enter.")  # fmt: skip
@click.option("--salt", default="understudy", show_default=True, help="Of the split; keep it with the project.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed draws other members.")
@click.option(
    "--since", type=click.DateTime(), default=None, help="Captured from then on, UTC; 30 days ago when left out."
)
@click.option("--until", type=click.DateTime(), default=None, help="Captured before, UTC; now when left out.")
@_as_json
def build(
    file: Path,
    *,
    from_traffic: bool,
    size: int,
    ratio: float,
    salt: str,
    seed: int,
    since: datetime | None,
    until: datetime | None,
    as_json: bool,
) -> None:
    """Draw a suite from your own traffic, stratified by category, route, language and length.

    Only conversations that their hash holds out may enter, and near duplicates stay out. The baseline's answer is the
    provisional reference: export the suite for labelling before you trust it. A lock beside the file notes the version.

    \b
    Examples:
      understudy suite build --from-traffic mine.jsonl --size 800
      understudy suite build --from-traffic july.jsonl --since 2026-07-01 --until 2026-08-01
    """
    import json
    from datetime import UTC, timedelta

    from shadow.suites.building import build_from_traffic
    from shadow.suites.main import open_store
    from shadow.suites.traffic import Wanted

    assert from_traffic  # noqa: S101 -- click demands the flag
    now = datetime.now(UTC)
    begin = since.replace(tzinfo=UTC) if since else now - timedelta(days=30)
    end = until.replace(tzinfo=UTC) if until else now
    wanted = Wanted(name=file.stem, size=size, ratio=ratio, salt=salt, seed=seed)
    with open_store() as store:
        built = build_from_traffic(store, wanted, since=begin, until=end, file=file)
    told = {"suite": built.suite.id, "examples": len(built.suite.examples), "skipped": dict(built.left_out)}
    click.echo(json.dumps(told) if as_json else _told(told, file=file))


@suite.command("export")
@click.argument("name")
@click.argument("file", type=_new)
@click.option("--for-labels", is_flag=True, help="A sheet for annotators, CSV or JSONL by the file's ending.")
def export(name: str, file: Path, *, for_labels: bool) -> None:
    """Write a suite (a file, or the id of one that was run) as JSONL, or as a sheet for people to label.

    \b
    Examples:
      understudy suite export held-out-7@3f2a9c5d1e7b again.jsonl
      understudy suite export mine.jsonl sheet.csv --for-labels
    """
    from shadow.suites.labels import sheet
    from shadow.suites.main import find_suite

    found = find_suite(name)
    if for_labels:
        file.write_text(sheet(found, as_csv=file.suffix == ".csv"), "utf-8", newline="")
    else:
        found.save(file)
    click.echo(f"{len(found.examples)} examples of {found.id} written to {file}")


@suite.command("label")
@click.argument("name")
@click.argument("sheets", nargs=-1, required=True, type=_file)
@click.option("--to", "file", type=_new, required=True, help="File of the labelled suite.")
@_as_json
def label(name: str, sheets: tuple[Path, ...], *, file: Path, as_json: bool) -> None:
    """Bring labels back: confirmed and corrected references stay, disputed and unlabelled examples go.

    Each row has id, annotator and verdict (right, wrong or unsure), and an answer where the reference is wrong.

    \b
    Example:
      understudy suite label mine.jsonl anna.csv ben.csv --to labelled.jsonl
    """
    import json

    from shadow.suites.labels import apply_labels, read_labels
    from shadow.suites.main import find_suite

    done = apply_labels(find_suite(name), read_labels(sheets))
    done.suite.save(file)
    told = {"examples": len(done.suite.examples), "outcomes": done.outcomes}
    words = ", ".join(f"{count} {outcome}" for outcome, count in done.outcomes.items())
    click.echo(json.dumps(told) if as_json else f"{told['examples']} examples written to {file}: {words}")


@suite.command("agreement")
@click.argument("sheets", nargs=-1, required=True, type=_file)
@_as_json
def agreement(sheets: tuple[Path, ...], *, as_json: bool) -> None:
    """Tell how far annotators agree: share of pairs, Cohen's and Fleiss' kappa, Krippendorff's alpha.

    \b
    Example:
      understudy suite agreement anna.csv ben.csv cleo.csv
    """
    import json
    from dataclasses import asdict

    from shadow.suites.agreement import agreement_of
    from shadow.suites.labels import ratings_of, read_labels

    found = asdict(agreement_of(ratings_of(read_labels(sheets))))
    if as_json:
        click.echo(json.dumps(found))
    else:
        for name, value in found.items():
            shown = "not defined" if value is None else f"{value:.3f}" if isinstance(value, float) else value
            click.echo(f"{name:12} {shown}")


@suite.command("contamination")
@click.argument("name")
@click.argument("texts", nargs=-1, required=True, type=_file)
@click.option("--run", type=click.IntRange(3, 50), default=13, show_default=True, help="Words in a row that count.")
@_as_json
def contamination(name: str, texts: tuple[Path, ...], *, run: int, as_json: bool) -> None:
    """Look for a suite's words and canaries in training or prompt text. Exit code 1 when some are there.

    \b
    Example:
      understudy suite contamination mine.jsonl train-00.txt train-01.txt prompts.txt
    """
    import json
    from dataclasses import asdict

    from shadow.suites.contamination import contamination_of
    from shadow.suites.importers.found import read_text
    from shadow.suites.main import find_suite

    found = contamination_of(find_suite(name), map(read_text, texts), run=run)
    if as_json:
        click.echo(json.dumps(asdict(found)))
    else:
        for one in found.overlaps:
            canary = ", and its canary" if one.has_canary else ""
            click.echo(f"{one.example_id}: {one.share:.0%} of its runs of {run} words{canary}")
        click.echo(f"{len(found.overlaps)} of {found.checked} examples; {found.too_short} are too short to tell")
    raise SystemExit(1 if found.overlaps else 0)


def _told(told: dict[str, object], *, file: Path) -> str:
    skipped = told["skipped"]
    lines = [f"{told['suite']} written to {file}: {told['examples']} examples"]
    lines += [f"  left out, {why}: {count}" for why, count in skipped.items()] if isinstance(skipped, dict) else []
    return "\n".join(lines)
