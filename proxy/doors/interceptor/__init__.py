"""The door for clients whose base URL cannot be changed: an addon of mitmproxy, and mitmdump around it.

Both bodies stream through a tee, as in the gateway; mitmproxy does the forwarding and the TLS. Nothing outside this
package imports mitmproxy, and this package is only imported where its extra is installed.
"""

from proxy.doors.interceptor.addon import Interceptor
from proxy.doors.interceptor.running import Interception, run

__all__ = ["Interception", "Interceptor", "run"]
