"""The process that `simulator_process` starts: reads a behaviour from its standard input, serves, tells the port."""

import os
import signal
import sys
import threading

from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import serve


def main() -> None:
    """Serve on a free loopback port until standard input closes."""
    behaviour = Behaviour.model_validate_json(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    serve(behaviour, host="127.0.0.1", port=0, ready=lambda port: print(port, flush=True))  # noqa: T201 - the parent reads it


def _end_with_parent() -> None:
    """Stop when the other end of standard input is closed: the parent closed it, or is gone."""
    while os.read(0, 4096):
        pass
    signal.raise_signal(signal.SIGTERM)


if __name__ == "__main__":
    main()
