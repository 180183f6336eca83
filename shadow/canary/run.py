"""Builds a canary's parts from the settings and sends it on its way."""

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp

from proxy.errors import Unavailable, UsageError
from proxy.exchange import Door, Exchange, Shape
from proxy.log.kafka import KafkaConsumer
from proxy.log.record import Record
from proxy.log.tail import open_tail
from proxy.log.topics import COVERAGE, EXCHANGES
from proxy.main import pseudonym_key
from proxy.settings import KafkaSettings, ProxySettings
from proxy.wire.routes import PATHS
from shadow.canary.books import Books
from shadow.canary.hop import Hop
from shadow.canary.request import CanaryRequest, make_request
from shadow.canary.way import LOG, STORE, Declined, ReadStore, Replayed, Send, Way
from shadow.main import list_experiments
from shadow.replay import Lane
from shadow.settings import ClickHouseSettings
from shadow.store.clickhouse import Store

_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - what a door listens on is no address to call


@dataclass(frozen=True, slots=True)
class Flight:
    """What a canary is to do.

    Attributes:
        url: Base URL of the door, without /v1; empty takes the one of the settings.
        model: Model to ask for; empty asks the door which there are.
        api_key: Sent as bearer token unless empty.
        timeout_s: Bound of the whole way, s.
    """

    door: Door
    url: str
    model: str
    api_key: str
    timeout_s: float


def fly(flight: Flight, *, show: Callable[[Hop], None]) -> tuple[list[Hop], list[str]]:
    """Send a canary; `show` is told each hop at once.

    Returns:
        The hops, and the ids of the experiments that had to replay it.

    Raises:
        UsageError: there is no key of the capture process here, or no model could be found out.
    """
    proxy = ProxySettings()
    key = _capture_key(proxy)
    try:
        now = datetime.now(UTC)
        experiments = [one.experiment_id for one in list_experiments() if one.is_live(now=now)]
    except Unavailable as error:
        return _ended(LOG, error, show), []
    return asyncio.run(_fly(flight, proxy=proxy, key=key, experiments=experiments, show=show)), experiments


def _capture_key(settings: ProxySettings) -> bytes:
    """The key that the capture process has already; a new one would mark nothing that it knows."""
    file = settings.state_dir / "pseudonym-key"
    if not settings.pseudonym_key.get_secret_value() and not file.exists():
        message = (
            f"there is no pseudonym key in {settings.state_dir}: run the canary with the capture process's own "
            "UNDERSTUDY_PROXY_STATE_DIR or UNDERSTUDY_PROXY_PSEUDONYM_KEY"
        )
        raise UsageError(message)
    return pseudonym_key(settings)


async def _fly(
    flight: Flight, *, proxy: ProxySettings, key: bytes, experiments: Sequence[str], show: Callable[[Hop], None]
) -> list[Hop]:
    async with AsyncExitStack() as stack:
        try:
            exchanges = await _tail(stack, EXCHANGES.name)
            ledger = await _tail(stack, COVERAGE.name)
        except Unavailable as error:
            return _ended(LOG, error, show)
        try:
            read_store = _open_store(stack, experiments)
        except Unavailable as error:
            return _ended(STORE, error, show)
        session = await stack.enter_async_context(aiohttp.ClientSession(trust_env=False))
        url = flight.url.rstrip("/") or _url_of(flight.door, proxy)
        headers = {"authorization": f"Bearer {flight.api_key}"} if flight.api_key else {}
        way = Way(
            door=flight.door,
            send=_sender(session, url, headers),
            exchanges=exchanges,
            books=Books(ledger, door=flight.door),
            read_store=read_store,
            experiments=experiments,
            timeout_s=flight.timeout_s,
        )
        request = make_request(
            model=flight.model or await _model_of(flight, session, url, headers),
            nonce=secrets.token_hex(16),
            at=time.time(),
            key=key,
            conversation_header=proxy.conversation_header,
        )
        hops = []
        async for hop in way.walk(request):
            show(hop)
            hops.append(hop)
        return hops


def _ended(name: str, error: Unavailable, show: Callable[[Hop], None]) -> list[Hop]:
    """The way ends before it begins: a service is away."""
    hop = Hop(name, is_there=False, ms=0.0, words=str(error))
    show(hop)
    return [hop]


async def _tail(stack: AsyncExitStack, topic: str) -> KafkaConsumer:
    consumer = await open_tail(KafkaSettings(), topic)
    stack.push_async_callback(consumer.close)
    return consumer


def _open_store(stack: AsyncExitStack, experiments: Sequence[str]) -> ReadStore:
    """Reads the store; without experiments there is nothing to read and no store is needed."""
    if not experiments:
        return _nothing
    store = Store.connect(ClickHouseSettings())
    stack.callback(store.close)

    async def read(exchange: Exchange, record: Record) -> Sequence[Replayed | Declined]:
        return await asyncio.to_thread(_rows, store, exchange, record, experiments)

    return read


async def _nothing(_exchange: Exchange, _record: Record) -> Sequence[Replayed | Declined]:
    return ()


def _rows(
    store: Store, exchange: Exchange, record: Record, experiments: Sequence[str]
) -> Sequence[Replayed | Declined]:
    ids = list(experiments)
    replayed = store.read("canary_replays", experiment_ids=ids, exchange_id=exchange.exchange_id)
    declined = store.read("canary_declined", experiment_ids=ids, partition=record.partition, offset=record.offset)
    return [
        *(Replayed(row["experiment_id"], Lane(row["lane"]), row["outcome"], row["error"]) for row in replayed),
        *(Declined(row["experiment_id"], row["reason"]) for row in declined),
    ]


def _url_of(door: Door, settings: ProxySettings) -> str:
    port = settings.tap_port if door is Door.TAP else settings.port
    return f"http://{_ANY_ADDRESS.get(settings.host, settings.host)}:{port}"


def _sender(session: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> Send:
    async def send(request: CanaryRequest) -> int:
        try:
            async with session.post(
                url + PATHS[Shape.CHAT], data=request.body, headers=request.headers | headers
            ) as answer:
                await answer.read()
                return answer.status
        except aiohttp.ClientError as error:
            message = f"no answer at {url} ({type(error).__name__}): is the door up?"
            raise Unavailable(message) from error

    return send


async def _model_of(flight: Flight, session: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> str:
    """The first model that production serves; a tap's requests are answered by nobody, so any name will do."""
    if flight.door is Door.TAP:
        return "canary"
    try:
        async with asyncio.timeout(flight.timeout_s), session.get(f"{url}/v1/models", headers=headers) as answer:
            served = (await answer.json())["data"][0]["id"]
    except aiohttp.ClientConnectorError:
        return "canary"
    except (aiohttp.ClientError, TimeoutError, ValueError, LookupError, TypeError) as error:
        message = f"{url} does not say which models there are ({type(error).__name__}); name one with --model"
        raise UsageError(message) from error
    return str(served)
