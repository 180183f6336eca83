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

from analytics.decide.decision import Decision, GateStatus, Verdict
from analytics.decide.validity import SELF_CHECK
from analytics.demo.run import Outcome, run_demo
from analytics.demo.scenario import Scenario, simulated_scenario
from analytics.demo.traffic import demo_traffic
from shadow.stack.brokers import BrokerKind

ROOT = Path(__file__).parents[2]


@pytest.mark.e2e
@pytest.mark.timeout(600)
def test_the_whole_way_tells_the_three_candidates_apart(tmp_path: Path) -> None:
    """Gateway, anonymiser, Kafka, workers, ClickHouse, judges, decision and report, with no part left out."""
    scenario = simulated_scenario(seed=11, folder=tmp_path)
    traffic = demo_traffic(seed=11, count=150, rate_per_s=6.0, model=scenario.upstream)
    small = replace(scenario, traffic=traffic, suite_rate_per_s=12.0)
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    outcome = _run(small, tmp_path)

    assert outcome.ends == {"ok": 150}
    assert outcome.search.planted > 20
    assert outcome.search.records > 300
    assert outcome.search.hits == ()
    decisions = {one.decision.candidate.deployment_id: one.decision for one in outcome.written}
    coverage = decisions["support-good"].coverage
    assert coverage["seen"] == coverage["published"] == coverage["stored"] == 150
    assert {name: one.pairs for name, one in decisions.items()} == dict.fromkeys(decisions, 150 + small.suite_size)
    _assert_good(decisions["support-good"])
    _assert_slow(decisions["support-slow"])
    _assert_regressed(decisions["support-regressed"])
    for one in outcome.written:
        stored = json.loads((one.report.parent / "decision.json").read_text("utf-8"))
        assert stored["verdict"] == one.decision.verdict
        assert one.report.read_text("utf-8").startswith("<!DOCTYPE html>")
    left = {child.pid for child in psutil.Process().children(recursive=True)} - before
    assert left == set()


@pytest.mark.e2e
@pytest.mark.timeout(300)
def test_without_suites_nothing_is_proved_of_a_good_candidate(tmp_path: Path) -> None:
    scenario = simulated_scenario(seed=12, folder=tmp_path)
    name = "support-good"
    kept = {scenario.upstream, scenario.baseline, name}
    live = replace(
        scenario,
        fleet=[one for one in scenario.fleet if one.deployment.deployment_id in kept],
        candidates={name: scenario.candidates[name]},
        traffic=demo_traffic(seed=12, count=60, rate_per_s=6.0, model=scenario.upstream),
        suites=(),
    )
    decision = _run(live, tmp_path).written[0].decision
    assert decision.verdict is Verdict.INSUFFICIENT
    assert decision.pairs == decision.live_pairs == 60
    assert _status(decision, "G2") is _status(decision, "G3") is GateStatus.UNRESOLVED
    assert any("598 more answers in the dangerous categories" in need for need in decision.needs)


def _run(scenario: Scenario, folder: Path) -> Outcome:
    with Progress(disable=True) as progress:
        return run_demo(scenario, folder=folder, broker=BrokerKind.TANSU, progress=progress)


def _assert_good(decision: Decision) -> None:
    assert _status(decision, "G2") is _status(decision, "G3") is GateStatus.PASS
    if _is_valid(decision):
        assert decision.verdict is Verdict.GO


def _assert_slow(decision: Decision) -> None:
    if _is_valid(decision):
        assert decision.verdict is Verdict.NO_GO
        assert decision.deciding_metric == "G1 P95 TTFT"


def _assert_regressed(decision: Decision) -> None:
    """The gate of the planted leak fails, whatever the timings are worth, and names the category."""
    assert _status(decision, "G3") is GateStatus.FAIL
    assert "prompt_leak" in next(gate.detail for gate in decision.gates if gate.gate == "G3")
    assert decision.failure_mix["candidate"]["prompt_leak"] > decision.failure_mix["baseline"].get("prompt_leak", 0)
    assert decision.failure_mix["candidate"].get("format_error", 0) > 0
    if _is_valid(decision):
        assert decision.verdict is Verdict.NO_GO
        assert decision.deciding_metric == "G3 catastrophic rate"


def _is_valid(decision: Decision) -> bool:
    """Whether all preconditions hold; on a machine too busy to time anything, the verdict must say so instead."""
    broken = [check.name for check in decision.validity if not check.passed]
    assert broken in ([], [SELF_CHECK])
    if broken:
        assert decision.verdict is Verdict.INSUFFICIENT
        assert decision.deciding_metric == f"validity: {SELF_CHECK}"
    return not broken


def _status(decision: Decision, name: str) -> GateStatus:
    return next(gate.status for gate in decision.gates if gate.gate == name)


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
