"""Which hosts are intercepted: names as users write them, as the patterns that mitmproxy searches."""

import re
from collections.abc import Sequence

from proxy.errors import UsageError

_NAME = re.compile(r"[\w.*-]+|\[[0-9a-f:]+\]", re.ASCII | re.IGNORECASE)


def patterns_of(hosts: Sequence[str]) -> list[str]:
    """One regular expression a host, for `host:port` in any case; `*` stands for anything within a name.

    Raises:
        UsageError: a host is no name (a URL, or one with a port).
    """
    wrong = [host for host in hosts if not _NAME.fullmatch(host)]
    if wrong:
        message = f"{', '.join(wrong)} is no host name: write api.example.com or *.example.com, without scheme or port"
        raise UsageError(message)
    return [rf"^{re.escape(host.strip('[]')).replace(r'\*', '[^:/]*')}:\d+$" for host in hosts]
