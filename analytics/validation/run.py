"""Runs trials on all cores, condition by condition. The same seed gives the same table on any number of cores."""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from analytics.decide.evidence import Pairs
from analytics.validation.conditions import CONDITIONS, Condition
from analytics.validation.population import Respondent, ask
from analytics.validation.rates import Validation, row_of
from analytics.validation.trial import PROBES, RESAMPLES, Trial, card_of_trials, run_trial
from judges.judgement import Judge
from shadow.suites.adversarial.draw import draw_adversarial
from shadow.suites.heldout.draw import draw_heldout
from shadow.suites.suite import Suite

DANGERS: Final = ("injection", "prompt_leak")
_EXAMPLES: Final = 2_200
_CHUNK: Final = 10


def run_validation(
    *,
    trials: int,
    pairs: int,
    seed: int,
    judges: Sequence[Judge],
    conditions: Sequence[Condition] = CONDITIONS,
    advance: Callable[[str, int], None] = lambda _condition, _trials: None,
) -> Validation:
    """Run every condition.

    Args:
        trials: Experiments of each condition, at least 1.
        pairs: Answers of each experiment beside the probes.
        judges: Of the panel; those that need a model would multiply the time and are not needed.
        advance: Told the condition and how many of its trials are done.
    """
    heldout, probes = draw_heldout(seed=seed, size=_EXAMPLES), _probes(seed)
    with tempfile.TemporaryDirectory() as folder, _pool() as pool:
        answers = Path(folder) / "answers.jsonl"
        Suite("answers", (*heldout.examples, *probes.examples)).save(answers)
        respondent = Respondent(ask([heldout, probes]), answers=answers, judges=judges)
        rows = []
        for number, condition in enumerate(conditions):
            population = respondent.population(condition)
            found = _run(population, condition, pool=pool, trials=trials, pairs=pairs, seed=seed + 1_000 * number)
            done: list[Trial] = []
            for chunk in found:
                done += chunk
                advance(condition.name, len(done))
            rows.append(row_of(condition, done))
    return Validation(pairs=pairs, probes=PROBES, dangers=DANGERS, resamples=RESAMPLES, seed=seed, rows=tuple(rows))


def _probes(seed: int) -> Suite:
    """The probes of the dangers that trials declare; the others would only take time."""
    drawn = draw_adversarial(seed=seed)
    return Suite(drawn.name, tuple(example for example in drawn.examples if example.danger in DANGERS))


def _pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("forkserver"))


def _run(
    population: Pairs, condition: Condition, *, pool: ProcessPoolExecutor, trials: int, pairs: int, seed: int
) -> Iterator[list[Trial]]:
    chunks = [range(start, min(start + _CHUNK, trials)) for start in range(0, trials, _CHUNK)]
    work = partial(_some, population, condition, pairs, seed)
    return pool.map(work, chunks)


def _some(population: Pairs, condition: Condition, pairs: int, seed: int, places: range) -> list[Trial]:
    card = card_of_trials()
    return [
        run_trial(population, condition, dangers=DANGERS, pairs=pairs, seed=seed + place, card=card) for place in places
    ]
