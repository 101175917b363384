"""The written authorisation: made from the terms, signed outside, brought back under its digest, compared by another person, ended by any change."""

from __future__ import annotations

from datetime import date

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid, NotAllowed
from paraat.platform import files, moment
from paraat.platform.actions import action, record
from paraat.readiness import configuration
from paraat.readiness.actions.engagements import locked
from paraat.readiness.engagement_terms import lacks, providers, terms_of
from paraat.readiness.models import Authorisation, Engagement
from paraat.readiness.rules import terms as rules

State = Engagement.State
ENDINGS = (".pdf", ".asice", ".p7m", ".png", ".jpg", ".jpeg", ".tif", ".tiff")
"""What a signed paper comes back as: a PDF signed with an identity card, a container of signatures, or a scan."""


@action
def make_papers(*, engagement: Engagement, by: Actor) -> list[Authorisation]:
    """Freeze the terms for the owner to sign, and for every provider whose infrastructure is in them. Papers that were open end.

    Raises Invalid with what is missing, Conflict once testing goes on.
    """
    row = locked(engagement, State.DRAFT, State.STOPPED)
    missing = lacks(row)
    if missing:
        raise Invalid("Something is missing before a paper can be made", missing=", ".join(missing))
    now = moment.now()
    row.authorisations.open().update(ended_at=now, ended_because="a new paper was made")
    version = row.authorisations.count() + 1
    signers = [(row.organisation, None), *((one, one.pk) for one in providers(row))]
    made = []
    for signer, provider in signers:
        terms = terms_of(row, provider=provider)
        made.append(
            Authorisation.objects.create(
                engagement=row,
                organisation=signer,
                version=version,
                terms=terms.as_json(),
                digest=rules.digest(terms),
                made_at=now,
                made_by=by.label[:200],
            )
        )
    detail = {"papers": [{"signer": one.organisation_id, "digest": one.digest} for one in made]}
    record("engagement.paper", by=by, on=row, organisation=row.organisation_id, detail=detail)
    return made


@action
def bring_back(
    *, authorisation: Authorisation, name: str, stream: files.Readable, signed_by: str, signed_on: date, by: Actor
) -> Authorisation:
    """Keep the signed paper under its digest; it holds when somebody else of the team has compared it.

    Raises Invalid without the signer's name and function, for a day that is to come or lies before the paper, or a file that is no paper;
    Conflict when it was compared or ended meanwhile.
    """
    if not signed_by.strip():
        raise Invalid("Write who signed: name and function, as on the paper", field="signed_by")
    if not moment.day(authorisation.made_at) <= signed_on <= moment.today():
        raise Invalid("It was signed between the day the paper was made and today", field="signed_on")
    if not name.lower().endswith(ENDINGS):
        raise Invalid("A signed paper is a PDF or a scan", field="file")
    kept = files.store(stream, limit=configuration.AUTHORISATION_LIMIT.get())
    if not kept.size:
        raise Invalid("The file is empty", field="file")
    rows = Authorisation.objects.open().filter(pk=authorisation.pk, checked_at=None)
    values = {
        "signed_file": kept.path,
        "signed_name": name[-255:],
        "signed_digest": kept.digest,
        "signed_by": signed_by.strip()[:200],
        "signed_on": signed_on,
        "uploaded_at": moment.now(),
        "uploaded_by": by.label[:200],
        "uploaded_by_id": by.id,
    }
    if rows.update(**values) != 1:
        raise Conflict("This paper holds already, or has ended")
    row = authorisation.engagement
    detail = {"sha256": kept.digest, "size": kept.size, "signer": authorisation.organisation_id}
    record("engagement.signed", by=by, on=row, organisation=row.organisation_id, detail=detail)
    authorisation.refresh_from_db()
    return authorisation


@action
def check_paper(*, authorisation: Authorisation, control: str, by: Actor) -> Engagement:
    """Somebody of the team has compared the signed paper with the scope, line by line; `control` is the number that stands on the paper.

    From now on it is in force; with the owner's the engagement is authorised. Raises NotAllowed for who brought it, Invalid when the number
    is another one, Conflict when nothing was signed, it ended, or the terms changed since.
    """
    row = locked(authorisation.engagement, State.DRAFT, State.AUTHORISED, State.GOING, State.STOPPED)
    paper = Authorisation.objects.open().select_for_update().filter(pk=authorisation.pk, checked_at=None).first()
    if paper is None or not paper.signed_file:
        raise Conflict("There is no signed paper that waits to be compared")
    if by.id is not None and by.id == paper.uploaded_by_id:
        raise NotAllowed("Somebody else has to compare what you brought")
    if _plain(control) != _plain(rules.control(paper.digest)):
        raise Invalid("This is not the control number of these terms: the paper speaks of others", field="control")
    provider = paper.organisation_id if paper.organisation_id != row.organisation_id else None
    if rules.digest(terms_of(row, provider=provider)) != paper.digest:
        raise Conflict("The terms changed since this paper was made")
    now = moment.now()
    Authorisation.objects.filter(pk=paper.pk).update(checked_at=now, checked_by=by.label[:200])
    record("engagement.checked", by=by, on=row, organisation=row.organisation_id, detail={"digest": paper.digest})
    if provider is None:
        _authorised(row)
    row.refresh_from_db()
    return row


@action
def refuse_paper(*, authorisation: Authorisation, because: str, by: Actor) -> None:
    """The paper does not say what the terms say, or the wrong person signed: it ends, and a new one is made. Raises Invalid without a reason,
    Conflict when it ended or is in force."""
    if not because.strip():
        raise Invalid("Say why", field="because")
    rows = Authorisation.objects.open().filter(pk=authorisation.pk, checked_at=None)
    if rows.update(ended_at=moment.now(), ended_because=because.strip()[:300]) != 1:
        raise Conflict
    row = authorisation.engagement
    detail = {"because": because, "signer": authorisation.organisation_id}
    record("engagement.paper_refused", by=by, on=row, organisation=row.organisation_id, detail=detail)


def _authorised(row: Engagement) -> None:
    """The owner's paper holds: testers see the engagement from the first time on."""
    Engagement.objects.filter(pk=row.pk, opened_at=None).update(opened_at=moment.now())
    Engagement.objects.filter(pk=row.pk, state=State.DRAFT).update(state=State.AUTHORISED)
    Engagement.objects.filter(pk=row.pk, state=State.STOPPED, stopped_from=State.DRAFT).update(
        stopped_from=State.AUTHORISED
    )


def _plain(text: str) -> str:
    return "".join(text.split()).upper()
