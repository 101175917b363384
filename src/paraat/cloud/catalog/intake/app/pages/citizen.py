"""What a citizen does: fill in a form, choose a moment, look it up, cancel it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import UploadFile
from starlette.responses import Response

from ..actions import drafts, visits
from ..form import Form
from ..papers import LARGEST, MOST, Paper, kind_of, problem
from ..refused import Refused
from ..submission import Submission, by_code, by_id, papers
from .answering import DRAFT_SECONDS, MINE_SECONDS, Ask, route


def home(ask: Ask) -> Response:
    """The forms that are offered, per counter."""
    with ask.office.store.reading() as connection:
        offers = [(form, counter) for form, counter, offered in ask.office.offers(connection).values() if offered]
        plans = {one.key: ask.office.plan(connection, one.key) for one in ask.office.tenant.counters}
    return ask.page("home.html", offers=offers, plans=plans)


def speak(ask: Ask) -> Response:
    """Choose a language and go back to where one was."""
    if (code := ask.path("code")) in ask.office.tenant.languages:
        ask.cookies["language"] = (code, 365 * 24 * 3600)
    back = ask.request.query_params.get("to", "/")
    parts = urlsplit(back)
    safe = not parts.scheme and not parts.netloc and back.startswith("/") and not back.startswith(("//", "/\\"))
    return ask.go(back if safe else "/")


def blank(ask: Ask) -> Response:
    """A form, with what was filled in before when it is not sent yet."""
    form, draft = _form(ask), _draft(ask, ask.path("form"))
    return _shown(ask, form, draft.answers if draft else {}, {}, draft)


def fill(ask: Ask) -> Response:
    """Keep what was filled in; on to the moment when it is complete."""
    ask.limited("file", most=60)
    form, draft = _form(ask), _draft(ask, ask.path("form"))
    answers, wrong = form.read({one.key: ask.text(one.key) for one in form.fields})
    taken, refused = _uploads(ask, form)
    dropped = [value for value in ask.form.getlist("drop") if isinstance(value, str)]
    try:
        identity = drafts.keep(
            ask.office,
            form=form.name,
            language=ask.language,
            answers={key: value[:4000] for key, value in answers.items()},
            papers=taken,
            draft=draft.id if draft else None,
            drop=dropped,
            test=ask.test,
        )
    except Refused as full:
        return _shown(ask, form, answers, wrong | {"papers": ask.word(full.key, **full.values)}, draft)
    ask.keep("draft", identity, DRAFT_SECONDS)
    if wrong or refused or ask.text("again"):
        with ask.office.store.reading() as connection:
            draft = by_id(connection, ask.office.vault, identity)
        return _shown(ask, form, answers, {key: ask.word(text) for key, text in wrong.items()} | refused, draft)
    return ask.go("/moment")


def moment(ask: Ask) -> Response:
    """When to come, or that we call back."""
    return _moments(ask, _sendable(ask))


def choose(ask: Ask) -> Response:
    """Send it in."""
    ask.limited("send", most=60)
    draft = _sendable(ask)
    visit, _, slot = ask.text("visit").partition(" ")
    try:
        if visit == "appointment":
            day, _, time = slot.partition(" ")
            visits.book(ask.office, draft=draft.id, day=day, time=time)
        elif visit == "ticket":
            visits.take_number(ask.office, draft=draft.id)
        elif visit == "contact":
            visits.ask_contact(ask.office, draft=draft.id)
        else:
            return _moments(ask, draft, ask.word("choose_first"), 422)
    except Refused as taken:
        if taken.key not in {"slot_taken", "no_numbers"}:
            raise
        return _moments(ask, draft, ask.word(taken.key), taken.status)
    ask.cookies["draft"] = ("", 0)
    ask.keep("mine", draft.id, MINE_SECONDS)
    return ask.go("/mine")


def mine(ask: Ask) -> Response:
    """One's own request, to print or to note down."""
    found = _mine(ask)
    with ask.office.store.reading() as connection:
        form, counter, _ = ask.office.offers(connection)[found.form]
        own = papers(connection, ask.office.vault, found.id)
    code = ask.office.vault.code(found.id)
    counter = ask.office.tenant.counter(found.counter)
    shown = {"one": found, "form": form, "counter": counter, "papers": own, "code": f"{code[:4]}-{code[4:]}"}
    return ask.page("mine.html", **shown)


def unsure(ask: Ask) -> Response:
    """Whether to cancel."""
    found = _mine(ask)
    return ask.page("cancel.html", one=found) if found.open else ask.go("/mine")


