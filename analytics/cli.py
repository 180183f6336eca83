"""The `understudy` command: every package's verbs in one place, each imported only when it is called."""

import importlib
import logging
import os
import sys
from collections.abc import Mapping

import click

VERBS: Mapping[str, tuple[str, str]] = {
    "demo": ("analytics.demo.cli:demo", "Run the whole way on simulated deployments and show the verdicts."),
    "plan": ("analytics.planning.cli:plan", "How many examples, hours and dollars a verdict needs, before the run."),
    "validate": ("analytics.validation.cli:validate", "How often the verdict is wrong, on planted regressions."),
    "stack": ("shadow.stack.cli:stack", "Start, show and stop the local stack."),
    "experiment": ("shadow.cli:experiment", "Create, enable and end experiments."),
    "suite": ("shadow.suites.making_cli:suite", "Labelled examples that run through the same lanes."),
    "load": ("shadow.load.cli:load", "Put load on both lanes, or on one URL, and measure them."),
    "agent": ("shadow.agentic.cli:agent", "Let both lanes act as agents in closed worlds."),
    "judge": ("analytics.judging_cli:judge", "Judge stored pairs; list the judges."),
    "watch": ("analytics.watching_cli:watch", "What may be concluded of each gate while an experiment still runs."),
    "decide": ("analytics.decision_cli:decide", "Decide experiments and write the report."),
    "report": ("analytics.report_cli:report", "Write the reports of stored decisions again, and the index."),
    "schedule": ("analytics.schedule_cli:schedule", "Judge, decide, report and deliver at set times."),
    "anonymise": ("proxy.cli:anonymise", "Show what would be masked in a request, and why."),
    "rotate-key": ("proxy.cli:rotate_key", "Make a new key of the pseudonyms."),
    "gateway": ("proxy.cli:gateway", "Inline reverse proxy in front of production."),
    "tap": ("proxy.cli:tap", "Sink for requests that your own proxy mirrors."),
    "intercept": ("proxy.cli:intercept", "mitmproxy for clients whose base URL cannot be changed."),
    "import": ("proxy.cli:import_", "Bring in the requests that a log kept."),
    "capture": ("proxy.cli:capture", "Parse, anonymise and publish what the doors saw."),
    "worker": ("shadow.cli:worker", "Replay enabled experiments on both lanes."),
    "control": ("shadow.cli:control", "Serve the experiments over HTTP."),
    "canary": ("shadow.canary.cli:canary", "Send one tiny request the whole way and show where it arrived."),
    "doctor": ("shadow.doctor.cli:doctor", "Look at every part and say what to do about what is wrong."),
    "migrate": ("shadow.cli:migrate", "Bring ClickHouse's schema to the newest migration."),
    "erase": ("shadow.cli:erase", "Erase all that the store holds of one conversation."),
    "topics": ("proxy.cli:topics", "Create the topics of the log."),
    "simulator": ("shadow.simulator.cli:simulator", "A scripted OpenAI-compatible server; no model."),
}
"""Verb to where its command lives and what `understudy --help` says of it."""


class Verbs(click.Group):
    """A group that imports a verb's module when the verb is called, so that --help stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Every verb, in the order of the table."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Import and return a verb; None when there is none of that name."""
        if cmd_name not in VERBS:
            return None
        module, _, name = VERBS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """The table of verbs, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(verb, words) for verb, (_, words) in VERBS.items()])


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="understudy")
def understudy() -> None:
    """Shadow-test an open-weight candidate on your own traffic: GO, NO-GO or INSUFFICIENT EVIDENCE.

    \b
    Examples:
      understudy demo
      understudy stack up --upstream http://127.0.0.1:8000
      understudy experiment create llama-awq.toml --owner ops@example.org --enable
      understudy judge run llama-awq && understudy decide llama-awq
    """
    logging.basicConfig(
        level=os.environ.get("LOGLEVEL", "INFO").upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("aiokafka").setLevel(logging.WARNING)


def main() -> None:
    """Run the command; our own errors become one line and their exit code."""
    try:
        understudy(prog_name="understudy")
    except ModuleNotFoundError as error:
        top = (error.name or "").partition(".")[0]
        click.echo(f"error: this verb needs the package {top}: install understudy with the extra that has it", err=True)
        sys.exit(69)
    except Exception as error:
        from proxy.errors import UnderstudyError

        if not isinstance(error, UnderstudyError):
            raise
        click.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
