"""Tells a WebSub hub that feeds have changed, so that their readers need not wait for their next poll. Uses the network.

How a publisher tells its hub, WebSub leaves to the two of them (https://www.w3.org/TR/websub/#publishing). All public hubs take
what its predecessor laid down, a form with ``hub.mode=publish`` and a ``hub.url`` for each feed
(https://pubsubhubbub.github.io/PubSubHubbub/pubsubhubbub-core-0.3.html#publishing).
"""

import http.client
import threading
from collections.abc import Iterable
from urllib.parse import urlencode, urlsplit

from newsletter import __version__

#: Seconds.
TIMEOUT = 10.0
_FORM = {
    "Content-Type": "application/x-www-form-urlencoded",
    "User-Agent": f"newsletter-publisher/{__version__}",
    "Connection": "close",
}


def ping(hub: str, topics: Iterable[str], timeout: float = TIMEOUT) -> str | None:
    """Tell the hub that the feeds at these addresses have changed; return one line if it did not take it in, never raise.

    ``timeout`` bounds all of it, in seconds: looking up the host, which no socket's timeout does, and answers that trickle in.
    A hub that is still not done by then is left behind.
    """
    body = urlencode([("hub.mode", "publish"), *(("hub.url", topic) for topic in topics)])
    said: list[str | None] = []
    telling = threading.Thread(target=lambda: said.append(_tell(hub, body, timeout)), daemon=True)
    telling.start()
    telling.join(timeout)
    failure = said[0] if said else f"no answer within {timeout:g} seconds"
    return None if failure is None else f"WebSub hub {hub}: {failure}"


def _tell(hub: str, body: str, timeout: float) -> str | None:
    """Send the form; return what went wrong."""
    try:
        parts = urlsplit(hub)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = kind(parts.netloc, timeout=timeout)
        try:
            connection.request("POST", path, body, _FORM)
            answer = connection.getresponse()
            where = answer.headers.get("Location", "")
            reason = f"{answer.status} {answer.reason}".strip()
        finally:
            connection.close()
    except Exception as error:  # noqa: BLE001 - whatever it is: the articles are published, and must not seem not to be
        return _line(str(error) or type(error).__name__)
    if answer.status // 100 == 2:  # noqa: PLR2004 - any success; hubs say 202 or 204
        return None
    return _line(f"answered {reason}" + (f", see {where}" if where else ""))


def _line(text: str) -> str:
    """Put what others said on one line of bearable length."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:200]
