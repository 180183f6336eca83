import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from proxy.errors import UsageError
from proxy.exchange import Shape
from shadow.load.prompts import bounded, from_file, from_traffic
from tests.records import NOON, exchange


def written(tmp_path: Path, *lines: Any) -> Path:
    file = tmp_path / "prompts.jsonl"
    file.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines), "utf-8")
    return file


def test_prompts_of_the_benchmark_s_format_become_chats(tmp_path: Path) -> None:
    prompts = from_file(written(tmp_path, {"prompt": "one", "output_tokens": 7}, {"prompt": "two"}))
    assert prompts.exchanges[0].request == {"messages": [{"role": "user", "content": "one"}], "max_tokens": 7}
    assert "max_tokens" not in prompts.exchanges[1].request
    assert prompts.rate_per_s is None


def test_request_bodies_stay_as_they_are(tmp_path: Path) -> None:
    body = {"messages": [{"role": "user", "content": "x"}], "temperature": 0.3}
    assert from_file(written(tmp_path, body)).exchanges[0].request == body


def test_a_suite_is_known_by_its_lines(tmp_path: Path) -> None:
    line = {"id": "a-1", "category": "facts", "messages": [{"role": "user", "content": "x"}]}
    prompts = from_file(written(tmp_path, line))
    assert prompts.source.startswith("prompts@")
    assert prompts.exchanges[0].category == "facts"


@pytest.mark.parametrize("bad", ["{", "[1]", '{"text": "x"}', '{"messages": 3}'])
def test_a_wrong_line_is_named_by_its_number_alone(tmp_path: Path, bad: str) -> None:
    with pytest.raises(UsageError, match="line 2") as raised:
        from_file(written(tmp_path, {"prompt": "secret words"}, bad))
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"messages": []}, "line 2: `messages` is empty"),
        ({"prompt": "x", "output_tokens": -3}, "line 2: `output_tokens` must be a whole number above 0"),
        ({"prompt": "x", "output_tokens": "many"}, "line 2: `output_tokens` must be a whole number above 0"),
        ({"prompt": "x", "output_tokens": True}, "line 2: `output_tokens` must be a whole number above 0"),
    ],
)
def test_a_bound_or_a_conversation_that_cannot_be_meant_is_refused(tmp_path: Path, bad: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        from_file(written(tmp_path, {"prompt": "one"}, bad))


def test_an_empty_file_is_no_prompts(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no prompt"):
        from_file(written(tmp_path, " "))


def test_traffic_keeps_its_order_and_its_rate() -> None:
    records = [exchange(number).to_bytes() for number in (2, 0, 1)]
    prompts = from_traffic(records, source="the store", most=10)
    assert [one.exchange_id for one in prompts.exchanges] == [f"exchange-{number:04d}" for number in range(3)]
    assert prompts.rate_per_s == pytest.approx(1.0)
    assert prompts.gaps_s() == (1.0, 1.0)


def test_sampled_traffic_stands_for_what_was_not_kept() -> None:
    records = [exchange(number, weight=4.0).to_bytes() for number in range(5)]
    assert from_traffic(records, source="the store", most=10).rate_per_s == pytest.approx(4.0)


def test_only_the_last_exchanges_are_asked() -> None:
    prompts = from_traffic([exchange(number).to_bytes() for number in range(9)], source="the store", most=2)
    assert [one.exchange_id for one in prompts.exchanges] == ["exchange-0007", "exchange-0008"]


def test_what_streams_no_tokens_or_is_no_traffic_is_left_out_and_counted() -> None:
    records = [
        exchange(0).to_bytes(),
        exchange(1, shape=Shape.EMBEDDINGS, path="/v1/embeddings").to_bytes(),
        exchange(2, suite="heldout@1").to_bytes(),
        b"{",
    ]
    prompts = from_traffic(records, source="the log", most=10)
    assert len(prompts.exchanges) == 1
    assert prompts.skipped == {"embeddings": 1, "suite": 1, "bad_record": 1}


def test_no_traffic_is_said_with_what_was_left_out() -> None:
    with pytest.raises(UsageError, match="1 suite left out"):
        from_traffic([exchange(2, suite="heldout@1").to_bytes()], source="the log", most=10)


def test_replies_are_bounded_in_the_field_of_their_shape() -> None:
    records = [
        exchange(0, request={"messages": [], "max_completion_tokens": 900}).to_bytes(),
        exchange(1, shape=Shape.RESPONSES, path="/v1/responses", request={"input": "x"}).to_bytes(),
    ]
    prompts = bounded(from_traffic(records, source="the log", most=10), output_tokens=16, exactly=True)
    assert prompts.exchanges[0].request == {"messages": [], "max_tokens": 16, "ignore_eos": True}
    assert prompts.exchanges[1].request == {"input": "x", "max_output_tokens": 16, "ignore_eos": True}


def test_the_digest_is_of_what_is_asked() -> None:
    one, other = (from_traffic([exchange(0, request=body).to_bytes()], source="s", most=1) for body in ({}, {"n": 2}))
    later = exchange(0, request={}, captured_at=NOON + timedelta(days=1))
    assert one.digest != other.digest
    assert one.digest == from_traffic([later.to_bytes()], source="t", most=1).digest


def test_replies_of_varied_length_keep_streams_out_of_step(tmp_path: Path) -> None:
    file = tmp_path / "prompts.jsonl"
    file.write_text("".join(f'{{"prompt": "Say {number}."}}\n' for number in range(200)), "utf-8")
    drawn, again = (
        [
            one.request["max_tokens"]
            for one in bounded(from_file(file), output_tokens=24, exactly=True, varied=True).exchanges
        ]
        for _ in range(2)
    )
    assert drawn == again
    assert set(drawn) == set(range(12, 37))
