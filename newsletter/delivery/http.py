"""What services spoken to over HTTP share: bounded waiting, retries, errors on one line without secrets. Uses the network.

Redirects are not followed: credentials go to the address that was configured and to no other.
"""

import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from msgspec import Struct
from requests.auth import AuthBase
from urllib3.exceptions import NewConnectionError

from newsletter import __version__
from newsletter.errors import DeliveryError

#: Seconds to connect, and between two parts of an answer.
TIMEOUT = (10.0, 60.0)
#: Seconds and bytes of all of an answer. A list of 100 e-mails without their bodies has some 200 kB.
LONGEST = 300.0
LARGEST = 32 * 1024 * 1024
#: Seconds before each further attempt.
PAUSES = (2.0, 8.0, 30.0)
#: Seconds to wait, in one run, for a service that has too much to do, and at a time where it does not say how long.
PATIENCE = 120.0
UNTOLD = 10.0


class FailedError(DeliveryError):
    """The service failed: whether the request took effect has to be looked up, then it may be repeated."""


class UnansweredError(FailedError):
    """The service did not answer, and may still be working on the request: it must not be repeated before the next run."""


class Access(Struct, frozen=True, kw_only=True):
    """Where a service is and how it lets us in."""

    #: The table of the configuration, as ``delivery.listmonk``.
    table: str
    #: The address that paths are added to, without a slash at the end.
    url: str
    auth: AuthBase
    #: What no message may hold.
    secrets: Sequence[str]
    #: Which keys and variables to look at when it does not let us in.
    credentials: str
    headers: Mapping[str, str]


class _Answer(Struct, frozen=True):
    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def date(self) -> datetime | None:
        return _date(self.headers.get("Date", ""))


