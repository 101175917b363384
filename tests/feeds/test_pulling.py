"""Pulling a source from its URL: what changed is read, what did not is not sent again, and nobody is led to an address inside."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from paraat.feeds import actions, fetching, pulling
from paraat.feeds.models import Run, Source
from paraat.kernel.errors import Invalid, Refused, Unreachable
from paraat.platform import moment
from tests import cast
from tests.feeds.lists import BY, ddosia, listed

pytestmark = pytest.mark.django_db


class Feed(BaseHTTPRequestHandler):
    """A feed of which a test says what it answers."""

    content: ClassVar[bytes] = b""
    asked: ClassVar[list[dict[str, str]]] = []
    answer: ClassVar[dict[str, Any]] = {}

    def do_GET(self) -> None:
        self.asked.append({name.lower(): value for name, value in self.headers.items()})
        if self.path.startswith("/away"):
            return self._say(302, {"Location": self.answer["to"]})
        if self.headers.get("If-None-Match") == '"one"':
            return self._say(304, {})
        headers = {"ETag": '"one"', "Content-Length": str(len(self.content) + self.answer.get("missing", 0))}
        self._say(self.answer.get("status", 200), headers | self.answer.get("headers", {}))
        self.wfile.write(self.content)
        return None

    def _say(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Silence."""


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a running feed, which this installation may ask although it is a private one."""
    monkeypatch.setenv("PARAAT_PULL_PRIVATE_HOSTS", "127.0.0.1")
    Feed.content, Feed.asked, Feed.answer = listed("www.ronse.be"), [], {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Feed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def pulled(url: str) -> tuple[Run | None, Source]:
    source = Source.objects.filter(slug="ddosia").first() or ddosia(pull_url=url, pull_every=timedelta(hours=1))
    Source.objects.filter(pk=source.pk).update(pull_url=url)
    run = pulling.pull(source.pk)
    source.refresh_from_db()
    return run, source


def test_it_reads_what_is_new_and_is_not_sent_what_is_not(feed: str) -> None:
    cast.ronse()
    run, source = pulled(f"{feed}/lists/2024-10-08_14-40-04_list.json?key=1")
    assert run is not None
    assert (run.state, run.origin, run.file_name, run.organisations) == (
        "read",
        "pull",
        "2024-10-08_14-40-04_list.json",
        1,
    )
    assert (source.pull_etag, source.last_error) == ('"one"', "")
    assert source.pulled_at is not None

    assert pulled(source.pull_url)[0] is None
    assert Feed.asked[1]["if-none-match"] == '"one"'
    assert Run.objects.count() == 1


def test_the_name_that_the_server_gives_wins(feed: str) -> None:
    Feed.answer = {"headers": {"Content-Disposition": 'attachment; filename="2024-10-07_x.json"'}}
    run, _ = pulled(f"{feed}/latest")
    assert run is not None
    assert run.file_name == "2024-10-07_x.json"


@pytest.mark.parametrize(("status", "words"), [(404, "404"), (500, "500")])
def test_what_goes_wrong_stands_on_the_source_until_it_goes_well(feed: str, status: int, words: str) -> None:
    Feed.answer = {"status": status}
    run, source = pulled(f"{feed}/list.json")
    assert run is None
    assert words in source.last_error
    Feed.answer = {}
    run, source = pulled(f"{feed}/list.json")
    assert run is not None
    assert source.last_error == ""


def test_a_feed_that_breaks_off_is_not_taken_for_a_short_list(feed: str) -> None:
    Feed.answer = {"missing": 100}
    run, source = pulled(f"{feed}/list.json")
    assert run is None
    assert "broke off" in source.last_error
    assert not Run.objects.exists()


def test_what_is_too_large_is_not_kept(feed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_UPLOAD_LIMIT", "1024")
    Feed.content = b"x" * 5000
    run, source = pulled(f"{feed}/list.json")
    assert run is None
    assert "larger" in source.last_error


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/x",
        "http://localhost/x",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/x",
        "http://[::ffff:10.0.0.1]/x",
        "http://10.1.2.3/",
        "http://[64:ff9b::a9fe:a9fe]/latest/meta-data",
        "http://[2002:7f00:1::]/x",
    ],
)
def test_an_address_that_is_not_public_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="not public"), fetching.fetch(url):
        pass


def test_a_redirect_to_the_inside_is_refused_too(feed: str) -> None:
    Feed.answer = {"to": "http://169.254.169.254/secret"}
    with pytest.raises(Refused, match="not public"), fetching.fetch(f"{feed}/away"):
        pass
    Feed.answer = {"to": "file:///etc/passwd"}
    with pytest.raises(Invalid), fetching.fetch(f"{feed}/away"):
        pass
    Feed.answer = {"to": f"{feed}/away"}
    with pytest.raises(Refused, match="redirects"), fetching.fetch(f"{feed}/away"):
        pass


@pytest.mark.parametrize(
    "url",
    [
        "ftp://feeds.example/x",
        "file:///etc/passwd",
        "https://user:secret@feeds.example/",
        "nothing",
        "https://feeds.example:99999/",
        "http://[::1",
    ],
)
def test_only_plain_http_addresses_are_asked(url: str) -> None:
    with pytest.raises(Invalid):
        fetching.check(url)


def test_who_does_not_answer_is_asked_again_later(feed: str) -> None:
    with pytest.raises(Unreachable), fetching.fetch("http://127.0.0.1:1/x"):
        pass


def test_what_is_due_is_pulled_once_and_has_its_next_time() -> None:
    source = ddosia(pull_url="https://feeds.example/x", pull_every=timedelta(hours=2))
    assert actions.start_due_pulls() == 1
    assert actions.start_due_pulls() == 0
    source.refresh_from_db()
    assert source.pull_due_at is not None
    assert timedelta(hours=1, minutes=59) < source.pull_due_at - moment.now() <= timedelta(hours=2)
    actions.change_source(source=source, active=False, by=BY)
    Source.objects.update(pull_due_at=moment.now())
    assert actions.start_due_pulls() == 0
