"""The verb `simulator`. Only click is imported here."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from shadow.simulator.behaviour import Behaviour


@click.command()
@click.option("--model", required=True, help="Model name that requests must carry.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8000, show_default=True, help="0 takes a free port.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed draws other wordings and faults.")
@click.option(
    "--script",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="Rules in TOML that word the replies.",
)
@click.option(
    "--answers",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="Suite whose references are known by heart.",
)
@click.option(
    "--agent",
    type=click.Choice(["recovers", "retries", "gives_up", "loops", "wanders"]),
    default=None,
    help="Act out the tasks of the agentic suite in this manner.",
)
@click.option("--agent-seed", type=int, default=1, show_default=True, help="Seed of that suite.")
@click.option("--ttft-ms", type=float, default=50.0, show_default=True, help="Median time to the first token.")
@click.option("--ttft-sigma", type=float, default=0.0, show_default=True, help="Its lognormal spread; 0 is exact.")
@click.option("--itl-ms", type=float, default=5.0, show_default=True, help="Median time between tokens.")
@click.option("--itl-sigma", type=float, default=0.0, show_default=True, help="Its lognormal spread; 0 is exact.")
@click.option("--fault", "faults", multiple=True, metavar="NAME=RATE", help="A fault and its rate; may be repeated.")
@click.option("--context-tokens", type=int, default=32_768, show_default=True, help="Longest prompt and reply.")
@click.option(
    "--max-num-seqs", type=int, default=None, help="Requests answered at once; the others wait. Default: no bound."
)
@click.option("--quantisation", default="none", show_default=True, help="Label that /metrics reports.")
def simulator(*, host: str, port: int, faults: tuple[str, ...], **fields: object) -> None:
    """Serve an OpenAI-compatible API without a model: scripted replies, exact times, known faults.

    Faults: refusal, truncation, broken_json, wrong_number, negation, repetition, wrong_tool, extra_argument,
    leaked_prompt, http_500, hang, half_event, slow_start. A rate is a share of the replies that the fault can
    apply to. Every reply carries the header x-understudy-simulator.

    \b
    Examples:
      understudy simulator --model support --script support.toml
      understudy simulator --model broken --port 8001 --fault wrong_number=0.2 --fault hang=0.01
      understudy simulator --model perfect --answers heldout.jsonl
      understudy simulator --model slow --ttft-ms 400 --ttft-sigma 0.3 --itl-ms 20
    """
    from shadow.simulator.serving import serve

    behaviour = _behaviour(faults, fields)
    serve(behaviour, host=host, port=port, ready=lambda bound: click.echo(f"simulating on http://{host}:{bound}"))


def _behaviour(faults: tuple[str, ...], fields: dict[str, object]) -> "Behaviour":
    from pydantic import ValidationError

    from proxy.errors import UsageError
    from shadow.simulator.behaviour import Behaviour

    rates = dict(_rate(fault) for fault in faults)
    try:
        return Behaviour.model_validate(fields | {"faults": rates})
    except ValidationError as error:
        wrong = "; ".join(": ".join([*map(str, e["loc"]), e["msg"]]) for e in error.errors(include_input=False))
        message = f"no such behaviour: {wrong}"
        raise UsageError(message) from None


def _rate(fault: str) -> tuple[str, str]:
    name, equals, rate = fault.partition("=")
    if not equals:
        raise click.BadParameter("write a fault as NAME=RATE, such as refusal=0.1", param_hint="--fault")
    return name.strip(), rate.strip()
