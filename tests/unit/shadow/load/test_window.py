import pytest

from shadow.load.window import in_flight_of, mark_kept, requests_for, tokens_between, window_of
from tests.loads import closed_requests, failed_request, load_request


def test_a_block_keeps_as_many_requests_as_it_was_sized_for() -> None:
    requests = closed_requests(requests_for(40, streams=4), streams=4)
    window = window_of(requests, streams=4)
    kept = [one for one in mark_kept(requests, window, streams=4) if one.kept]
    assert len(kept) in {40, 41}


def test_the_ramp_ends_with_the_completion_of_twice_as_many_requests_as_are_in_flight() -> None:
    requests = closed_requests(60, streams=4)
    window = window_of(requests, streams=4)
    assert sum(one.ended_s <= window.from_s for one in requests) == 8
    assert window.to_s == requests[-1].sent_s


def test_a_slow_request_is_kept_by_when_it_was_sent() -> None:
    requests = closed_requests(60, streams=4)
    slow = load_request(30, sent_s=requests[30].sent_s, ttft_ms=30_000)
    marked = mark_kept([*requests[:30], slow, *requests[31:]], window_of(requests, streams=4), streams=4)
    assert marked[30].kept


def test_failed_requests_are_kept() -> None:
    requests = closed_requests(60, streams=4)
    requests[30] = failed_request(30, sent_s=requests[30].sent_s)
    assert mark_kept(requests, window_of(requests, streams=4), streams=4)[30].kept


def test_the_last_requests_are_cut() -> None:
    requests = closed_requests(60, streams=4)
    marked = mark_kept(requests, window_of(requests, streams=4), streams=4)
    assert [one.kept for one in marked[-5:]] == [True, False, False, False, False]


def test_a_block_shorter_than_its_ramp_keeps_nothing() -> None:
    requests = closed_requests(7, streams=4)
    window = window_of(requests, streams=4)
    assert window.length_s == 0
    assert not any(one.kept for one in mark_kept(requests, window, streams=4))


def test_tokens_count_where_they_came() -> None:
    request = load_request(sent_s=1.0, ttft_ms=100)  # tokens at 1.10, 1.11, 1.12, 1.13, 1.14
    assert tokens_between([request], from_s=1.105, to_s=1.135) == pytest.approx(3)


def test_an_event_of_several_tokens_counts_as_all_of_them() -> None:
    assert tokens_between([load_request(completion_tokens=50)], from_s=0, to_s=9) == pytest.approx(50)


def test_without_a_usage_report_an_event_is_a_token() -> None:
    assert tokens_between([load_request(completion_tokens=None)], from_s=0, to_s=9) == pytest.approx(5)


def test_tokens_of_failed_requests_are_no_throughput() -> None:
    assert tokens_between([failed_request()], from_s=-1, to_s=9) == 0


def test_requests_in_flight_follow_from_the_time_spent() -> None:
    assert in_flight_of(closed_requests(400, streams=4)) == pytest.approx(4, rel=0.02)
