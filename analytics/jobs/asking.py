"""Asks a model on an OpenAI-compatible server for the LLM judge: bounded in time, in flight and in tokens.

The adapter of `judges.llm.Asker`. Only loopback and hosts that the user names are ever asked; payload text never
enters a log line.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from pydantic import SecretStr

from judges.llm import Question, Silence

_CHARACTERS_PER_TOKEN: Final = 3
"""Fewer than any tokenizer of today gives on prose, so that a budget is reserved in full."""
_TRIES: Final = 2
_SLACK_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where and whom to ask.

    Attributes:
        base_url: Up to and without /v1.
        timeout_s: Of one question.
        in_flight: Questions under way at most.
        answer_tokens: Of one answer at most.
    """

    base_url: str
    model: str
    token: SecretStr
    timeout_s: float = 60.0
    in_flight: int = 8
    answer_tokens: int = 400


class ModelAsker:
    """Asks questions of one model; what is spent is counted over the life of the object.

    Args:
        budget_tokens: Prompt and answer tokens together that may be spent; questions beyond it are not sent.
    """

    def __init__(self, endpoint: Endpoint, *, budget_tokens: int) -> None:
        self._endpoint = endpoint
        self._budget = budget_tokens
        self._spent = 0

    @property
    def name(self) -> str:
        """The model."""
        return self._endpoint.model

    @property
    def spent_tokens(self) -> int:
        """Tokens used so far, as the server counted them."""
        return self._spent

    def deadline_s(self, questions: int) -> float:
        """Rounds of questions in flight, each with its tries."""
        rounds = -(-questions // self._endpoint.in_flight)
        return _SLACK_S + rounds * self._endpoint.timeout_s * _TRIES

    def ask(self, questions: Sequence[Question]) -> list[str | Silence]:
        """One answer or silence per question, in order."""
        return asyncio.run(self._ask(questions)) if questions else []

    async def _ask(self, questions: Sequence[Question]) -> list[str | Silence]:
        gate = asyncio.Semaphore(self._endpoint.in_flight)
        timeout = aiohttp.ClientTimeout(total=self._endpoint.timeout_s)
        async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
            return await asyncio.gather(*(self._one(question, session=session, gate=gate) for question in questions))

    async def _one(
        self, question: Question, *, session: aiohttp.ClientSession, gate: asyncio.Semaphore
    ) -> str | Silence:
        async with gate:
            reserved = _tokens(question) + self._endpoint.answer_tokens
            if self._spent + reserved > self._budget:
                return Silence("BudgetSpent", is_spent=True)
            self._spent += reserved
            used = 0
            try:
                for tries in range(_TRIES):
                    try:
                        said, cost = await self._post(question, session=session)
                    except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError) as error:
                        if tries == _TRIES - 1:
                            return Silence("TimedOut" if isinstance(error, TimeoutError) else "NoConnection")
                        continue
                    used += cost
                    return said
            finally:
                self._spent += (used or reserved) - reserved
        return Silence("NoConnection")

    async def _post(self, question: Question, *, session: aiohttp.ClientSession) -> tuple[str | Silence, int]:
        """The answer, and the tokens it took; 0 where the server does not say."""
        token = self._endpoint.token.get_secret_value()
        headers = {"authorization": f"Bearer {token}"} if token else {}
        url = f"{self._endpoint.base_url.rstrip('/')}/v1/chat/completions"
        async with session.post(url, json=_body(question, self._endpoint), headers=headers) as reply:
            if reply.status != 200:  # noqa: PLR2004 - HTTP's OK
                return Silence(f"Status{reply.status}"), 0
            try:
                document = json.loads(await reply.read())
                said = document["choices"][0]["message"]["content"]
                used = int(document.get("usage", {}).get("total_tokens", 0))
            except (ValueError, LookupError, TypeError, AttributeError):
                return Silence("UnreadableReply"), 0
            return (said if isinstance(said, str) and said.strip() else Silence("EmptyReply")), used


def _body(question: Question, endpoint: Endpoint) -> dict[str, Any]:
    """Greedy, seeded, and held to the schema."""
    schema = {"name": "verdict", "strict": True, "schema": json.loads(question.schema)}
    return {
        "model": endpoint.model,
        "messages": [{"role": "system", "content": question.system}, {"role": "user", "content": question.user}],
        "temperature": 0,
        "seed": 1,
        "max_tokens": endpoint.answer_tokens,
        "response_format": {"type": "json_schema", "json_schema": schema},
    }


def _tokens(question: Question) -> int:
    return (len(question.system) + len(question.user)) // _CHARACTERS_PER_TOKEN
