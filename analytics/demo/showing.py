"""What the demo prints when it is over: the table, where the reports are, and whether anything personal was found."""

from collections.abc import Mapping

from rich.console import Console

from analytics.decide.decision import Decision
from analytics.demo.run import Outcome, Search
from analytics.verdict_table import show_verdicts
from judges.fault import OK


def show_outcome(outcome: Outcome, *, stories: Mapping[str, str], console: Console) -> None:
    """Print it all."""
    console.print()
    show_verdicts(outcome.written, console=console)
    told = "; ".join(f"{candidate} is {story}" for candidate, story in stories.items())
    console.print(f"What was planted: {told}.", highlight=False)
    for one in outcome.written:
        console.print(f"What was found in {found_faults(one.decision)}.", highlight=False)
    calls = ", ".join(f"{count} {how}" for how, count in sorted(outcome.ends.items()))
    console.print(f"Production's calls through the gateway: {calls}.", highlight=False)
    _show_search(outcome.search, console=console)
    console.print(f"All candidates on one page: {outcome.index}", soft_wrap=True, highlight=False)
    console.print(f"Done in {outcome.elapsed_s:.0f} s.", highlight=False)


def found_faults(decision: Decision) -> str:
    """The failures of a candidate by label, the most frequent first, each with the baseline's count beside it."""
    candidate, baseline = (decision.failure_mix.get(lane, {}) for lane in ("candidate", "baseline"))
    failures = sorted(((count, label) for label, count in candidate.items() if label != OK), reverse=True)
    told = ", ".join(f"{count} {label} (baseline {baseline.get(label, 0)})" for count, label in failures)
    return f"{decision.candidate.deployment_id}: {told or 'no failure'}"


def _show_search(search: Search, *, console: Console) -> None:
    where = f"{search.records} Kafka records, {search.rows} ClickHouse rows and {search.logs} logs"
    looked = f"Looked for {search.planted} planted pieces of personal data in {where}"
    if not search.hits:
        console.print(f"[green]{looked}: none found.[/green]", highlight=False)
        return
    kinds = ", ".join(sorted({str(hit.planted.kind) for hit in search.hits}))
    console.print(f"[bold red]{looked}: {len(search.hits)} FOUND ({kinds}). This is a bug.[/bold red]", highlight=False)
