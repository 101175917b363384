"""What a clerk does: sign in, call people, read and handle requests."""

from __future__ import annotations

from starlette.responses import Response

from ..actions import deed, queue
from ..clerks import HOURS
from ..form import forms
from ..papers import ENDINGS
from ..refused import Refused
from ..submission import STATUSES, Wanted, content, for_clerk, listed, papers
from ..submission import queue as queue_of
from .answering import CLERK, Ask, query, route


def gate(ask: Ask) -> Response:
    """Where one signs in."""
    return ask.page("login.html", wrong="") if ask.clerk is None else ask.go("/clerk")


def sign_in(ask: Ask) -> Response:
    """Sign in. Tries are counted per address and per login."""
    ask.limited("login", most=30)
    login = ask.text("login")[:60]
    ask.office.limits.tried(f"login {login.lower()}", most=10, seconds=600)
    token = ask.office.desk.sign_in(login, ask.text("password")[:200])
    if token is None:
        return ask.page("login.html", 422, wrong=ask.word("login_wrong"))
    ask.cookies["clerk"] = (token, HOURS * 3600)
    return ask.go("/clerk")


def sign_out(ask: Ask) -> Response:
    """Sign out."""
    ask.cookies["clerk"] = ("", 0)
    return ask.go("/clerk/login")


def desk(ask: Ask) -> Response:
    """His counters with how many wait."""
    return ask.page("desk.html", counters=_counters(ask))


def counter(ask: Ask) -> Response:
    """The queue of one counter."""
    return ask.page("queue.html", **_queue(ask))


def part(ask: Ask) -> Response:
    """What changes on it; fetched anew every few seconds."""
    return ask.page("queue_part.html", **_queue(ask))


def call(ask: Ask) -> Response:
    """Call the next person, and open the request."""
    reference = queue.call_next(ask.office, clerk=ask.signed_in, counter=ask.path("counter"))
    return ask.go(f"/clerk/request/{reference}" if reference else f"/clerk/counter/{ask.path('counter')}")


def requests(ask: Ask) -> Response:
    """All requests at his counters, found by text, form, status, counter or day."""
    given = query(ask)
    page = int(given["page"]) if given.get("page", "").isdecimal() and given["page"] != "0" else 1
    kept = {key: given.get(key, "").strip()[:100] for key in ("text", "form", "status", "counter", "day")}
    with ask.office.store.reading() as connection:
        found, more = listed(connection, ask.office.vault, ask.signed_in, Wanted(**kept, page=min(page, 10_000)))
    return ask.page(
        "requests.html", found=found, more=more, wanted=kept, page_number=page, forms=forms(), statuses=STATUSES
    )


def request(ask: Ask) -> Response:
    """One request, to read and to print."""
    with ask.office.store.reading() as connection:
        found = for_clerk(connection, ask.office.vault, ask.signed_in, ask.path("reference"))
        own = papers(connection, ask.office.vault, found.id)
    _seen(ask, "opened", found.reference)
    moves = [verb for verb, (before, _) in queue.MOVES.items() if found.status in before]
    values = {"one": found, "form": forms()[found.form], "papers": own, "moves": moves}
    return ask.page("request.html", counter=ask.office.tenant.counter(found.counter), **values)


def move(ask: Ask) -> Response:
    """Call again, done, did not come, waits again, withdrew."""
    queue.move(ask.office, clerk=ask.signed_in, reference=ask.path("reference"), verb=ask.text("verb"))
    return ask.go(f"/clerk/request/{ask.path('reference')}")


def annotate(ask: Ask) -> Response:
    """The internal note."""
    queue.annotate(ask.office, clerk=ask.signed_in, reference=ask.path("reference"), note=ask.text("note"))
    return ask.go(f"/clerk/request/{ask.path('reference')}")


def paper(ask: Ask) -> Response:
    """An upload, to be saved: under our own name, and never shown as a page of ours."""
    with ask.office.store.reading() as connection:
        found = for_clerk(connection, ask.office.vault, ask.signed_in, ask.path("reference"))
        known = {one.id: one for one in papers(connection, ask.office.vault, found.id)}
        if ask.path("paper") not in known:
            raise Refused("not_found", 404)
        body = content(connection, ask.office.vault, found.id, ask.path("paper"))
    one = known[ask.path("paper")]
    _seen(ask, "paper_opened", found.reference)
    name = f"{found.reference}-{one.field}.{ENDINGS[one.kind]}"
    return Response(body, media_type=one.kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _seen(ask: Ask, verb: str, reference: str) -> None:
    deed.looked(ask.office, verb, by=ask.signed_in.login, reference=reference, test=ask.signed_in.test)


def _counters(ask: Ask) -> list[dict[str, object]]:
    clerk, found = ask.signed_in, []
    with ask.office.store.reading() as connection:
        for one in ask.office.tenant.counters:
            if one.key in clerk.counters:
                rows = queue_of(connection, clerk, one.key, ask.office.today())
                found.append({"counter": one, "waiting": sum(1 for row in rows if row["status"] == "waiting")})
    return found


def _queue(ask: Ask) -> dict[str, object]:
    with ask.office.store.reading() as connection:
        rows = queue_of(connection, ask.signed_in, ask.path("counter"), ask.office.today())
    return {"counter": ask.office.tenant.counter(ask.path("counter")), "rows": rows, "forms": forms()}


ROUTES = [
    route("/clerk/login", gate),
    route("/clerk/login", sign_in, "POST"),
    route("/clerk/logout", sign_out, "POST", CLERK),
    route("/clerk", desk, who=CLERK),
    route("/clerk/counter/{counter}", counter, who=CLERK),
    route("/clerk/counter/{counter}/part", part, who=CLERK),
    route("/clerk/counter/{counter}/next", call, "POST", CLERK),
    route("/clerk/requests", requests, who=CLERK),
    route("/clerk/request/{reference}", request, who=CLERK),
    route("/clerk/request/{reference}/move", move, "POST", CLERK),
    route("/clerk/request/{reference}/note", annotate, "POST", CLERK),
    route("/clerk/request/{reference}/paper/{paper}", paper, who=CLERK),
]
