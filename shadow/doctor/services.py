"""What answers over HTTP: the control service, the gateway, and the deployments of live experiments."""

import asyncio
from collections.abc import Iterable

import aiohttp

from proxy.errors import Refused, Unavailable
from proxy.settings import ProxySettings
from shadow.control.probe import check_allowed, probe
from shadow.deployment import Deployment
from shadow.doctor.finding import Finding, bad, doubtful, good
from shadow.experiment import Experiment
from shadow.settings import ShadowSettings

_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - what a service listens on is no address to call
_TIMEOUT = aiohttp.ClientTimeout(total=5)


async def examine_doors(
    proxy: ProxySettings, shadow: ShadowSettings, *, session: aiohttp.ClientSession
) -> list[Finding]:
    """Gateway and control service; a machine need not have either."""
    gateway = f"http://{_callable(proxy.host)}:{proxy.port}/__understudy/health"
    control = f"http://{_callable(shadow.control_host)}:{shadow.control_port}/health"
    return list(
        await asyncio.gather(_health("gateway", gateway, session=session), _health("control", control, session=session))
    )


async def _health(name: str, url: str, *, session: aiohttp.ClientSession) -> Finding:
    try:
        async with session.get(url, timeout=_TIMEOUT) as answer:
            status = answer.status
    except (aiohttp.ClientError, TimeoutError) as error:
        words = f"does not answer at {url} ({type(error).__name__})"
        return doubtful(name, words, to_do=f"understudy {name}, unless it runs elsewhere or is not needed")
    if status == 200:  # noqa: PLR2004 - HTTP OK
        return good(name, f"answers at {url}")
    return bad(name, f"answers {status} at {url}", to_do="another program may have its port; see its log")


async def examine_deployments(
    live: Iterable[Experiment], *, allowed_hosts: frozenset[str], session: aiohttp.ClientSession
) -> list[Finding]:
    """Every deployment of a live experiment: allowed, answering, and still what it was."""
    experiments = list(live)
    if not experiments:
        return [doubtful("experiments", "none is live", to_do="understudy experiment create FILE --owner YOU --enable")]
    arms = [(one.experiment_id, arm) for one in experiments for arm in (one.baseline, one.candidate)]
    asked = (_deployment(name, arm, allowed_hosts=allowed_hosts, session=session) for name, arm in arms)
    return [good("experiments", f"{len(experiments)} live"), *await asyncio.gather(*asked)]


async def _deployment(
    experiment_id: str, deployment: Deployment, *, allowed_hosts: frozenset[str], session: aiohttp.ClientSession
) -> Finding:
    part = f"{experiment_id}/{deployment.deployment_id}"
    try:
        check_allowed(deployment, allowed_hosts=allowed_hosts)
        now = await probe(deployment, session=session)
    except Refused as error:
        return bad(part, str(error), to_do="UNDERSTUDY_SHADOW_ALLOWED_HOSTS of control and workers must name it")
    except Unavailable as error:
        return bad(part, str(error), to_do="start it, or pause the experiment")
    if now.fingerprint != deployment.fingerprint:
        words = "answers, and is another one than it was on registration"
        return doubtful(part, words, to_do="workers split the experiment there; see `understudy experiment show`")
    return good(part, f"answers, {deployment.engine or 'engine unknown'} {deployment.engine_version}".rstrip())


def _callable(host: str) -> str:
    return _ANY_ADDRESS.get(host, host)
