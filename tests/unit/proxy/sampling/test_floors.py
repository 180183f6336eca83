from proxy.exchange import Shape
from proxy.sampling.floors import Floors
from proxy.sampling.stratum import Stratum


def _stratum(tenant: str = "") -> Stratum:
    return Stratum(shape=Shape.CHAT, language="", length_bucket=0, has_tools=False, tenant=tenant)


def _floors(*, exchanges: int = 2, most_strata: int = 10) -> Floors:
    return Floors(exchanges=exchanges, window_s=60, most_strata=most_strata)


def test_each_stratum_has_its_first_exchanges_taken_in_each_window() -> None:
    floors = _floors()
    taken = [at for at in (0, 1, 2, 59.9, 60, 61, 62) if floors.take(_stratum(), at=at)]
    assert taken == [0, 1, 60, 61]
    assert floors.take(_stratum("other"), at=63)


def test_a_floor_of_zero_takes_nothing_and_remembers_nothing() -> None:
    floors = _floors(exchanges=0)
    assert not floors.take(_stratum(), at=0)
    assert len(floors) == 0


def test_a_clock_that_steps_back_begins_a_new_window() -> None:
    floors = _floors(exchanges=1)
    assert floors.take(_stratum(), at=600)
    assert floors.take(_stratum(), at=0)
    assert not floors.take(_stratum(), at=1)


def test_strata_beyond_the_bound_share_one_floor() -> None:
    floors = _floors(exchanges=1, most_strata=3)
    taken = [floors.take(_stratum(f"tenant-{number}"), at=0) for number in range(1_000)]
    assert sum(taken) == len(floors) == 4
    assert floors.take(_stratum("tenant-999"), at=60)
