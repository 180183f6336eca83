import gc
from collections.abc import Iterator

import pytest

from proxy.heap import settle_heap


@pytest.fixture(autouse=True)
def _collector_as_it_was() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def test_what_was_loaded_before_is_not_looked_at_again() -> None:
    kept = [[number] for number in range(10_000)]
    settle_heap()
    assert gc.get_freeze_count() > len(kept)
    assert len(gc.get_objects()) < len(kept)


def test_what_comes_after_is_still_freed_when_it_refers_to_itself() -> None:
    settle_heap()
    loop: list[object] = []
    loop.append(loop)
    del loop
    assert gc.collect() >= 1
