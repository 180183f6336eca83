"""`vllm bench serve` as a second opinion: what it is asked, and its JSON read back with failed rows restored.

It leaves failed requests out of its quantiles and stores 0.0 for them; here they are +infinity, as everywhere.
"""

import asyncio
import json
import math
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from proxy.errors import Unavailable, UsageError
from shadow.deployment import Deployment
from shadow.load.figures import Figures, figures_of_requests
from shadow.load.level import LoadRequest, Loop, Slo
from shadow.load.prompts import Prompts
from shadow.load.window import Window, in_flight_of, mark_kept, window_of
from shadow.replay import ReplayOutcome, Timings

_START: Final = (
    "from vllm.benchmarks.serve import add_cli_args, main\n"
    "from vllm.utils.argparse_utils import FlexibleArgumentParser\n"
    "parser = FlexibleArgumentParser()\n"
    "add_cli_args(parser)\n"
    "main(parser.parse_args())\n"
)
"""The benchmark without the `vllm` command, which needs the metadata of a package of that very name."""

_QUIET: Final[Mapping[str, str]] = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "HF_HUB_OFFLINE": "1"}
_FAILED: Final = "bench_failed"


class _Saved(BaseModel):
    """The fields of a detailed result that are read; times are seconds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    max_concurrency: int | None = None
    request_rate: float | str = "inf"
    output_lens: tuple[int, ...] = Field(min_length=1)
    ttfts: tuple[float, ...]
    itls: tuple[tuple[float, ...], ...]
    latencies: tuple[float, ...]
    start_times: tuple[float, ...]
    errors: tuple[str, ...]
    input_lens: tuple[int | None, ...]

    @model_validator(mode="after")
    def _rows_are_whole(self) -> Self:
        columns = (self.ttfts, self.itls, self.latencies, self.start_times, self.errors, self.input_lens)
        if any(len(column) != len(self.output_lens) for column in columns):
            message = "its columns differ in length"
            raise ValueError(message)
        return self


@dataclass(frozen=True, slots=True)
class BenchRun:
    """One run of the benchmark, cut as a block of ours is.

    Attributes:
        streams: Requests in flight that the cuts rest on.
    """

    loop: Loop
    streams: float
    window: Window
    requests: tuple[LoadRequest, ...]

    def figures(self, slo: Slo) -> Figures:
        """The figures of a block of ours, of these requests."""
        return figures_of_requests(self.requests, window=self.window, loop=self.loop, slo=slo)


def read_bench(text: str, *, name: str) -> BenchRun:
    """Read a result of `vllm bench serve --save-result --save-detailed`.

    Raises:
        UsageError: it is no such result; the message names the fields, never what they hold.
    """
    try:
        saved = _Saved.model_validate_json(text)
    except ValidationError as error:
        fields = sorted({".".join(map(str, one["loc"][:1])) or "rows" for one in error.errors(include_input=False)})
        message = (
            f"{name} is no detailed result of `vllm bench serve` (wrong or missing: {', '.join(fields)}); "
            "run it with --save-result --save-detailed"
        )
        raise UsageError(message) from None
    begin = min(saved.start_times)
    requests = [_request(saved, number, begin=begin) for number in range(len(saved.output_lens))]
    is_open = not math.isinf(float(saved.request_rate))
    streams = in_flight_of(requests) if is_open or saved.max_concurrency is None else float(saved.max_concurrency)
    window = window_of(requests, streams=streams)
    return BenchRun(
        Loop.OPEN if is_open else Loop.CLOSED, streams, window, mark_kept(requests, window, streams=streams)
    )


def _request(saved: _Saved, number: int, *, begin: float) -> LoadRequest:
    sent_s, tokens = saved.start_times[number] - begin, saved.output_lens[number]
    is_failed = bool(saved.errors[number]) or tokens == 0
    latency_s, ttft_s = saved.latencies[number], saved.ttfts[number]
    return LoadRequest(
        number=number,
        exchange_id="",
        outcome=ReplayOutcome.BROKEN_STREAM if is_failed else ReplayOutcome.COMPLETED,
        status=0 if is_failed else 200,
        timings=Timings(schedule_delay_ms=0.0)
        if is_failed
        else Timings(
            schedule_delay_ms=0.0,
            e2e_ms=latency_s * 1000,
            ttft_ms=ttft_s * 1000,
            ttft_scheduled_ms=ttft_s * 1000,
            tpot_ms=(latency_s - ttft_s) * 1000 / (tokens - 1) if tokens > 1 else None,
            itl_ms=tuple(gap * 1000 for gap in saved.itls[number]),
        ),
        scheduled_s=sent_s,
        sent_s=sent_s,
        ended_s=sent_s + latency_s,
        in_flight=0,
        prompt_tokens=saved.input_lens[number],
        completion_tokens=None if is_failed else tokens,
        error=_FAILED if is_failed else "",
    )


def bench_lines(prompts: Prompts, *, count: int) -> list[str]:
    """The first prompts in the format of its custom dataset.

    Raises:
        UsageError: there are too few, or one is more than a single message of text with a bound.
    """
    if len(prompts.exchanges) < count:
        message = (
            f"{count} different prompts are needed and {prompts.source} has {len(prompts.exchanges)}: asked again, a "
            "prompt would be answered from the prefix cache; give more, or lower --kept or --at"
        )
        raise UsageError(message)
    return [_line(one.request, place) for place, one in enumerate(prompts.exchanges[:count], start=1)]


def _line(body: Mapping[str, object], place: int) -> str:
    match body:
        case {"messages": [{"role": "user", "content": str(text)}], "max_tokens": int(tokens)}:
            return json.dumps({"prompt": text, "output_tokens": tokens})
        case _:
            message = (
                f"prompt {place} is not a single message of text with max_tokens, which is all that the benchmark "
                "sends; give `prompt` lines and --output-tokens"
            )
            raise UsageError(message)


def bench_arguments(
    deployment: Deployment, *, tokenizer: str, dataset: Path, result: Path, count: int, streams: int, salt: str
) -> list[str]:
    """What the benchmark is told; every reply is brought to its bound.

    Source: MEASURES section 1, load stage.
    """
    extra = {"cache_salt": salt} if deployment.takes_cache_salt else {}
    return [
        *("--backend", "openai-chat", "--endpoint", "/v1/chat/completions", "--base-url", deployment.base_url),
        *("--model", deployment.model, "--served-model-name", deployment.model, "--tokenizer", tokenizer),
        *("--dataset-name", "custom", "--dataset-path", str(dataset), "--num-prompts", str(count)),
        *("--skip-chat-template", "--disable-shuffle", "--no-oversample", "--custom-output-len", "-1"),
        *("--max-concurrency", str(streams), "--ignore-eos", "--extra-body", json.dumps(extra)),
        *("--save-result", "--save-detailed", "--disable-tqdm"),
        *("--result-dir", str(result.parent), "--result-filename", result.name),
    ]


async def run_bench(
    python: Path,
    deployment: Deployment,
    *,
    tokenizer: str,
    lines: Sequence[str],
    streams: int,
    salt: str,
    environment: Mapping[str, str],
) -> BenchRun:
    """Run the benchmark with an interpreter that has vLLM, and read its result.

    Raises:
        Unavailable: it ended without a result.
    """
    with tempfile.TemporaryDirectory() as folder:
        dataset, result = Path(folder) / "prompts.jsonl", Path(folder) / "result.json"
        await asyncio.to_thread(dataset.write_text, "".join(f"{line}\n" for line in lines), "utf-8")
        arguments = bench_arguments(
            deployment,
            tokenizer=tokenizer,
            dataset=dataset,
            result=result,
            count=len(lines),
            streams=streams,
            salt=salt,
        )
        process = await asyncio.create_subprocess_exec(
            str(python), "-c", _START, *arguments, stdout=PIPE, stderr=PIPE, env={**environment, **_QUIET}
        )
        _, errors = await process.communicate()
        if process.returncode or not result.exists():
            last = errors.decode(errors="replace").strip().rpartition("\n")[2][:200]
            message = (
                f"`vllm bench serve` ended with {process.returncode} and no result ({last}); it needs what "
                "vLLM's extra `bench` brings, pandas above all"
            )
            raise Unavailable(message)
        return read_bench(await asyncio.to_thread(result.read_text, "utf-8"), name="its result")
