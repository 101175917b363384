"""What is around a session: material, questions that are answered for all without saying who asked, and what was thought of it."""

from __future__ import annotations

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.platform.files import Stored
from paraat.readiness.models import Attendance, Question, Session, SessionMaterial

LONGEST = 5000


@action
def add_material(
    *, session: Session, by: Actor, name: str, url: str = "", stored: Stored | None = None
) -> SessionMaterial:
    """Slides, a recording, a hand-out: an address or a file, for who was invited. Raises Invalid without a name, or without exactly one of both."""
    said = name.strip()[:255]
    if not said:
        raise Invalid("Material needs a name", field="name")
    if bool(url) == bool(stored):
        raise Invalid("Give either a file or an address", field="file")
    row = SessionMaterial.objects.create(
        session=session, name=said, url=url[:500], file=stored.path if stored else "", size=stored.size if stored else 0, added_at=moment.now()
    )  # fmt: skip
    record("session.material", by=by, on=session, detail={"number": session.number, "name": said})
    return row


@action
def remove_material(*, material: SessionMaterial, by: Actor) -> None:
    """Take material away again; the journal keeps its name."""
    session = material.session
    if SessionMaterial.objects.filter(pk=material.pk).delete()[0] == 0:
        raise Conflict("This was taken away already")
    record("session.material_removed", by=by, on=session, detail={"number": session.number, "name": material.name})


@action
def ask_question(*, session: Session, by: Actor, text: str, attendance: Attendance | None = None) -> Question:
    """Ask something before, during or after. Who asked is for the team to know, and for nobody else."""
    said = text.strip()[:LONGEST]
    if not said:
        raise Invalid("There is nothing asked in it", field="text")
    if session.state in {Session.State.DRAFT, Session.State.CANCELLED}:
        raise Conflict("Nothing can be asked of this session")
    row = Question.objects.create(session=session, attendance=attendance, text=said, asked_at=moment.now())
    organisation = attendance.organisation_id if attendance else None
    record(
        "session.asked", by=by, on=attendance or session, organisation=organisation, detail={"session": session.number}
    )
    return row


@action
def answer_question(*, question: Question, by: Actor, answer: str, text: str = "", shown: bool = True) -> Question:
    """Answer it, for all who were invited (`shown`). `text` words the question anew, where as it was asked it would say who did."""
    said, asked = answer.strip()[:LONGEST], text.strip()[:LONGEST]
    if not said:
        raise Invalid("There is no answer in it", field="answer")
    values = {"answer": said, "shown": shown, "answered_at": moment.now()} | ({"text": asked} if asked else {})
    Question.objects.filter(pk=question.pk).update(**values)
    question.refresh_from_db()
    record(
        "session.question_answered",
        by=by,
        on=question.session,
        detail={"number": question.session.number, "shown": shown},
    )
    return question


@action
def give_feedback(*, attendance: Attendance, by: Actor, rating: int, text: str = "") -> Attendance:
    """What somebody who was there (or registered) thought of it, 1 to 5. What was said is not in the journal; saying it again replaces it."""
    if not 1 <= rating <= 5:
        raise Invalid("A mark lies between 1 and 5", field="rating")
    session, now = attendance.session, moment.now()
    if session.state not in {Session.State.INVITED, Session.State.HELD} or session.starts_at > now:
        raise Conflict("This session is still to come")
    if attendance.came is False or (attendance.state != Attendance.State.COMING and not attendance.came):
        raise Conflict("Only who was there can say what it was worth")
    Attendance.objects.filter(pk=attendance.pk).update(rating=rating, feedback=text.strip()[:LONGEST], feedback_at=now)
    attendance.refresh_from_db()
    record(
        "session.feedback",
        by=by,
        on=attendance,
        organisation=attendance.organisation_id,
        detail={"session": session.number},
    )
    return attendance
