import asyncio
from collections import defaultdict

from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import simulator_in_loop
from shadow.stack.processes import free_port
from shadow.worker.lane import open_session
from shadow.worker.scraper import Scraper
from shadow.worker.server_metrics import ServerMetrics
from tests.integration.replays import until


class Told:
    def __init__(self) -> None:
        self.found: defaultdict[str, list[ServerMetrics]] = defaultdict(list)
        self.is_busy = True

    async def take(self, name: str, metrics: ServerMetrics) -> None:
        self.found[name].append(metrics)


async def test_servers_are_read_while_replays_run_and_one_that_is_away_is_passed_over() -> None:
    told = Told()
    async with simulator_in_loop(Behaviour(model="m")) as url, open_session() as session:
        urls = {"here": f"{url}/metrics", "away": f"http://127.0.0.1:{free_port()}/metrics", "other": f"{url}/nothing"}
        scraper = Scraper(session, urls, every_s=0.02, is_wanted=lambda: told.is_busy, found=told.take)
        work = asyncio.create_task(scraper.run())
        await until(lambda: len(told.found["here"]) >= 2)
        assert set(told.found) == {"here"}
        assert told.found["here"][0].waiting == 0
        assert told.found["here"][0].ttft.total == 0
        told.is_busy = False
        await asyncio.sleep(0.1)
        read = len(told.found["here"])
        await asyncio.sleep(0.1)
        assert len(told.found["here"]) == read
        work.cancel()
