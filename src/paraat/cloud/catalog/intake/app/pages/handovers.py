"""Where everything is handed over, and removed."""

from __future__ import annotations

import sqlite3

from starlette.responses import JSONResponse, Response, StreamingResponse

from ..actions import handovers
from ..handover import archive
from ..refused import Refused
from .answering import CLERK, VERIFIER, Ask, route


def overview(ask: Ask) -> Response:
    """What was handed over, by whom, and what is still here of it."""
    return ask.page("handover.html", rows=_rows(ask), wrong="", removed=ask.request.query_params.get("removed", ""))


def begin(ask: Ask) -> Response:
    """Take everything as it is now."""
    handovers.begin(ask.office, clerk=ask.signed_in)
    return ask.go("/clerk/handover")


def download(ask: Ask) -> Response:
    """The ZIP."""
    identity = ask.path("handover")
    if identity not in {row["id"] for row in _rows(ask)}:
        raise Refused("not_found", 404)
    body = archive(ask.office, ask.signed_in, identity, ask.language)
    name = f"intake-{ask.office.today()}-{identity[:6]}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(body, media_type="application/zip", headers=headers)


def remove(ask: Ask) -> Response:
    """Delete what was handed over and not changed since."""
    number = ask.text("number").strip()
    try:
        typed = int(number) if number.isdecimal() and len(number) < 8 else -1
        gone = handovers.remove(ask.office, clerk=ask.signed_in, handover=ask.path("handover"), number=typed)
    except Refused as refused:
        if refused.key != "number_wrong":
            raise
        return ask.page("handover.html", 422, rows=_rows(ask), wrong=ask.word("number_wrong"), removed="")
    return ask.go(f"/clerk/handover?removed={gone}")


def clean(ask: Ask) -> Response:
    """Remove what the verification filed."""
    return JSONResponse({"removed": handovers.remove_test(ask.office)})


def _rows(ask: Ask) -> list[sqlite3.Row]:
    """His own hand-overs, newest first."""
    with ask.office.store.reading() as connection:
        return connection.execute(
            "SELECT id, at, login, requests, (SELECT count(*) FROM submission WHERE handed = handover.id) AS still,"
            " (SELECT count(*) FROM submission WHERE handed = handover.id AND status IN ('waiting', 'called')) AS open"
            " FROM handover WHERE login = ? AND test = ? ORDER BY at DESC",
            [ask.signed_in.login, ask.signed_in.test],
        ).fetchall()


ROUTES = [
    route("/clerk/handover", overview, who=CLERK),
    route("/clerk/handover", begin, "POST", CLERK),
    route("/clerk/handover/{handover}.zip", download, who=CLERK),
    route("/clerk/handover/{handover}/remove", remove, "POST", CLERK),
    route("/verification/remove", clean, "POST", VERIFIER),
]
