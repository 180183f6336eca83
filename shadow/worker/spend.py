"""What replays cost: output tokens, GPU-seconds and US dollars, of what a deployment did for an experiment."""

from dataclasses import dataclass

from shadow.deployment import Deployment
from shadow.replay import Replay

_TOKENS_PER_PRICE = 1e6
_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Work:
    """What a deployment did for an experiment, over all lanes that it answered.

    Attributes:
        busy_s: Wall seconds in which at least one replay was in flight, by whatever worker.
        busy_until_s: End of the last of them, seconds since the epoch; 0 when there was none.
    """

    prompt_tokens: int = 0
    output_tokens: int = 0
    busy_s: float = 0.0
    busy_until_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Spend:
    """What an experiment used up; `usd` is 0 for deployments without a price."""

    output_tokens: int = 0
    gpu_seconds: float = 0.0
    usd: float = 0.0

    def __add__(self, other: "Spend") -> "Spend":
        return Spend(
            output_tokens=self.output_tokens + other.output_tokens,
            gpu_seconds=self.gpu_seconds + other.gpu_seconds,
            usd=self.usd + other.usd,
        )


def spend_of(work: Work, deployment: Deployment) -> Spend:
    """The work in the units of a budget, by the deployment's GPUs and its one price."""
    gpu_seconds = work.busy_s * deployment.gpus
    by_token = deployment.price_usd_per_million_tokens or 0.0
    by_hour = deployment.price_usd_per_gpu_hour or 0.0
    return Spend(
        output_tokens=work.output_tokens,
        gpu_seconds=gpu_seconds,
        usd=(work.prompt_tokens + work.output_tokens) / _TOKENS_PER_PRICE * by_token
        + gpu_seconds / _SECONDS_PER_HOUR * by_hour,
    )


def output_tokens_of(replay: Replay) -> int:
    """Output tokens as the server counted them; of a reply that broke off before its count, its output events.

    An event carries one token or more, so this is the least that was spent.
    """
    counted = replay.reply.usage.completion_tokens
    if counted is not None:
        return counted
    return len(replay.timings.itl_ms) + (replay.timings.ttft_ms is not None)
