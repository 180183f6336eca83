"""A run of a plan as lines for a terminal or a log."""

from analytics.schedule.run import ExperimentRun, Run


def line_of(run: Run) -> str:
    """The plan's time, then one line per experiment and one per delivery that failed."""
    lines = [f"{run.due.planned_at:%Y-%m-%d %H:%M %Z} {run.plan}{': ' if run.due.note else ''}{run.due.note}"]
    for one in run.experiments:
        lines.append(f"  {one.experiment_id}: {_outcome(one)}")
        lines += [f"    {it.channel} failed: {it.detail}" for it in one.deliveries if not it.is_delivered]
    return "\n".join(lines)


def _outcome(one: ExperimentRun) -> str:
    if one.error:
        return f"not decided, {one.error}: {one.detail}"
    reached = ", ".join(it.channel for it in one.deliveries if it.is_delivered)
    new = " (another verdict than before)" if one.verdict_changed else ""
    return f"{one.verdict}{new}, {one.report}" + (f", delivered by {reached}" if reached else "")