def cancel(ask: Ask) -> Response:
    """Cancel it."""
    visits.call_off(ask.office, submission=_mine(ask).id)
    return ask.go("/mine")


def leave(ask: Ask) -> Response:
    """Forget on this phone or computer what was shown."""
    ask.cookies |= {"mine": ("", 0), "draft": ("", 0)}
    return ask.go("/")


def search(ask: Ask) -> Response:
    """Look up by reference and code."""
    return ask.page("find.html", wrong="")


def find(ask: Ask) -> Response:
    """Open the request with this reference and code. Tries are counted per address and per reference."""
    reference = ask.text("reference").strip().upper().replace(" ", "")[:12]
    reference = f"{reference[:3]}-{reference[3:]}" if "-" not in reference else reference
    ask.limited("find", most=20)
    ask.office.limits.tried(f"find {reference}", most=10, seconds=3600)
    with ask.office.store.reading() as connection:
        found = by_code(connection, ask.office.vault, reference, ask.text("code")[:20])
    if found is None:
        return ask.page("find.html", 422, wrong=ask.word("find_wrong"))
    ask.keep("mine", found, MINE_SECONDS)
    return ask.go("/mine")


def _form(ask: Ask) -> Form:
    with ask.office.store.reading() as connection:
        found = ask.office.offers(connection).get(ask.path("form"))
    if found is None or not (found[2] or ask.test):
        raise Refused("not_found", 404)
    return found[0]


def _draft(ask: Ask, form: str = "") -> Submission | None:
    """What this browser filled in and did not send yet."""
    identity = ask.kept("draft", DRAFT_SECONDS)
    if not isinstance(identity, str):
        return None
    with ask.office.store.reading() as connection:
        found = by_id(connection, ask.office.vault, identity)
    return found if found and found.status == "draft" and found.form == (form or found.form) else None


def _sendable(ask: Ask) -> Submission:
    draft = _draft(ask)
    if draft is None:
        raise Refused("draft_gone", 410)
    return draft


def _mine(ask: Ask) -> Submission:
    identity = ask.kept("mine", MINE_SECONDS)
    with ask.office.store.reading() as connection:
        found = by_id(connection, ask.office.vault, identity) if isinstance(identity, str) else None
    if found is None or found.status == "draft":
        raise Refused("mine_gone", 404)
    return found


def _uploads(ask: Ask, form: Form) -> tuple[list[Paper], dict[str, str]]:
    """The papers that can be kept, and per field what is wrong with the others."""
    taken, wrong = [], {}
    for field, _ in form.papers:
        for given in ask.form.getlist(f"paper_{field}"):
            if not isinstance(given, UploadFile) or not given.filename:
                continue
            content = given.file.read(LARGEST + 1)
            if found := problem(content):
                wrong[f"paper_{field}"] = ask.word(found)
            else:
                taken.append(Paper(field, given.filename, kind_of(content) or "", content))
    return taken, wrong


def _shown(
    ask: Ask, form: Form, answers: Mapping[str, str], wrong: Mapping[str, str], draft: Submission | None
) -> Response:
    with ask.office.store.reading() as connection:
        own = papers(connection, ask.office.vault, draft.id) if draft else []
    names = {one.key: one.label[ask.language] for one in form.fields}
    names |= {f"paper_{key}": label[ask.language] for key, label in form.papers}
    values = {"form": form, "answers": answers, "wrong": wrong, "names": names, "papers": own, "most": MOST}
    return ask.page("form.html", 422 if wrong else 200, **values)


def _moments(ask: Ask, draft: Submission, wrong: str = "", status: int = 200) -> Response:
    office = ask.office
    with office.store.reading() as connection:
        form, counter, _ = office.offers(connection)[draft.form]
        counter = office.tenant.counter(draft.counter)
        plan = office.plan(connection, draft.counter)
        free = plan.free(office.now(), visits.taken(connection, draft.counter))
    numbers = plan.open_at(office.now()) or draft.test
    return ask.page("moment.html", status, form=form, counter=counter, free=free, numbers=numbers, wrong=wrong)


ROUTES = [
    route("/", home),
    route("/language/{code}", speak),
    route("/form/{form}", blank),
    route("/form/{form}", fill, "POST"),
    route("/moment", moment),
    route("/moment", choose, "POST"),
    route("/mine", mine),
    route("/mine/cancel", unsure),
    route("/mine/cancel", cancel, "POST"),
    route("/mine/leave", leave, "POST"),
    route("/find", search),
    route("/find", find, "POST"),
]