class Api:
    """One conversation with one service."""

    def __init__(self, access: Access) -> None:
        """Begin; nothing is sent yet. Raises DeliveryError where a secret cannot be sent."""
        if not all(secret.isascii() and secret.isprintable() for secret in access.secrets):
            raise DeliveryError(f"{access.table}: expected one line of ASCII as secret; check {access.credentials}")
        self._access = access
        self._where = urlsplit(access.url).netloc.rpartition("@")[2]
        self._waited = 0.0
        #: What time it is there, as of the latest answer that said so.
        self.date: datetime | None = None

    def read(self, path: str, **params: str | int) -> dict[str, Any]:
        """Return the JSON object there, asking again where the service fails; raises DeliveryError."""
        pauses = iter(PAUSES)
        while True:
            try:
                answer = self._request("GET", path, params=params)
                break
            except FailedError:
                pause = next(pauses, None)
                if pause is None:
                    raise
                time.sleep(pause)
        try:
            found = json.loads(answer.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise self._error("url", f"answered GET {path} with something that is no JSON object; is this the service's address?")
        return found

    def change(self, method: str, path: str, body: Mapping[str, object], headers: Mapping[str, str] | None = None) -> None:
        """Ask for a change, once; raises FailedError where it may have been made, and DeliveryError where it was not.

        What was made of it has to be looked up in any case, so the answer's body is left unread.
        """
        self._request(method, path, json=body, headers=headers)

    def refused(self, reason: str) -> DeliveryError:
        """Return the error for what the service said that makes no sense."""
        return self._error("url", reason)

    def _request(self, method: str, path: str, **arguments: Any) -> _Answer:  # noqa: ANN401 - those of requests
        """Ask, waiting where the service asks for it; return a success."""
        while True:
            answer = self._exchange(method, path, **arguments)
            self.date = answer.date or self.date
            if answer.status != requests.codes.too_many_requests:
                break
            self._wait(answer)
        if answer.status // 100 == 2:  # noqa: PLR2004 - any success
            return answer
        told = f"answered {method} {path} with {answer.status} {answer.reason}".strip()
        said = _said(answer.body)
        told += f" ({said})" if said else ""
        if answer.status == requests.codes.gateway_timeout:  # what is behind the gateway may go on
            raise self._error("url", told, UnansweredError)
        if answer.status // 100 == 5:  # noqa: PLR2004 - any failure of its own
            raise self._error("url", told, FailedError)
        if answer.status // 100 == 3:  # noqa: PLR2004 - any redirect
            place = answer.headers.get("Location", "elsewhere")
            raise self._error("url", f"{told}, which leads to {place}; if that is the service, name it here")
        if answer.status in {requests.codes.unauthorized, requests.codes.forbidden}:
            raise self._error("", f"{told}; check {self._access.credentials}")
        if answer.status == requests.codes.not_found:
            raise self._error("url", f"{told}; is this the service's address?")
        raise self._error("", told)

    def _exchange(self, method: str, path: str, **arguments: Any) -> _Answer:  # noqa: ANN401 - those of requests
        """Send one request and read what comes back."""
        headers = {
            "Accept": "application/json",
            "User-Agent": f"newsletter-publisher/{__version__}",
            # a connection kept open may be closed by the other side just when it is used again, and nobody knew what became of it
            "Connection": "close",
            **self._access.headers,
            **(arguments.pop("headers", None) or {}),
        }
        end = time.monotonic() + LONGEST
        try:
            with requests.request(
                method,
                self._access.url + path,
                headers=headers,
                auth=self._access.auth,  # this also keeps requests from taking credentials out of ~/.netrc
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
                **arguments,
            ) as answer:
                body = b""
                for piece in answer.iter_content(65_536):
                    body += piece
                    if len(body) > LARGEST or time.monotonic() > end:
                        raise self._error("url", f"does not come to an end with its answer to {method} {path}", UnansweredError)
                return _Answer(answer.status_code, answer.reason or "", answer.headers, body)
        except requests.RequestException as error:
            raise self._failure(error, f"{method} {path}") from None

    def _failure(self, error: requests.RequestException, asked: str) -> DeliveryError:
        """Say why there is no answer, and whether the service may have got the request."""
        causes = _causes(error)
        why = next((text for cause in reversed(causes) if (text := _reason(cause))), str(causes[-1]))
        if "certificate verify failed" in str(error).lower():
            return self._error("url", f"its certificate is not to be trusted: {why}")
        if isinstance(error, requests.ConnectTimeout) or any(isinstance(cause, NewConnectionError) for cause in causes):
            return self._error("url", f"cannot be reached: {why}", FailedError)
        if isinstance(error, ValueError):
            return self._error("url", f"cannot be asked: {type(error).__name__}")
        if any(isinstance(cause, TimeoutError) for cause in causes):
            why = f"nothing for {TIMEOUT[1]:g} seconds"
        return self._error("url", f"did not answer {asked}: {why}", UnansweredError)

    def _wait(self, answer: _Answer) -> None:
        """Wait as long as a service that has too much to do asks for; raises DeliveryError where that is too long.

        Seconds or a date: RFC 9110, section 10.2.3.
        """
        asked = answer.headers.get("Retry-After", "").strip()
        until = _date(asked)
        if asked.isascii() and asked.isdecimal():
            seconds = float(asked[:9])
        elif until and answer.date:
            seconds = max(0.0, (until - answer.date).total_seconds())
        else:
            seconds = UNTOLD
        # one that says "now" every time is not asked for ever
        self._waited += max(seconds, 1.0)
        if self._waited > PATIENCE:
            raise self._error("", f"has too much to do and asks to wait {seconds:g} seconds (429); the next run tries again")
        time.sleep(seconds)

    def _error(self, key: str, text: str, kind: type[DeliveryError] = DeliveryError) -> DeliveryError:
        """Return an error on one line without secrets."""
        name = f"{self._access.table}.{key}" if key else self._access.table
        line = f"{self._where} {text}"
        for secret in self._access.secrets:
            line = line.replace(secret, "…")
        return kind(f"{name}: {one_line(line)}")


def one_line(text: str, length: int = 300) -> str:
    """Put what others said on one line of bearable length."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= length else line[: length - 1] + "…"


def _said(body: bytes) -> str:
    """Return the message in an answer that tells of an error: listmonk's ``message``, Buttondown's ``detail`` and ``code``."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(found, dict):
        return ""
    told = found.get("message") or found.get("detail") or ""
    if isinstance(told, list):
        told = "; ".join(str(one.get("msg", "")) if isinstance(one, dict) else str(one) for one in told)
    code = found.get("code", "")
    return one_line(f"{code}: {told}" if code and told else str(told or code), 160)


def _causes(error: BaseException) -> list[BaseException]:
    """Return the error and what led to it, the first cause last."""
    found: list[BaseException] = []
    step: BaseException | None = error
    while step is not None:
        found.append(step)
        step = step.__cause__ or step.__context__
    return found


def _reason(error: BaseException) -> str:
    """Say what the system or TLS called it; empty: neither did."""
    return str(getattr(error, "verify_message", "") or getattr(error, "strerror", "") or "")


def _date(text: str) -> datetime | None:
    """Read a date of HTTP; None where it is none."""
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
