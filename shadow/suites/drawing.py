"""Draws a suite from a catalogue of templates: categories take turns, and within each its templates."""

import json
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from random import Random

from proxy.errors import UsageError
from shadow.suites.example import Example
from shadow.suites.suite import Suite
from shadow.suites.template import Catalogue, Template

_TRIES = 400


def draw(catalogue: Catalogue, *, name: str, seed: int, size: int, turns: Sequence[str] = ()) -> Suite:
    """A suite of `size` different questions; the same seed, the same suite.

    Args:
        size: Number of examples, at least 1.
        turns: Categories in the order of their turns, again and again; each once when left out.

    Raises:
        UsageError: `size` is below 1 or above what the templates can word differently.
    """
    if size < 1:
        message = f"a suite needs at least 1 example, not {size}"
        raise UsageError(message)
    rng = Random(seed)  # noqa: S311 -- a repeatable draw is the point, not secrecy
    seen: set[str] = set()
    drawn = islice(_turns(catalogue, turns=turns or tuple(catalogue)), size)
    examples = [
        _example(category, template, rng=rng, seen=seen, number=place + 1)
        for place, (category, template) in enumerate(drawn)
    ]
    return Suite(name=name, examples=tuple(examples))


def _turns(catalogue: Catalogue, *, turns: Sequence[str]) -> Iterator[tuple[str, Template]]:
    """Whose turn it is, for ever: categories in their order, the templates of each one after the other."""
    templates = {category: cycle(catalogue[category]) for category in catalogue}
    for category in cycle(turns):
        yield category, next(templates[category])


def _example(category: str, template: Template, *, rng: Random, seen: set[str], number: int) -> Example:
    for _ in range(_TRIES):
        fields = template(rng)
        question = json.dumps(fields["messages"])
        if question not in seen:
            seen.add(question)
            family = template.__name__.strip("_")
            own = {"id": f"{category}-{number:04d}", "category": category, "family": family, "language": "en"}
            return Example.model_validate(own | fields)
    message = f"no new question left for example {number} ({category}); draw a smaller suite"
    raise UsageError(message)
