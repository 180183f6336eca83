"""Logs become exchanges: what each format says, what is refused and why, and how an import goes on."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from proxy.admission import Admission, Naming
from proxy.anonymise.anonymiser import Anonymiser
from proxy.capture import Capture
from proxy.channel import Message
from proxy.coverage import Ledger, LedgerEntry
from proxy.doors.imported.job import FORMATS, ImportJob, ImportReport, Progress
from proxy.doors.imported.line import Line, NotImported, Origin
from proxy.doors.imported.reading import origin_of
from proxy.errors import UsageError
from proxy.exchange import Door, Exchange, ExchangeOutcome, RawExchange
from proxy.log.memory import MemoryLog
from proxy.log.topics import EXCHANGES

_NOON = datetime(2026, 11, 1, 12, tzinfo=UTC).timestamp()
_ORIGIN = Origin(name="a.log", written_at=_NOON, model="served")
_ASK = [{"role": "user", "content": "Where is order 7?"}]
_REPLY = {"object": "chat.completion", "model": "m", "choices": [{"message": {"content": "Here."}}]}
_PARAMETERS = (
    "SamplingParams(n=1, presence_penalty=0.0, temperature=0.7, top_p=0.9, seed=None, stop=['\\n), x: '], "
    "max_tokens=16, logprobs=None, guided_decoding=None, extra_args=None)"
)


def _line(data: str | bytes, *, number: int = 1, offset: int = 0) -> Line:
    return Line(_ORIGIN, number=number, offset=offset, data=data.encode() if isinstance(data, str) else data)


def _read(format_name: str, entry: Any) -> RawExchange | NotImported | None:
    return FORMATS[format_name](_line(entry if isinstance(entry, str) else json.dumps(entry)))


def _raw(format_name: str, entry: Any) -> RawExchange:
    found = _read(format_name, entry)
    assert isinstance(found, RawExchange), found
    return found


def _reason(format_name: str, entry: Any) -> str:
    found = _read(format_name, entry)
    assert isinstance(found, NotImported), found
    return found.reason


# JSON lines of requests and replies


def _openai(**changes: Any) -> dict[str, Any]:
    return {"request": {"model": "m", "messages": _ASK}, "response": _REPLY} | changes


def test_a_line_of_request_and_reply_keeps_both() -> None:
    raw = _raw("openai", _openai(conversation_id="c-1", started_at="2026-10-01T08:00:00Z", status=201))
    assert (raw.door, raw.path, raw.status, raw.outcome) == (
        Door.IMPORT,
        "/v1/chat/completions",
        201,
        ExchangeOutcome.COMPLETE,
    )
    assert json.loads(raw.body)["messages"] == _ASK
    assert json.loads(raw.reply[0].data) == _REPLY
    assert dict(raw.headers) == {"x-conversation-id": "c-1"}
    assert raw.started_at == datetime(2026, 10, 1, 8, tzinfo=UTC).timestamp()


def test_times_that_nobody_wrote_down_are_no_times() -> None:
    raw = _raw("openai", _openai())
    assert raw.started_at == _NOON
    assert (raw.sent_ns, raw.ended_ns, raw.reply[0].at_ns) == (0, 0, 0)


def test_a_streamed_reply_has_timings_only_when_its_first_output_is_known() -> None:
    times = {"started_at": _NOON, "ended_at": _NOON + 2}
    streamed = {"model": "m", "messages": _ASK, "stream": True}
    known = _raw("openai", _openai(request=streamed, first_output_at=_NOON + 0.5, **times))
    assert (known.reply[0].at_ns, known.ended_ns) == (500_000_000, 2_000_000_000)
    assert _raw("openai", _openai(request=streamed, **times)).ended_ns == 0
    assert _raw("openai", _openai(**times)).ended_ns == 2_000_000_000
    assert _raw("openai", _openai(started_at=_NOON, ended_at=_NOON - 2)).ended_ns == 0


def test_a_line_without_reply_is_a_request_alone() -> None:
    for response in (None, {}, {"error": {"type": "server_error"}}):
        raw = _raw("openai", _openai(response=response))
        assert (raw.status, raw.reply, raw.outcome) == (0, (), ExchangeOutcome.NO_REPLY)
    assert _raw("openai", _openai(response={"error": {"type": "x"}}, status=429)).status == 429


def test_credentials_and_the_old_encoding_are_left_behind() -> None:
    headers = {"Authorization": "Bearer sk-secret", "Content-Encoding": "gzip", "X-Tenant-Id": "t", "n": 1}
    assert _raw("openai", _openai(headers=headers)).headers == (("x-tenant-id", "t"),)


@pytest.mark.parametrize(
    ("request_body", "reply", "path"),
    [
        ({"prompt": "Once"}, {}, "/v1/completions"),
        ({"input": "Once"}, {"object": "response"}, "/v1/responses"),
        ({"input": "Once"}, {"object": "list", "data": []}, "/v1/embeddings"),
        ({"messages": _ASK}, {"type": "message"}, "/v1/messages"),
    ],
)
def test_a_path_that_is_missing_is_told_from_the_bodies(
    request_body: dict[str, Any], reply: dict[str, Any], path: str
) -> None:
    assert _raw("openai", _openai(request=request_body, response=reply)).path == path


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("{", "not_json"),
        ("[1]", "other_format"),
        ({"messages": _ASK}, "other_format"),
        (_openai(response=["chunk"]), "bad_response"),
        (_openai(path="/v1/audio/speech"), "other_route"),
        (_openai(request={"what": 1}), "other_route"),
        (_openai(headers={"X-Understudy-Replay": "candidate"}), "own_replay"),
    ],
)
def test_a_line_that_cannot_be_imported_says_why(entry: Any, reason: str) -> None:
    assert _reason("openai", entry) == reason


# LiteLLM


def _litellm(**changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": "1",
        "call_type": "acompletion",
        "status": "success",
        "stream": False,
        "model": "hosted_vllm/m",
        "model_group": "m",
        "messages": _ASK,
        "response": _REPLY,
        "model_parameters": {"temperature": 0, "extra_headers": {"api-key": "s"}, "extra_body": {"top_k": 5}},
        "startTime": _NOON,
        "completionStartTime": _NOON + 0.25,
        "endTime": _NOON + 1.5,
        "metadata": {"requester_metadata": {"session_id": "s-1"}},
    }
    return fields | changes


def test_a_litellm_call_becomes_the_request_that_the_client_sent() -> None:
    raw = _raw("litellm", {"standard_logging_object": _litellm()})
    assert json.loads(raw.body) == {"model": "m", "messages": _ASK, "temperature": 0, "top_k": 5, "stream": False}
    assert dict(raw.headers) == {"x-conversation-id": "s-1"}
    assert (raw.status, raw.started_at, raw.ended_ns) == (200, _NOON, 1_500_000_000)
    assert _raw("litellm", _litellm(stream=True)).reply[0].at_ns == 250_000_000


def test_a_failed_call_and_a_reply_of_a_cache_have_no_timings() -> None:
    failed = _raw("litellm", _litellm(status="failure", response={"error": "x"}))
    assert (failed.status, failed.outcome) == (0, ExchangeOutcome.NO_REPLY)
    assert _raw("litellm", _litellm(cache_hit=True)).ended_ns == 0


def test_a_litellm_completion_and_embedding_keep_their_prompt() -> None:
    completion = _raw("litellm", _litellm(call_type="atext_completion", messages=[{"role": "user", "content": "Once"}]))
    assert (completion.path, json.loads(completion.body)["prompt"]) == ("/v1/completions", "Once")
    embedding = _raw("litellm", _litellm(call_type="aembedding", messages=["a", "b"], response=json.dumps(_REPLY)))
    assert (embedding.path, json.loads(embedding.body)["input"]) == ("/v1/embeddings", ["a", "b"])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"call_type": "aimage_generation"}, "other_route"),
        ({"messages": [{"role": "user", "content": "redacted-by-litellm"}]}, "redacted"),
        ({"messages": None}, "no_prompt"),
        ({"call_type": ""}, "other_format"),
    ],
)
def test_a_litellm_call_that_cannot_be_replayed_says_why(changes: dict[str, Any], reason: str) -> None:
    assert _reason("litellm", _litellm(**changes)) == reason


# vLLM


def _vllm(prompt: str = "'Where\\nis \\'it\\'?'", *, request_id: str = "cmpl-1-0", params: str = _PARAMETERS) -> str:
    return (
        f"(APIServer pid=7) INFO 10-30 11:59:58 [logger.py:43] Received request {request_id}: prompt: {prompt}, "
        f"params: {params}, prompt_token_ids: None, prompt_embeds shape: None, lora_request: None."
    )


def test_a_vllm_line_becomes_a_completion_with_its_parameters() -> None:
    raw = _raw("vllm", _vllm())
    assert (raw.path, raw.status, raw.outcome) == ("/v1/completions", 0, ExchangeOutcome.NO_REPLY)
    assert json.loads(raw.body) == {
        "model": "served",
        "prompt": "Where\nis 'it'?",
        "n": 1,
        "presence_penalty": 0.0,
        "temperature": 0.7,
        "top_p": 0.9,
        "stop": ["\n), x: "],
        "max_tokens": 16,
    }
    assert raw.started_at == datetime(2026, 10, 30, 11, 59, 58, tzinfo=UTC).timestamp()


def test_a_templated_prompt_gets_no_second_start_token() -> None:
    assert json.loads(_raw("vllm", _vllm(request_id="chatcmpl-1")).body)["add_special_tokens"] is False


def test_a_vllm_line_of_december_read_in_november_is_of_last_year() -> None:
    raw = _raw("vllm", _vllm().replace("10-30", "12-31"))
    assert datetime.fromtimestamp(raw.started_at, UTC).year == 2025


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (_vllm(prompt="None"), "no_prompt"),
        ("INFO 10-30 11:59:58 Received request cmpl-1: params: SamplingParams(n=1), lora_request: None.", "no_prompt"),
        (_vllm(params="PoolingParams(dimensions=None)"), "other_route"),
        (_vllm(params="SamplingParams(n=)"), "bad_parameters"),
        (_vllm(params="SamplingParams(guided_decoding=GuidedDecodingParams(json='{}'))"), "structured_output"),
        ("Received request nothing else", "other_format"),
    ],
)
def test_a_vllm_request_that_cannot_be_replayed_says_why(written: str, reason: str) -> None:
    assert _reason("vllm", written) == reason


def test_other_lines_of_a_vllm_log_are_no_requests() -> None:
    assert _read("vllm", "INFO 10-30 11:59:58 [metrics.py:1] Avg prompt throughput: 1 tokens/s") is None


# the job


class Taken:
    """What an import handed over."""

    def __init__(self) -> None:
        self.raws: list[RawExchange] = []
        self.entries: list[LedgerEntry] = []

    async def __call__(self, message: Message) -> None:
        match message:
            case RawExchange():
                self.raws.append(message)
            case LedgerEntry():
                self.entries.append(message)


def _text(number: int) -> str:
    return json.dumps(_openai(request={"model": "m", "prompt": f"{number}"}, started_at=_NOON))


def _log(folder: Path, *lines: str, end: str = "\n") -> Path:
    file = folder / "a.jsonl"
    file.write_text("\n".join(lines) + end, encoding="utf-8")
    os.utime(file, (_NOON, _NOON))
    return file


def _job(file: Path, taken: Any, **options: Any) -> ImportJob:
    fields: dict[str, Any] = {
        "origin": origin_of(file),
        "format_name": "openai",
        "bookmark": file.parent / "state" / "a.bookmark",
        "ledger": Ledger("import"),
        "deliver": taken,
    }
    return ImportJob(file, **(fields | options))


async def test_bad_lines_are_counted_with_their_numbers_and_stop_nothing(tmp_path: Path) -> None:
    taken, told = Taken(), list[Progress]()
    file = _log(tmp_path, _text(0), "{", "", _text(1), "[]")
    report = await _job(file, taken, progress=told.append).run()
    assert (report.seen, report.handed_over) == (4, 2)
    assert report.refused == [NotImported("not_json", 2), NotImported("other_format", 5)]
    assert {(e.route, str(e.disposition), e.reason, e.requests) for e in taken.entries} == {
        ("completions", "seen", "", 2),
        ("other", "seen", "", 2),
        ("other", "dropped", "not_json", 1),
        ("other", "dropped", "other_format", 1),
    }
    assert {entry.door for entry in taken.entries} == {Door.IMPORT}
    assert told[-1] == Progress(bytes_done=file.stat().st_size, bytes_total=file.stat().st_size)


async def test_a_second_run_goes_on_where_the_log_has_grown(tmp_path: Path) -> None:
    taken = Taken()
    file = _log(tmp_path, _text(0), _text(1))
    await _job(file, taken).run()
    with file.open("a", encoding="utf-8") as handle:
        handle.write(_text(2) + "\n{\n")
    report = await _job(file, taken).run()
    assert (report.seen, report.refused) == (2, [NotImported("not_json", 4)])
    assert [json.loads(raw.body)["prompt"] for raw in taken.raws] == ["0", "1", "2"]
    assert (await _job(file, taken).run()) == ImportReport()


async def test_after_a_crash_the_lines_since_the_bookmark_come_again_under_equal_ids(tmp_path: Path) -> None:
    first, second = Taken(), Taken()
    file = _log(tmp_path, *map(_text, range(10)))

    async def crash(message: Message) -> None:
        if len(first.raws) == 7:
            raise ConnectionError
        await first(message)

    with pytest.raises(ConnectionError):
        await _job(file, crash, lines_per_bookmark=3).run()
    await _job(file, second, lines_per_bookmark=3).run()
    ids = [raw.exchange_id for raw in (*first.raws, *second.raws)]
    assert len(first.raws) == 7
    assert ids[6] == ids[7]
    assert len(set(ids)) == 10


async def test_the_bookmark_moves_only_after_what_was_delivered_is_safe(tmp_path: Path) -> None:
    taken, file = Taken(), _log(tmp_path, *map(_text, range(4)))

    async def fail() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await _job(file, taken, settle=fail).run()
    assert not (tmp_path / "state").exists()


async def test_a_last_line_that_is_still_written_is_read_when_it_is_whole(tmp_path: Path) -> None:
    taken, whole = Taken(), _text(1)
    file = _log(tmp_path, _text(0), whole[:20], end="")
    assert (await _job(file, taken).run()).refused == [NotImported("unfinished_line", 2)]
    with file.open("a", encoding="utf-8") as handle:
        handle.write(whole[20:])
    assert (await _job(file, taken).run()).handed_over == 1
    assert [json.loads(raw.body)["prompt"] for raw in taken.raws] == ["0", "1"]


async def test_a_line_beyond_the_limit_is_skipped_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proxy.doors.imported.job._MAX_LINE_BYTES", len(_text(0)) + 20)
    file, taken = _log(tmp_path, _text(0), "x" * 2000, _text(1)), Taken()
    assert (await _job(file, taken).run()).refused == [NotImported("too_large", 2)]
    assert len(taken.raws) == 2


async def test_a_prompt_in_a_line_of_its_own_joins_the_request_after_it(tmp_path: Path) -> None:
    taken, told = Taken(), "DEBUG 10-30 11:59:58 Request {} details: prompt: {}, prompt_token_ids: [1], shape: None."
    bare = "INFO 10-30 11:59:58 Received request {}: params: SamplingParams(max_tokens=4), lora_request: None."
    file = _log(tmp_path, told.format("a", "'One'"), bare.format("a"), bare.format("b"), told.format("c", "'Two'"))
    report = await _job(file, taken, format_name="vllm").run()
    assert report.refused == [NotImported("no_prompt", 3)]
    with file.open("a", encoding="utf-8") as handle:
        handle.write(bare.format("c") + "\n" + told.format("d", "'Lost'") + "\nother\n")
    assert (await _job(file, taken, format_name="vllm").run()).seen == 1
    assert [json.loads(raw.body)["prompt"] for raw in taken.raws] == ["One", "Two"]


@pytest.mark.parametrize(
    ("lines", "format_name", "said"),
    [
        (("{", "}"), "openai", "is no openai log"),
        ((_text(0),), "litellm", "line 1: other_format"),
        ((_text(0),), "vllm", "no line names a request"),
        ((_text(0),), "csv", "csv is no known log format; known are openai, litellm, vllm"),
    ],
)
async def test_a_file_of_another_format_is_refused(
    tmp_path: Path, lines: tuple[str, ...], format_name: str, said: str
) -> None:
    taken = Taken()
    with pytest.raises(UsageError, match=said):
        await _job(_log(tmp_path, *lines), taken, format_name=format_name).run()
    assert not taken.raws


async def test_a_log_that_was_replaced_is_refused_until_its_bookmark_is_deleted(tmp_path: Path) -> None:
    taken = Taken()
    await _job(_log(tmp_path, _text(0)), taken).run()
    replaced = _log(tmp_path, _text(5), _text(6))
    with pytest.raises(UsageError, match="was replaced or cut"):
        await _job(replaced, taken).run()
    (tmp_path / "state" / "a.bookmark").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be read"):
        await _job(replaced, taken).run()


def test_a_log_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.jsonl is no file"):
        origin_of(tmp_path / "gone.jsonl")


async def test_imported_requests_are_published_anonymised(tmp_path: Path) -> None:
    key, log = b"0123456789abcdef", MemoryLog()
    naming = Naming(conversation="x-conversation-id", category="x-understudy-category", tenant="x-tenant-id")
    capture = Capture(
        Admission(Anonymiser(key), key=key, naming=naming), producer=log.producer(), ledger=Ledger("capture")
    )
    body = {"model": "m", "messages": [{"role": "user", "content": "Write to jane.roe@example.org"}]}
    file = _log(tmp_path, json.dumps(_openai(request=body)), json.dumps(_litellm()))
    report = await _job(file, capture.receive).run()
    await capture.finish()
    published = [Exchange.from_bytes(record.value) for record in log.records[EXCHANGES.name]]
    assert (report.handed_over, len(published)) == (1, 1)
    assert published[0].door is Door.IMPORT
    assert published[0].reply is not None
    assert "jane.roe" not in published[0].model_dump_json()
