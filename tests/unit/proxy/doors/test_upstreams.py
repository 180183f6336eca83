import pytest
from yarl import URL

from proxy.doors.gateway import Upstreams
from proxy.doors.gateway.upstreams import split_urls
from proxy.errors import UsageError

_A, _B, _C = "http://a:1", "http://b:2/base", "https://c"


class _Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_the_longest_prefix_that_ends_at_a_segment_holds() -> None:
    table = Upstreams([_A], routes={"/v1": [_B], "/v1/embeddings/": [_C]})
    assert table.candidates("/v1/embeddings") == [URL(_C)]
    assert table.candidates("/v1/embeddings/x") == [URL(_C)]
    assert table.candidates("/v1/embeddingsx") == [URL(_B)]
    assert table.candidates("/v2") == [URL(_A)]


def test_a_model_stands_above_the_path() -> None:
    table = Upstreams([_A], routes={"/v1": [_B]}, models={"llama": [_C]})
    assert table.candidates("/v1/chat/completions", model="llama") == [URL(_C)]
    assert table.candidates("/v1/chat/completions", model="other") == [URL(_B)]
    assert table.asks_for_models
    assert not Upstreams([_A]).asks_for_models


def test_a_failed_upstream_comes_last_until_its_time_is_up() -> None:
    clock = _Clock()
    table = Upstreams([_A, _B], down_s=10, clock=clock)
    table.note(URL(_A), took_connection=False)
    assert table.candidates("/") == [URL(_B), URL(_A)]
    clock.now_s += 10
    assert table.candidates("/") == [URL(_A), URL(_B)]


def test_a_connection_taken_ends_the_waiting() -> None:
    table = Upstreams([_A, _B], clock=_Clock())
    table.note(URL(_A), took_connection=False)
    table.note(URL(_A), took_connection=True)
    assert table.candidates("/") == [URL(_A), URL(_B)]


def test_one_upstream_alone_is_always_tried() -> None:
    table = Upstreams([_A], clock=_Clock())
    table.note(URL(_A), took_connection=False)
    assert table.is_down(URL(_A))
    assert table.candidates("/") == [URL(_A)]


@pytest.mark.parametrize(
    "url", ["", "a:1", "ftp://a", "http://", "http://u:p@a", "http://a?q=1", "http://a#f", "http://a:b"]
)
def test_what_is_no_base_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        Upstreams([url])
    assert "u:p" not in str(refused.value)


def test_a_route_without_a_slash_or_an_upstream_is_refused() -> None:
    with pytest.raises(UsageError, match="slash"):
        Upstreams([_A], routes={"v1": [_B]})
    with pytest.raises(UsageError, match="missing"):
        Upstreams([])


def test_urls_are_separated_by_commas() -> None:
    assert split_urls(" http://a:1, http://b:2/base ,") == [_A, _B]
