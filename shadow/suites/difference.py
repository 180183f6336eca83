"""What two suites do not have in common."""

from dataclasses import dataclass

from shadow.suites.suite import Suite


@dataclass(frozen=True, slots=True)
class Difference:
    """Ids of examples: only in the second suite, only in the first, and in both with other contents."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether both suites hold the same examples."""
        return not (self.added or self.removed or self.changed)


def differ(first: Suite, second: Suite) -> Difference:
    """What became of the first suite in the second."""
    before = {example.id: example for example in first.examples}
    after = {example.id: example for example in second.examples}
    return Difference(
        added=tuple(one for one in after if one not in before),
        removed=tuple(one for one in before if one not in after),
        changed=tuple(one for one, example in after.items() if one in before and before[one] != example),
    )
