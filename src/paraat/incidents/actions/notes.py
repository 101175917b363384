"""Notes that several people write at once: joined by line where they can be, both kept where they cannot."""

from __future__ import annotations

from paraat.accounts.models import User
from paraat.incidents.models import Case, Note, NoteVersion
from paraat.incidents.rules.notes import lines, merge
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid, NotFound
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.actions import action, record

LONGEST = 200_000


@action
def write_note(
    *, case: Case, title: str, text: str, by: Actor, author: User | None = None, tlp: Tlp | int | None = None
) -> Note:
    """Begin a page of notes. `tlp` None: the case's own. Raises Invalid without a title or when it is too long."""
    if not title.strip():
        raise Invalid("Give it a title", field="title")
    now = moment.now()
    note = Note.objects.create(
        case=case,
        title=title.strip()[:200],
        made_at=now,
        changed_at=now,
        tlp=case.tlp if tlp is None else int(tlp),
        exercise=case.exercise,
    )
    _keep(note, base=0, text=_tidy(text), by=by, author=author)
    _record("note.written", note, by, title=note.title)
    return note


@action
def save_note(*, note: Note, base: int, text: str, by: Actor, author: User | None = None) -> NoteVersion:
    """Save a text that its writer made from version `base`.

    When somebody saved meanwhile, the two are joined by line; where they overlap this text is kept beside the newer one as a conflict, until a
    person joins them. Raises NotFound for a base that does not exist, Invalid when it is too long.
    """
    held = (
        Note.objects.select_for_update().select_related("case").get(pk=note.pk)
    )  # who saves at the same moment follows
    before = held.versions.filter(number=base).first()
    if before is None:
        raise NotFound()
    head, mine = head_of(held), _tidy(text)
    if mine == head.text:
        return head
    if before.number == head.number:
        version = _keep(held, base=base, text=mine, by=by, author=author)
    else:
        joined = merge(before.text, mine, head.text)
        if joined == head.text:  # everything of it stands there already
            return head
        version = _keep(
            held,
            base=base,
            text=mine if joined is None else joined,
            by=by,
            author=author,
            conflict=joined is None,
            merged=joined is not None,
        )
    _record(
        "note.conflict" if version.conflict else "note.saved", held, by, version=version.number, merged=version.merged
    )
    return version


@action
def join_versions(
    *, note: Note, conflict: NoteVersion, base: int, text: str, by: Actor, author: User | None = None
) -> NoteVersion:
    """A person made one text of a conflict and the newest version (`base`); the conflict is then settled, and stays in the history.

    When somebody saved meanwhile and the joined text overlaps with that, it becomes another conflict and this one stays open.
    """
    if not conflict.conflict or conflict.note_id != note.pk:
        raise NotFound()
    version = save_note(note=note, base=base, text=text, by=by, author=author)
    if version.conflict:
        return version
    waiting = NoteVersion.objects.filter(pk=conflict.pk, conflict=True, joined_in=None)
    if waiting.update(joined_in=version.number) != 1:
        raise Conflict("Somebody else joined these")
    _record("note.joined", note, by, version=version.number, conflict=conflict.number)
    return version


def head_of(note: Note) -> NoteVersion:
    """The text of a note: its newest version that is no conflict."""
    head: NoteVersion = note.versions.filter(conflict=False).order_by("-number")[0]
    return head


def _keep(
    note: Note, *, base: int, text: str, by: Actor, author: User | None, conflict: bool = False, merged: bool = False
) -> NoteVersion:
    now, number = moment.now(), note.version + 1
    if Note.objects.filter(pk=note.pk, version=note.version).update(version=number, changed_at=now) != 1:
        raise Conflict()
    note.version, note.changed_at = number, now
    return NoteVersion.objects.create(
        note=note,
        number=number,
        base=base,
        text=text,
        conflict=conflict,
        merged=merged,
        author=author,
        author_label=by.label,
        at=now,
    )


def _tidy(text: str) -> str:
    if len(text) > LONGEST:
        raise Invalid("This text is too long", field="text")
    return "\n".join(lines(text))


def _record(verb: str, note: Note, by: Actor, **detail: object) -> None:
    record(verb, by=by, on=note, organisation=note.case.organisation_id, detail={"case": note.case.number, **detail})
