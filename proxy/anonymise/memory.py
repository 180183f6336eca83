"""A bounded memory: what was used longest ago is forgotten first. Safe to share between threads."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock


@dataclass(slots=True)
class Memory[K, V]:
    """Values by key, up to a total weight.

    Attributes:
        capacity: Largest sum of weights, at least 1; a heavier single value is not kept.
        weigh: Weight of a value, at least 1.
    """

    capacity: int
    weigh: Callable[[V], int]
    _held: OrderedDict[K, V] = field(default_factory=OrderedDict)
    _weight: int = 0
    _lock: Lock = field(default_factory=Lock)

    def get(self, key: K) -> V | None:
        """The value, now the last to be forgotten; None when it is not held."""
        with self._lock:
            value = self._held.get(key)
            if value is not None:
                self._held.move_to_end(key)
            return value

    def put(self, key: K, value: V) -> None:
        """Hold a value in place of what the key had, and forget others until all fit."""
        with self._lock:
            if key in self._held:
                self._weight -= self.weigh(self._held.pop(key))
            self._held[key] = value
            self._weight += self.weigh(value)
            while self._weight > self.capacity:
                _, forgotten = self._held.popitem(last=False)
                self._weight -= self.weigh(forgotten)

    def __len__(self) -> int:
        return len(self._held)
