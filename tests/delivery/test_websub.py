"""A hub on loopback, in all its moods."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl

import pytest

from newsletter.delivery.websub import ping

TOPICS = ("https://letter.example/rss.xml", "https://letter.example/tags/a~2fb/atom.xml?x=1&y=2")


class Hub:
    """What a hub was told."""

    def __init__(self, port: int) -> None:
        """Begin with nothing."""
        self.url = f"http://127.0.0.1:{port}/hub?key=1"
        self.head = ""
        self.form: list[tuple[str, str]] = []


@contextmanager
def hub(answer: Callable[[socket.socket], None]) -> Iterator[Hub]:
    """Run a hub that reads one request and then answers so."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        running = Hub(server.getsockname()[1])

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                received = b""
                while b"\r\n\r\n" not in received:
                    received += connection.recv(65536)
                head, _, body = received.partition(b"\r\n\r\n")
                length = next(int(line[16:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length: "))
                while len(body) < length:
                    body += connection.recv(65536)
                running.head, running.form = head.decode(), parse_qsl(body.decode())
                answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield running
        finally:
            thread.join()


def says(text: str) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(text.encode())


@pytest.mark.parametrize("status", ["204 No Content", "202 Accepted", "200 OK"])
def test_websub_on_publication_the_hub_is_sent_a_post_with_mode_publish(status: str) -> None:
    with hub(says(f"HTTP/1.1 {status}\r\n\r\n")) as running:
        assert ping(running.url, TOPICS, 10) is None
    assert running.head.startswith("POST /hub?key=1 HTTP/1.1\r\n")
    assert "Content-Type: application/x-www-form-urlencoded" in running.head
    assert running.form == [("hub.mode", "publish"), *(("hub.url", topic) for topic in TOPICS)]


def test_a_hub_that_fails_is_told_of_in_one_line() -> None:
    with hub(says("HTTP/1.1 500 Out of \x1b[31mluck\r\n\r\nTraceback\n")) as running:
        assert ping(running.url, TOPICS, 10) == f"WebSub hub {running.url}: answered 500 Out of [31mluck"


def test_a_hub_that_moved_is_not_followed_but_named() -> None:
    with hub(says("HTTP/1.1 308 Permanent Redirect\r\nLocation: https://new.example/\r\n\r\n")) as running:
        failure = ping(running.url, TOPICS, 10)
    assert failure == f"WebSub hub {running.url}: answered 308 Permanent Redirect, see https://new.example/"


def test_a_hub_that_speaks_something_else_is_told_of_in_one_line() -> None:
    with hub(says("SMTP ready\r\nindeed\r\n")) as running:
        failure = ping(running.url, TOPICS, 10)
    assert failure is not None
    assert failure.startswith(f"WebSub hub {running.url}: ")
    assert len(failure.splitlines()) == 1


def test_a_hub_that_hangs_up_is_told_of_in_one_line() -> None:
    with hub(lambda connection: connection.close()) as running:
        assert ping(running.url, TOPICS, 10) == f"WebSub hub {running.url}: Remote end closed connection without response"


def test_a_hub_that_refuses_is_told_of_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    failure = ping(url, TOPICS, 10)
    assert failure == f"WebSub hub {url}: [Errno 111] Connection refused"


def test_a_hub_that_is_silent_is_left_behind() -> None:
    waiting = threading.Event()

    def wait(_: socket.socket) -> None:
        waiting.wait()

    with hub(wait) as running:
        assert ping(running.url, TOPICS, 0.2) in {
            f"WebSub hub {running.url}: no answer within 0.2 seconds",
            f"WebSub hub {running.url}: timed out",
        }
        waiting.set()


def test_a_hub_whose_answer_trickles_in_is_left_behind() -> None:
    enough = threading.Event()

    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while not enough.wait(0.02):
            connection.sendall(b"x")

    with hub(trickle) as running:
        assert ping(running.url, TOPICS, 0.3) == f"WebSub hub {running.url}: no answer within 0.3 seconds"
        enough.set()


@pytest.mark.parametrize("url", ["http://[::1", "https://127.0.0.1:1/", "http://hub.invalid:x/", "nonsense"])
def test_an_address_that_leads_nowhere_is_told_of_in_one_line(url: str) -> None:
    failure = ping(url, TOPICS, 10)
    assert failure is not None
    assert failure.startswith(f"WebSub hub {url}: ")
