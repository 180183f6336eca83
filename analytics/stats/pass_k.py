"""pass^k: how likely an agent is to solve a task every time."""

from collections.abc import Sequence
from statistics import fmean


def pass_hat_k(solved: int, *, trials: int, k: int) -> float:
    """Unbiased estimate of the probability that k independent trials of a task are all solved.

    Args:
        solved: Solved trials, at most `trials`.
        k: At most `trials`.

    Raises:
        ValueError: not 1 <= k <= trials, or solved is out of range.

    Source: Yao et al. 2024, tau-bench: C(solved, k) / C(trials, k), to be averaged over the tasks.
    """
    if not 1 <= k <= trials or not 0 <= solved <= trials:
        message = f"pass^{k} of {solved} solved in {trials} trials is not defined"
        raise ValueError(message)
    estimate = 1.0
    for drawn in range(k):
        estimate *= max(solved - drawn, 0) / (trials - drawn)
    return estimate


def mean_pass_hat(tasks: Sequence[tuple[int, int]]) -> tuple[float, ...]:
    """pass^1, pass^2 and so on, each over all tasks, up to the trials that every task has; empty without tasks.

    Args:
        tasks: Solved trials and trials of each task.
    """
    most = min((trials for _, trials in tasks), default=0)
    return tuple(fmean(pass_hat_k(solved, trials=trials, k=k) for solved, trials in tasks) for k in range(1, most + 1))
