import urllib.request
from importlib.resources import files
from pathlib import Path

import pytest

from analytics.demo.fleet import Served, running, simulated
from proxy.errors import Unavailable
from tests.records import deployment


def test_a_fleet_answers_while_it_runs_and_not_after(tmp_path: Path) -> None:
    script = Path(str(files("analytics.demo") / "scripts" / "support.toml"))
    fleet = [simulated(name, script=script, options={"fault": "refusal=0.1,hang=0.1"}) for name in ("one", "two")]
    with running(fleet, folder=tmp_path, start_timeout_s=30) as deployments:
        assert set(deployments) == {"one", "two"}
        for served in deployments.values():
            with urllib.request.urlopen(f"{served.base_url}/version", timeout=5) as answer:
                assert b"understudy-simulator" in answer.read()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(deployments["one"].base_url, timeout=5)


def test_a_deployment_that_cannot_start_says_why_and_ends_the_others(tmp_path: Path) -> None:
    fleet = [Served(deployment("broken"), ["python3", "-c", "print('no weights'); raise SystemExit(3)"])]
    with pytest.raises(Unavailable, match="no weights"), running(fleet, folder=tmp_path, start_timeout_s=30):
        pass
