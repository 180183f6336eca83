"""The anonymiser: recall, false positives, speed beside its floor, and where the time goes. Names need a recogniser.

`python -m tests.bench.anonymise`. Recall and some of the false positives need public data, which is found by
UNDERSTUDY_DATA (default `../shared/data`); without it those rows are missing. Speed is in processor time of one core,
best of rounds.
"""

import cProfile
import json
import os
import pstats
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from string import ascii_lowercase
from typing import Any, Final

import msgspec
from rich.console import Console
from rich.table import Table

from analytics.demo.traffic import demo_traffic
from proxy.anonymise.anonymiser import Anonymiser
from proxy.anonymise.detectors import find_all
from proxy.anonymise.policy import Policy
from tests.unit.proxy.anonymise.harmless import CODE, JSON, PROSE, VALUES, values

DATA: Final = Path(os.environ.get("UNDERSTUDY_DATA", Path(__file__).parents[3] / "shared" / "data"))
PRESIDIO: Final = DATA / "presidio" / "synthetic_pii_even.json"

STRUCTURED: Final = (
    *("CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "PHONE_NUMBER", "US_SSN", "US_DRIVER_LICENSE"),
    "DOMAIN_NAME",
)
"""Types that are told by their form, by check digits or by the word in front: these must be found."""

IN_PART: Final = ("ZIP_CODE", "STREET_ADDRESS")
"""Types that are found where they are labelled or written as addresses are; the rest needs a recogniser of places."""

_KEY: Final = b"0123456789abcdef0123456789abcdef"
_BODY_BYTES: Final = 1_024
_REQUESTS: Final = 1_500
_CONVERSATIONS: Final = 150
_TURNS: Final = 10
_ROUNDS: Final = 3

type Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recall:
    """Spans of a type, and how many of them were covered to the last letter and digit."""

    spans: int
    covered: int

    @property
    def ratio(self) -> float:
        """Share that was covered, in [0, 1]."""
        return self.covered / self.spans


def recalls(file: Path, types: Sequence[str]) -> dict[str, Recall]:
    """Recall by type of a file in the form of presidio-research."""
    spans: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    for row in json.loads(file.read_text("utf-8")):
        text = row["full_text"]
        found = {at for one in find_all(text) for at in range(one.start, one.end)}
        for span in row["spans"]:
            at = range(span["start_position"], span["end_position"])
            spans[span["entity_type"]] += 1
            covered[span["entity_type"]] += all(place in found or not text[place].isalnum() for place in at)
    return {kind: Recall(spans[kind], covered[kind]) for kind in types if spans[kind]}


def corpora() -> dict[str, list[str]]:
    """Texts in which nothing, or next to nothing, names anybody, by where they come from."""
    ours = {"code": CODE, "prose": PROSE, "JSON": JSON} | {kind: list(values(kind, count=1_000)) for kind in VALUES}
    public = {
        "mt_bench": ("mt_bench/question.jsonl", "turns"),
        "gsm8k": ("gsm8k/solutions_6b.jsonl", "question"),
        "ifeval prompts": ("ifeval/prompts.jsonl", "prompt"),
        "bfcl": ("bfcl/BFCL_v4_simple_python.jsonl", "question"),
        "bfcl functions": ("bfcl/BFCL_v4_simple_python.jsonl", "function"),
    }
    return ours | {
        name: [text for row in _rows(DATA / file) for text in _strings(row.get(key))]
        for name, (file, key) in public.items()
        if (DATA / file).exists()
    }


def _rows(file: Path) -> Iterator[Any]:
    return (json.loads(line) for line in file.read_text("utf-8").splitlines())


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict() | list():
            for item in value.values() if isinstance(value, dict) else value:
                yield from _strings(item)


def findings(texts: Iterable[str]) -> Counter[str]:
    """What is found in texts, by type."""
    return Counter(found.type.value for text in texts for found in find_all(text))


@dataclass(frozen=True, slots=True)
class Phrases:
    """What messages are made of.

    Attributes:
        plain: Sentences in which nothing is found.
        personal: Sentences with personal data of nobody.
    """

    plain: tuple[str, ...]
    personal: tuple[str, ...]


def support_phrases() -> Phrases:
    """What the demo's customers write and its assistant says, in three languages."""
    items = demo_traffic(seed=1, count=600)
    said = (message.get("content") for item in items for message in item.kwargs.get("messages", ()))
    texts = sorted({text for text in said if isinstance(text, str) and not text.startswith("{")})
    personal = tuple(text for text in texts if find_all(text))
    return Phrases(tuple(sorted(set(texts) - set(personal))), personal)


def fresh_requests(phrases: Phrases, *, count: int, personal: int) -> list[tuple[str, Body]]:
    """Requests of 1 kB, each of a conversation of its own.

    Args:
        personal: Sentences with personal data in each request.
    """
    rng = random.Random(1)  # noqa: S311 - no secret
    size = _BODY_BYTES - len(json.dumps(_request([_message("user", "")])))
    texts = (_text(rng, phrases, size=size, personal=personal) for _ in range(count))
    return [(str(at), _request([_message("user", text)])) for at, text in enumerate(texts)]


def conversation_requests(phrases: Phrases, *, count: int, personal_each: int) -> list[tuple[str, Body]]:
    """Requests of conversations of ten turns, each with all turns before it: 1.3 kB on average.

    Args:
        personal_each: Each so many turns the user gives personal data; 0 for never.
    """
    rng = random.Random(2)  # noqa: S311 - no secret
    requests: list[tuple[str, Body]] = []
    for number in range(count):
        messages: list[Body] = []
        for turn in range(_TURNS):
            messages.append(
                _message(
                    "user", _text(rng, phrases, size=60, personal=int(personal_each > 0 and turn % personal_each == 0))
                )
            )
            requests.append((str(number), _request(list(messages))))
            messages.append(_message("assistant", _text(rng, phrases, size=50, personal=0)))
    return requests


def _request(messages: list[Body]) -> Body:
    return {"model": "llama-3.1-8b-instruct", "messages": messages, "temperature": 0.2, "max_tokens": 256}


def _message(role: str, text: str) -> Body:
    return {"role": role, "content": text}


def _text(rng: random.Random, phrases: Phrases, *, size: int, personal: int) -> str:
    """Sentences in any order, the last one cut off; some letters make sure that no other text is the same."""
    said = rng.choices(phrases.personal, k=personal) if personal else []
    while sum(map(len, said)) + len(said) < size:
        said.append(rng.choice(phrases.plain))
    return f"{' '.join(said)[: max(size, len(said[0]))]} {''.join(rng.choices(ascii_lowercase, k=8))}"


def rate(work: Callable[[], int]) -> float:
    """Requests a second of processor time, the best of some rounds."""
    best = 0.0
    for _ in range(_ROUNDS):
        started = time.process_time()
        count = work()
        best = max(best, count / (time.process_time() - started))
    return best


def _masks(requests: Sequence[tuple[str, Body]], *, policy: Policy | None = None) -> Callable[[], int]:
    def work() -> int:
        anonymiser = Anonymiser(_KEY, policy=policy)
        for conversation, body in requests:
            anonymiser.anonymise_json(body, conversation=conversation)
        return len(requests)

    return work


def _again(requests: Sequence[tuple[str, Body]]) -> Callable[[], int]:
    anonymiser = Anonymiser(_KEY)

    def work() -> int:
        for conversation, body in requests:
            anonymiser.anonymise_json(body, conversation=conversation)
        return len(requests)

    work()
    return work


def _reads(
    requests: Sequence[tuple[str, Body]], *, load: Callable[[bytes], Any], dump: Callable[[Any], Any]
) -> Callable[[], int]:
    lines = [json.dumps(body).encode() for _, body in requests]

    def work() -> int:
        for line in lines:
            dump(load(line))
        return len(lines)

    return work


def _show_recall(console: Console) -> None:
    if not PRESIDIO.exists():
        console.print(f"no recall: {PRESIDIO} is missing (set UNDERSTUDY_DATA)")
        return
    table = Table("type", "spans", "covered", "recall", title="Recall on the presidio data, without names")
    for kind, found in recalls(PRESIDIO, (*STRUCTURED, *IN_PART)).items():
        table.add_row(
            f"{kind} (in part)" if kind in IN_PART else kind, str(found.spans), str(found.covered), f"{found.ratio:.3f}"
        )
    console.print(table)


def _show_false_positives(console: Console) -> None:
    table = Table("texts", "count", "kB", "found", "types", title="Findings where nobody is named")
    for name, texts in corpora().items():
        found = findings(texts)
        kinds = ", ".join(f"{count} {kind}" for kind, count in found.most_common())
        table.add_row(name, str(len(texts)), f"{sum(map(len, texts)) / 1_000:.0f}", str(found.total()), kinds)
    console.print(table)


def _show_speed(console: Console) -> None:
    support, dense = support_phrases(), Phrases((*CODE, *PROSE, *JSON), ())
    traffic = {
        "fresh, none": fresh_requests(support, count=_REQUESTS, personal=0),
        "in one sentence": fresh_requests(support, count=_REQUESTS, personal=1),
        "in five": fresh_requests(support, count=_REQUESTS, personal=5),
        "code and figures": fresh_requests(dense, count=_REQUESTS, personal=0),
        "ten turns, none": conversation_requests(support, count=_CONVERSATIONS, personal_each=0),
        "in each third turn": conversation_requests(support, count=_CONVERSATIONS, personal_each=3),
    }
    realistic = Policy(surrogates="realistic")
    table = Table("1/s", *traffic, title="Requests of 1 kB a second by where personal data is, one core, no recogniser")
    for name, work in (
        ("anonymised", _masks),
        ("anonymised, realistic", partial(_masks, policy=realistic)),
        ("anonymised, all seen before", _again),
        ("floor: read and written by json", partial(_reads, load=json.loads, dump=json.dumps)),
        ("floor: by msgspec", partial(_reads, load=msgspec.json.decode, dump=msgspec.json.encode)),
    ):
        table.add_row(name, *(f"{rate(work(requests)):,.0f}" for requests in traffic.values()))
    console.print(table)
    for name in ("in one sentence", "in each third turn"):
        console.print(_profile(name, _masks(traffic[name])))


def _profile(name: str, work: Callable[[], int]) -> Table:
    """Where the time goes: the functions with the most time of their own."""
    profile = cProfile.Profile()
    profile.runcall(work)
    entries = pstats.Stats(profile).get_stats_profile()
    total = sum(entry.tottime for entry in entries.func_profiles.values())
    table = Table("function", "share", title=f"Where the time goes: {name} (by cProfile, which favours C)")
    own = sorted(entries.func_profiles.items(), key=lambda item: -item[1].tottime)
    for function, entry in own[:10]:
        module = Path(entry.file_name).stem
        table.add_row(f"{module}.{function}" if module != "~" else function, f"{entry.tottime / total:.0%}")
    return table


def main() -> None:
    """Measure and print the tables."""
    console = Console(width=120)
    _show_recall(console)
    _show_false_positives(console)
    _show_speed(console)


if __name__ == "__main__":
    main()
