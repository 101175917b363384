"""Parts of live pages: a version per content, and only what changed travels."""

from __future__ import annotations

from django.test import RequestFactory

from paraat.kernel.marking import Viewer
from paraat.platform import live, parts


def ask(have: str) -> object:
    return RequestFactory().get("/parts/", {"have": have})


ONE, TWO = parts.part("one", "<p>calm</p>"), parts.part("two", "<p>silent</p>")


def test_the_same_content_has_the_same_version_whatever_the_time_says() -> None:
    early = parts.part("a", '<time datetime="x" data-ago>1 min</time>')
    late = parts.part("a", '<time datetime="x" data-ago>9 min</time>')
    other = parts.part("a", '<time datetime="y" data-ago>9 min</time>')
    assert early.version == late.version != other.version


def test_only_what_the_page_does_not_have_is_answered() -> None:
    answer = parts.answer(ask(f"one.{ONE.version}"), [ONE, TWO], title="Board <1>")  # type: ignore[arg-type]
    text = answer.content.decode()
    assert "silent" in text and "calm" not in text
    assert "<title>Board &lt;1&gt;</title>" in text


def test_a_page_that_has_all_gets_nothing() -> None:
    answer = parts.answer(ask(f"one.{ONE.version}~two.{TWO.version}"), [ONE, TWO])  # type: ignore[arg-type]
    assert answer.status_code == 204


def test_a_token_names_the_topics() -> None:
    assert live.read(parts.token(Viewer(), "alerts", "calls")).topics == ("alerts", "calls")
