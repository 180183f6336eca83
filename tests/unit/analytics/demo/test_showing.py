from analytics.demo.showing import found_faults
from tests.unit.analytics.report.sample import decision


def test_failures_stand_beside_the_baselines_the_most_frequent_first() -> None:
    mix = {"baseline": {"ok": 98, "refusal": 2}, "candidate": {"ok": 60, "refusal": 3, "prompt_leak": 37}}
    told = found_faults(decision().model_copy(update={"failure_mix": mix}))
    assert told.endswith(": 37 prompt_leak (baseline 0), 3 refusal (baseline 2)")


def test_a_candidate_without_a_failure_is_told_to_have_none() -> None:
    sound = decision().model_copy(update={"failure_mix": {"candidate": {"ok": 5}}})
    assert found_faults(sound).endswith(": no failure")
