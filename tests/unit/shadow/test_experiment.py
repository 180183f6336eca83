import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from proxy.errors import BadRecord
from shadow.experiment import Budget, Distress, Experiment, Split, State
from tests.records import NOON, deployment, experiment

PRICED: dict[str, Any] = {"price_usd_per_gpu_hour": 2.5}


def test_what_is_written_is_read_again() -> None:
    wanted = experiment(
        baseline=deployment("baseline", **PRICED),
        candidate=deployment("candidate", price_usd_per_million_tokens=0.2, gpus=4),
        budget={"output_tokens": 1_000, "gpu_seconds": 3_600.5, "usd": 12.5},
        target={"concurrency": 32, "requests_per_second": 4.5},
        distress={"max_waiting": 0, "production_metrics_url": "http://p/metrics", "production_ttft_p95_ms": 300},
        stopped_because="the queue of candidate holds 51 requests",
        state=State.PAUSED,
    )
    assert Experiment.from_bytes(wanted.to_bytes()) == wanted


@pytest.mark.parametrize(("written", "read"), [(40, 40), (None, None)])
def test_a_record_with_the_token_budget_of_before_is_read(written: int | None, read: int | None) -> None:
    fields = json.loads(experiment().to_bytes())
    for new in ("budget", "target", "distress", "stopped_because", "splits", "version", "updated_through", "action"):
        del fields[new]
    for arm in ("baseline", "candidate"):
        del fields[arm]["gpus"], fields[arm]["price_usd_per_gpu_hour"]
    found = Experiment.from_bytes(json.dumps(fields | {"token_budget": written}).encode())
    assert found.budget == Budget(output_tokens=read)
    assert found.token_budget == read
    assert found == experiment(budget={"output_tokens": read})


def test_a_budget_is_given_once() -> None:
    with pytest.raises(ValidationError, match="give budget alone"):
        experiment(token_budget=40, budget={"usd": 1})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"candidate": deployment("baseline")}, "same deployment"),
        ({"budget": {"usd": 10}}, "none has baseline, candidate"),
        ({"budget": {"usd": 10}, "baseline": deployment("baseline", **PRICED)}, "none has candidate"),
        ({"budget": {"output_tokens": 0}}, "greater than 0"),
        ({"budget": {"euro": 10}}, "Extra inputs"),
        ({"target": {"concurrency": 65}}, "raise that"),
        ({"distress": {"production_metrics_url": "http://p/metrics"}}, "go together"),
        ({"distress": {"production_ttft_p95_ms": 300}}, "go together"),
        ({"distress": {"max_error_ratio": 0}}, "greater than 0"),
        ({"distress": {"max_kv_usage": 1.1}}, "less than or equal to 1"),
        ({"owner": ""}, "at least 1 character"),
        ({"updated_by": ""}, "at least 1 character"),
        ({"stopped_because": ""}, "at least 1 character"),
    ],
)
def test_what_makes_no_sense_is_no_experiment(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        experiment(**changes)


@pytest.mark.parametrize("missing", ["owner", "expires_at"])
def test_owner_and_end_are_mandatory(missing: str) -> None:
    fields = json.loads(experiment().to_bytes())
    del fields[missing]
    with pytest.raises(BadRecord, match=missing):
        Experiment.from_bytes(json.dumps(fields).encode())


def test_distress_watches_errors_and_the_kv_cache_by_itself() -> None:
    assert experiment().distress == Distress(max_error_ratio=0.2, max_kv_usage=0.95)
    assert (Distress().max_waiting, Distress().production_ttft_p95_ms) == (None, None)


def test_the_second_baseline_can_be_switched_off() -> None:
    assert experiment(again_ratio=0).again_ratio == 0


def test_workers_replay_while_it_is_enabled_and_has_not_expired() -> None:
    wanted = experiment(expires_at=NOON)
    assert wanted.is_live(now=NOON - timedelta(seconds=1))
    assert not wanted.is_live(now=NOON)
    assert not experiment(state=State.PAUSED).is_live(now=NOON)


def test_a_replay_is_of_the_deployment_of_now_by_fingerprint_and_not_while_it_was_being_replaced() -> None:
    first, second = deployment("candidate"), deployment("candidate", revision="b")
    there = Split(
        at=NOON,
        last_seen_at=NOON - timedelta(minutes=5),
        arm="candidate",
        old_fingerprint=first.fingerprint,
        new_fingerprint=second.fingerprint,
    )
    back = Split(
        at=NOON + timedelta(hours=1),
        arm="candidate",
        old_fingerprint=second.fingerprint,
        new_fingerprint=first.fingerprint,
    )
    trial = experiment(candidate=first, splits=(there, back))
    fingerprint = first.fingerprint
    found = {
        minute: trial.is_of_now("candidate", fingerprint=fingerprint, sent_at=NOON + timedelta(minutes=minute))
        for minute in (-6, -4, 0, 30, 61)
    }
    assert found == {-6: True, -4: False, 0: True, 30: True, 61: True}
    assert not trial.is_of_now("candidate", fingerprint=second.fingerprint, sent_at=NOON + timedelta(minutes=30))
    assert trial.is_of_now("baseline", fingerprint=trial.baseline.fingerprint, sent_at=NOON - timedelta(minutes=4))
