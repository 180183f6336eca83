"""The whole way on the embedded stack, small: what `understudy demo` does, seen from what it leaves behind."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from rich.progress import Progress

from analytics.decide.decision import Decision, Verdict
from analytics.demo.run import run_demo
from analytics.demo.scenario import simulated_scenario
from analytics.demo.traffic import demo_traffic
from shadow.stack.brokers import BrokerKind

ROOT = Path(__file__).parents[2]


@pytest.mark.e2e
@pytest.mark.timeout(400)
def test_the_whole_way_tells_the_three_candidates_apart(tmp_path: Path) -> None:
    """Gateway, anonymiser, Kafka, workers, ClickHouse, judges, decision and report, with no part left out."""
    scenario = simulated_scenario(seed=11, folder=tmp_path)
    small = replace(
        scenario,
        traffic=demo_traffic(seed=11, count=150, rate_per_s=6.0, model=scenario.upstream),
        suite_size=75,
        suite_rate_per_s=3.0,
    )
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    with Progress(disable=True) as progress:
        outcome = run_demo(small, folder=tmp_path, broker=BrokerKind.TANSU, progress=progress)

    assert outcome.ends == {"ok": 150}
    assert outcome.search.planted > 20
    assert outcome.search.records > 300
    assert outcome.search.hits == ()
    decisions = {one.decision.candidate.deployment_id: one.decision for one in outcome.written}
    coverage = decisions["support-good"].coverage
    assert coverage["seen"] == coverage["published"] == coverage["stored"] == 150
    assert {name: one.pairs for name, one in decisions.items()} == dict.fromkeys(decisions, 225)
    assert decisions["support-good"].verdict is Verdict.INSUFFICIENT
    _assert_slow(decisions["support-slow"])
    assert decisions["support-regressed"].failure_mix["candidate"].get("format_error", 0) > 0
    for one in outcome.written:
        stored = json.loads((one.report.parent / "decision.json").read_text("utf-8"))
        assert stored["verdict"] == one.decision.verdict
        assert one.report.read_text("utf-8").startswith("<!DOCTYPE html>")
    left = {child.pid for child in psutil.Process().children(recursive=True)} - before
    assert left == set()


def _assert_slow(decision: Decision) -> None:
    """NO-GO by its first-token times; on a machine too busy to measure them, the verdict must say so instead."""
    if all(check.passed for check in decision.validity):
        assert decision.verdict is Verdict.NO_GO
        assert decision.deciding_metric == "G1 P95 TTFT"
    else:
        assert decision.verdict is Verdict.INSUFFICIENT
        assert decision.deciding_metric.startswith("validity: self-check")


@pytest.mark.vllm
@pytest.mark.timeout(1400)
def test_real_vllm_end_to_end_catches_the_broken_candidate(tmp_path: Path) -> None:
    """As `make demo-vllm`; needs UNDERSTUDY_TEST_VLLM_PYTHON, the interpreter of the vLLM environment."""
    python = os.environ.get("UNDERSTUDY_TEST_VLLM_PYTHON")
    if not python:
        pytest.fail("UNDERSTUDY_TEST_VLLM_PYTHON is not set; run `make test-vllm`")
    command = [sys.executable, "-m", "analytics.cli", "demo", "--vllm", python, "--folder", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=1300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    decisions = [json.loads(file.read_text("utf-8")) for file in tmp_path.glob("2*/reports/*/decision.json")]
    by_name = {decision["candidate"]["deployment_id"]: decision for decision in decisions}
    broken, whole = by_name["smollm2-2bit"], by_name["smollm2-8bit"]
    assert _gate(broken, "G2") == "FAIL"
    assert _gate(whole, "G2") != "FAIL"
    assert whole["verdict"] != "NO-GO"
    assert broken["verdict"] == "NO-GO" or not all(check["passed"] for check in broken["validity"])
    assert broken["candidate"]["engine"] == "vllm"
    assert broken["candidate"]["engine_version"]


def _gate(decision: dict[str, Any], name: str) -> str:
    return next(str(gate["status"]) for gate in decision["gates"] if gate["gate"] == name)
