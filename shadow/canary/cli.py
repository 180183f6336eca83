"""The verb of the canary. Only click is imported here; the verb imports what it needs."""

import os

import click


@click.command()
@click.option("--door", type=click.Choice(["gateway", "tap"]), default="gateway", show_default=True)
@click.option("--url", default="", help="Base URL to send to, without /v1, when it is not the door's own.")
@click.option("--model", default="", help="Model to ask for; the first that the door offers when left out.")
@click.option("--api-key-env", default="", metavar="NAME", help="Environment variable with production's API key.")
@click.option("--timeout", type=click.FloatRange(1, 3600), default=60.0, show_default=True, help="Whole way, s.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def canary(*, door: str, url: str, model: str, api_key_env: str, timeout: float, as_json: bool) -> None:
    """Send one tiny request the whole way and show where it arrived.

    It is captured whatever the sampling says, answered by every enabled experiment's lanes, and left out of every
    verdict. Exit code 0 when it arrived everywhere, 1 when it did not, 2 when it could not be sent as told.

    \b
    Examples:
      understudy canary
      understudy canary --door tap --json
      understudy canary --url https://llm.example.org --api-key-env LLM_KEY --model llama-3.1-8b
    """
    from proxy.errors import UsageError
    from proxy.exchange import Door
    from shadow.canary.run import Flight, fly
    from shadow.canary.showing import Lines, to_json

    if api_key_env and not os.environ.get(api_key_env):
        message = f"the variable {api_key_env} is not set"
        raise click.BadParameter(message, param_hint="--api-key-env")
    flight = Flight(Door(door), url, model, os.environ.get(api_key_env, ""), timeout)
    lines = Lines(is_silent=as_json)
    try:
        with lines:
            hops, experiments = fly(flight, show=lines.add)
    except UsageError as error:
        raise click.UsageError(str(error)) from error
    if as_json:
        click.echo(to_json(hops, experiments))
    else:
        lines.conclude(hops, experiments)
    raise SystemExit(0 if all(one.is_there for one in hops) else 1)
