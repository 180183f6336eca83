"""The stack's life: up, down, and for the length of a `with` block."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from proxy.errors import UsageError
from shadow.stack.plan import Plan, Wanted, plan_stack
from shadow.stack.processes import Running, StackState, StateFile, end, start


def bring_up(
    wanted: Wanted, *, announce: Callable[[str], None] = lambda _name: None, plan: Plan | None = None
) -> StackState:
    """Start every service of the plan; when one fails, those before it are ended again.

    Args:
        announce: Told each service's name before it starts.

    Raises:
        UsageError: a stack of this state folder runs already.
        Unavailable: a service did not start.
    """
    file = StateFile(wanted.folder)
    if any(one.is_up for one in file.read().services):
        message = f"a stack runs in {wanted.folder}: see `understudy stack status`, end it with `understudy stack down`"
        raise UsageError(message)
    chosen = plan or plan_stack(wanted)
    state = StackState((), chosen.environment)
    try:
        for service in chosen.services:
            announce(service.name)
            running = start(service, folder=wanted.folder, environment=chosen.environment)
            if running is not None:
                state = StackState((*state.services, running), chosen.environment)
                file.write(state)
    except BaseException:
        bring_down(wanted.folder)
        raise
    return state


def bring_down(folder: Path) -> list[Running]:
    """End every service, the last started first, so that what is under way is written before its store ends.

    Returns:
        The services that were still up.
    """
    file = StateFile(folder)
    ended = [one for one in reversed(file.read().services) if end(one)]
    file.remove()
    return ended


@contextmanager
def running_stack(wanted: Wanted, *, announce: Callable[[str], None] = lambda _name: None) -> Iterator[StackState]:
    """A stack for the length of the block."""
    state = bring_up(wanted, announce=announce)
    try:
        yield state
    finally:
        bring_down(wanted.folder)
