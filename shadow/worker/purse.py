"""The budget of an experiment against what all its workers spent.

The replays in the store are the books: each row says what it cost, whichever worker sent it and however that worker
ended. To their sum a worker adds what it did since and the store has not taken yet. What other workers have not stored
yet is missing for as long as a batch waits, so a budget may be overrun by that, and by what is in flight.
"""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractContextManager

from shadow.deployment import Deployment
from shadow.experiment import Experiment
from shadow.replay import Replay
from shadow.worker.busy import BusyClock
from shadow.worker.halt import Halt, HaltReason
from shadow.worker.spend import Spend, Work, output_tokens_of, spend_of

type ReadWork = Callable[[], Awaitable[Mapping[str, Work]]]
"""What the stored replays say that each deployment did, by its id. Raises Unavailable."""


class Purse:
    """What is left of one experiment's budget.

    Args:
        clock: Seconds since the epoch.
    """

    def __init__(self, experiment: Experiment, *, clock: Callable[[], float] = time.time) -> None:
        self._budget = experiment.budget
        self._deployments = {one.deployment_id: one for one in (experiment.baseline, experiment.candidate)}
        self._busy = {name: BusyClock(clock=clock) for name in self._deployments}
        self._read: Mapping[str, Work] = {}
        self._settled: Counter[tuple[str, str]] = Counter()
        self._stored: Counter[tuple[str, str]] = Counter()
        self._stored_when_read: Counter[tuple[str, str]] = Counter()

    @property
    def has_budget(self) -> bool:
        """Whether anything bounds the spend."""
        budget = self._budget
        return any(bound is not None for bound in (budget.output_tokens, budget.gpu_seconds, budget.usd))

    def running(self, deployment: Deployment) -> AbstractContextManager[None]:
        """A replay is in flight for the length of the block."""
        return self._busy[deployment.deployment_id].running()

    def settle(self, replays: Iterable[Replay]) -> None:
        """These replays ended."""
        self._settled.update(_tokens(replays))

    def store(self, replays: Iterable[Replay]) -> None:
        """The store has the rows of these replays."""
        self._stored.update(_tokens(replays))

    async def refresh(self, read: ReadWork) -> None:
        """Read the sum of all workers; nothing may be stored meanwhile, or it would be counted twice.

        Raises:
            Unavailable: the store does not answer; the last sum holds on.
        """
        self._read = await read()
        self._stored_when_read = self._stored.copy()

    @property
    def spent(self) -> Spend:
        """The spend of all workers, as far as this one knows."""
        return sum((spend_of(self._work(name), one) for name, one in self._deployments.items()), start=Spend())

    def _work(self, name: str) -> Work:
        known = self._read.get(name, Work())
        return Work(
            prompt_tokens=known.prompt_tokens + self._since_read(name, "prompt"),
            output_tokens=known.output_tokens + self._since_read(name, "output"),
            busy_s=known.busy_s + self._busy[name].seconds_after(known.busy_until_s),
        )

    def _since_read(self, name: str, kind: str) -> int:
        return self._settled[name, kind] - self._stored_when_read[name, kind]

    def halt(self) -> Halt | None:
        """Why no more may be sent, or None."""
        spent = self.spent
        for reason, used, bound, unit in (
            (HaltReason.OUTPUT_TOKENS, spent.output_tokens, self._budget.output_tokens, "output tokens"),
            (HaltReason.GPU_SECONDS, spent.gpu_seconds, self._budget.gpu_seconds, "GPU-seconds"),
            (HaltReason.USD, spent.usd, self._budget.usd, "US dollars"),
        ):
            if bound is not None and used >= bound:
                return Halt(reason, f"the budget of {bound:g} {unit} is spent ({used:.6g} used)")
        return None


def _tokens(replays: Iterable[Replay]) -> Counter[tuple[str, str]]:
    found = Counter[tuple[str, str]]()
    for replay in replays:
        found[replay.deployment_id, "prompt"] += replay.reply.usage.prompt_tokens or 0
        found[replay.deployment_id, "output"] += output_tokens_of(replay)
    return found
