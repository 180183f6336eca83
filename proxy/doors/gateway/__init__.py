"""The inline door: an ASGI reverse proxy that streams both ways, tees bytes with a stamp, and does nothing else.

Whatever fails on the capture side, the client's reply is unchanged. Parsing and anonymising happen elsewhere.
What it promises and what it does with each failure: docs/explanation/gateway.md.
"""

from proxy.doors.gateway.app import Gateway
from proxy.doors.gateway.limits import Limits
from proxy.doors.gateway.upstreams import Upstreams

__all__ = ["Gateway", "Limits", "Upstreams"]
