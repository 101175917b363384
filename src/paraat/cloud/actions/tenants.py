"""What people decide about a tenant: asked for, approved within the envelope, called back, started, handed over, wound down, destroyed.

Each verb writes what is wanted and asks the engine's job to bring it about (`cloud.bringing`); none of them touches the engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from paraat.accounts.models import Membership, User
from paraat.cloud import catalog, configuration
from paraat.cloud.actions import naming
from paraat.cloud.actions.programmes import current_programme, envelope_of
from paraat.cloud.models import Preparation, Programme, Tenant
from paraat.cloud.rules import life
from paraat.cloud.rules.envelope import Commitment
from paraat.incidents.actions.numbers import take_number
from paraat.incidents.models import Case
from paraat.kernel.actor import SYSTEM, Actor, ActorKind
from paraat.kernel.errors import Conflict, Invalid, NotAllowed
from paraat.kernel.marking import Role, Tlp
from paraat.platform import facts, moment
from paraat.platform.actions import action, record
from paraat.registry.models import Contact, Organisation

GONE = "Somebody else changed this tenant first; look again"
TELEPHONES = ("voice", "sms")
UNPAID = frozenset({Tenant.Kind.DRILL, Tenant.Kind.EXERCISE})


# Asking ---------------------------------------------------------------------------------------------------------------------------
@action
def request_tenant(
    *,
    organisation: Organisation,
    by: Actor,
    services: Iterable[str] = (),
    consent: str = "",
    case: Case | None = None,
    kind: str = Tenant.Kind.EMERGENCY,
    exercise: bool = False,
    user: User | None = None,
    contact: Contact | None = None,
) -> Tenant:
    """Ask for an emergency cloud for `organisation`; `services` empty: those prepared, else the whole catalog.

    Either its SPOC asks (`user`), or an officer in its name with `consent`: who agreed, how and when. `contact` is who of the victim asked.
    Raises Invalid without consent where it is needed or for a case of somebody else, Conflict when it has a real one already.
    """
    Organisation.objects.select_for_update().get(pk=organisation.pk)  # two requests at once follow each other
    exercise = exercise or (case is not None and case.exercise)
    kind = Tenant.Kind.EXERCISE if exercise and kind == Tenant.Kind.EMERGENCY else Tenant.Kind(kind)
    asked = contact or _contact_of(user, organisation)
    _demand_asked(organisation, case, kind, consent, asked)
    prepared = Preparation.objects.filter(organisation=organisation).first()
    tenant = _row(organisation, case, kind, exercise, by, prepared, services)
    tenant.consent, tenant.consent_by = consent.strip()[:4000], by.label[:200] if consent.strip() else ""
    tenant.requested_contact = asked
    tenant.save(force_insert=True)
    detail = {
        "services": tenant.services,
        "kind": tenant.kind,
        "consent": bool(tenant.consent),
        "case": case and case.number,
    }
    record("tenant.requested", by=by, on=tenant, organisation=organisation.pk, detail=detail)
    if tenant.kind == Tenant.Kind.EMERGENCY:
        facts.announce(_waits(tenant, "tenant", "asks for the emergency cloud"))
    return tenant


def _demand_asked(
    organisation: Organisation, case: Case | None, kind: Tenant.Kind, consent: str, asked: Contact | None
) -> None:
    if case is not None and case.organisation_id != organisation.pk:
        raise Invalid("This case is of another organisation", field="case")
    if kind != Tenant.Kind.EMERGENCY:
        return
    if not consent.strip() and asked is None:
        raise Invalid("Write who of the organisation agreed, how and when", field="consent")
    alive = Tenant.objects.alive().filter(organisation=organisation, kind=Tenant.Kind.EMERGENCY)
    if found := alive.first():
        raise Conflict("This organisation has an emergency cloud already", number=found.number)


def _row(
    organisation: Organisation,
    case: Case | None,
    kind: Tenant.Kind,
    exercise: bool,
    by: Actor,
    prepared: Preparation | None,
    services: Iterable[str],
) -> Tenant:
    now, chosen = moment.now(), catalog.chosen(tuple(services) or (prepared.services if prepared else ()) or ("all",))
    if not chosen:
        raise Invalid("Choose at least one service", field="services")
    naming.alone()
    name = naming.free_name(organisation, prepared.label if prepared else naming.label_of(organisation), kind)
    return Tenant(
        number=take_number(kind="T", now=now),
        name=name,
        organisation=organisation,
        case=case,
        kind=kind,
        exercise=exercise,
        tlp=Tlp.AMBER_STRICT,
        state_at=now,
        driver=configuration.DRIVER.get(),
        services=list(chosen),
        domain=naming.domain_of(prepared, name, kind),
        requested_at=now,
        requested_by=by.label[:200],
        **_size(chosen),
    )


def _size(services: Iterable[str]) -> dict[str, int]:
    """What the services weigh; the programme's own defaults, when larger, come with the approval."""
    weights = [catalog.service(name).weight for name in services]
    total = {name: sum(getattr(one, name) for one in weights) for name in ("memory_mb", "cpu_millis", "disk_gb")}
    return total | {"cents_per_day": 0}


# Deciding -------------------------------------------------------------------------------------------------------------------------
@action
def approve_tenant(*, tenant: Tenant, by: Actor, override_because: str = "", days: int | None = None) -> Tenant:
    """Give it its budget from the programme's envelope. What goes above the envelope needs `override_because`, by a coordinator.

    Raises Conflict when it does not fit and nobody overrides, NotAllowed when who overrides is no coordinator.
    """
    programme = current_programme()
    now = moment.now()
    until = now + timedelta(days=days or programme.default_days)
    cents = 0 if tenant.kind in UNPAID or tenant.exercise else programme.default_cents_per_day
    over = not envelope_of(programme).fits(Commitment(cents, now, until).cents)
    if over:
        _demand_override(override_because, by)
    budget = {name: max(getattr(tenant, name), getattr(programme, f"default_{name}")) for name in ("memory_mb", "cpu_millis", "disk_gb")}  # fmt: skip
    override = {"over_envelope": True, "override_by": by.label[:200], "override_because": override_because.strip()}
    move(tenant, "approve", Tenant.State.APPROVED, programme=programme, until=until, cents_per_day=cents, approved_at=now,
         approved_by=by.label[:200], **budget, **(override if over else {}))  # fmt: skip
    detail = {"cents_per_day": cents, "until": until, "over_envelope": over, "programme": programme.name}
    _say("tenant.approved", tenant, by, **detail, **({"because": override_because.strip()} if over else {}))
    facts.announce(facts.Settled(_key(tenant, "tenant")))
    return tenant


def _demand_override(because: str, by: Actor) -> None:
    if not because.strip():
        raise Conflict("This goes above the programme's envelope: a coordinator may approve it with a reason")
    if not _is_coordinator(by):
        raise NotAllowed("Only a coordinator may go above the programme's envelope")


def _is_coordinator(by: Actor) -> bool:
    """An account or token with that role; at the machine itself, whoever is named by the command line."""
    if by.kind == ActorKind.SYSTEM:
        return by != SYSTEM and bool(by.label)
    held = Membership.objects.in_force().filter(role=Role.COORDINATOR, user__is_active=True)
    if by.kind == ActorKind.TOKEN:
        return held.filter(user__tokens=by.id).exists()
    return by.kind == ActorKind.USER and held.filter(user=by.id).exists()


@action
def refuse_tenant(*, tenant: Tenant, by: Actor, because: str) -> Tenant:
    """Say no, with the reason. Invalid without one."""
    reason = _reason(because)
    move(tenant, "refuse", Tenant.State.REFUSED, refused_because=reason)
    _say("tenant.refused", tenant, by, because=reason)
    facts.announce(facts.Settled(_key(tenant, "tenant")))
    return tenant


@action
def call_back(*, tenant: Tenant, contact: Contact, by: Actor) -> Tenant:
    """Write down that `contact`, who is not the one who asked, was called on a number on file and confirmed the request.

    Invalid for a contact of another organisation or of earlier days, one without a telephone, or who asked, under whatever role he is on file.
    """
    known = Contact.objects.answering().as_of(moment.today()).filter(organisation=tenant.organisation_id, pk=contact.pk)
    if not known.filter(channels__kind__in=TELEPHONES).exists():
        raise Invalid("This contact does not answer for the organisation", field="contact")
    if _same_person(tenant.requested_contact, contact):
        raise Invalid("Call somebody else than who asked", field="contact")
    _change(tenant, "call_back", called_back_at=moment.now(), called_back_by=by.label[:200], called_back_to=contact)
    _say("tenant.called_back", tenant, by, role=contact.role)
    facts.announce(facts.Settled(_key(tenant, "call-back")))
    return tenant


def _same_person(asked: Contact | None, called: Contact) -> bool:
    """Whether the two are one: the same row, the same name, or a telephone that both are reached at."""
    if asked is None:
        return False
    if asked.pk == called.pk or asked.name.casefold().split() == called.name.casefold().split():
        return True
    return _numbers(called) <= _numbers(asked)


def _numbers(who: Contact) -> set[str]:
    found = who.channels.filter(kind__in=TELEPHONES).values_list("address", flat=True)
    return {"".join(sign for sign in one if sign.isdigit()) for one in found}


@action
def start_tenant(*, tenant: Tenant, by: Actor, enqueue: bool = True) -> Tenant:
    """Have it run. Conflict before the call-back to a second contact; `enqueue` False: the caller brings it about himself."""
    tenant.refresh_from_db()
    demand_call(tenant, "start")
    move(
        tenant,
        "start",
        Tenant.State.STARTING,
        wanted=Tenant.Wanted.RUNNING,
        trouble="",
        driver=configuration.DRIVER.get(),
    )
    _say("tenant.started", tenant, by, services=tenant.services)
    if tenant.called_back_at is None and tenant.kind == Tenant.Kind.EMERGENCY:
        facts.announce(_waits(tenant, "call-back", "was started on consent: call a second contact back"))
    return wake(tenant, enqueue)


@action
def start_now(
    *,
    organisation: Organisation,
    services: Iterable[str],
    consent: str,
    by: Actor,
    case: Case | None = None,
    contact: Contact | None = None,
    override_because: str = "",
    enqueue: bool = True,
    **more: Any,
) -> Tenant:
    """Request, recorded consent, default budget and start in one step. The call-back is still owed, and handing over waits for it.

    Raises what `request_tenant`, `approve_tenant` and `start_tenant` raise; then nothing of it happened.
    """
    tenant = request_tenant(
        organisation=organisation, by=by, services=services, consent=consent, case=case, contact=contact, **more
    )
    approve_tenant(tenant=tenant, by=by, override_because=override_because)
    return start_tenant(tenant=tenant, by=by, enqueue=enqueue)


@action
def verify_tenant(*, tenant: Tenant, by: Actor, enqueue: bool = True) -> Tenant:
    """Have real clients try every service again. Conflict when it does not run."""
    _change(tenant, "verify", trouble="")
    tenant.seen.update(verified_at=None)
    _say("tenant.tried", tenant, by)
    return wake(tenant, enqueue)


@action
def hand_over(*, tenant: Tenant, by: Actor) -> Tenant:
    """The victim has it in hand. Conflict before the call-back, which the sheet waits for as well."""
    tenant.refresh_from_db()
    demand_call(tenant, "hand_over")
    now = moment.now()
    move(tenant, "hand_over", Tenant.State.HANDED_OVER, handed_over_at=now)
    _say("tenant.handed_over", tenant, by)
    return tenant


@action
def extend_tenant(*, tenant: Tenant, until: datetime, by: Actor, because: str, override_because: str = "") -> Tenant:
    """Let it go on until a later moment, within the envelope as at its approval. Invalid for a moment that has passed, or without a reason."""
    reason = _reason(because)
    if until <= moment.now():
        raise Invalid("This moment has passed", field="until")
    tenant.refresh_from_db()
    programme = current_programme() if tenant.programme is None else _locked(tenant.programme)
    over = _goes_over(tenant, programme, until)
    if over:
        _demand_override(override_because, by)
    override = {"over_envelope": True, "override_by": by.label[:200], "override_because": override_because.strip()}
    _change(tenant, "extend", until=until, until_told_at=None, **(override if over else {}))
    _say("tenant.extended", tenant, by, until=until, because=reason, over_envelope=over)
    facts.announce(facts.Settled(_key(tenant, "until")))
    return tenant


def _goes_over(tenant: Tenant, programme: Programme, until: datetime) -> bool:
    """Whether the days that come on top go above what is left."""
    if tenant.until is None or tenant.approved_at is None or tenant.exercise:
        return False
    before, after = (Commitment(tenant.cents_per_day, tenant.approved_at, end) for end in (tenant.until, until))
    more = after.cents - before.cents
    return more > 0 and not envelope_of(programme).fits(more)


# Ending ---------------------------------------------------------------------------------------------------------------------------
@action
def stop_tenant(*, tenant: Tenant, by: Actor, because: str, enqueue: bool = True) -> Tenant:
    """Wind it down: nothing runs, everything is kept. Invalid without a reason."""
    reason = _reason(because)
    _change(tenant, "stop", wanted=Tenant.Wanted.STOPPED, ended_because=reason, ended_by=by.label[:200])
    _say("tenant.stopping", tenant, by, because=reason)
    return wake(tenant, enqueue)


@action
def destroy_tenant(
    *, tenant: Tenant, by: Actor, because: str, keep_backups: bool = True, enqueue: bool = True
) -> Tenant:
    """Have nothing left of it on the engine; it is called destroyed when the engine was looked through and nothing was found.

    `keep_backups` False: its repository goes as well. Invalid without a reason.
    """
    reason = _reason(because)
    ended = {"ended_because": reason, "ended_by": by.label[:200], "keep_backups": keep_backups}
    move(tenant, "destroy", Tenant.State.DESTROYING, wanted=Tenant.Wanted.GONE, **ended)
    _say("tenant.destroying", tenant, by, because=reason, keep_backups=keep_backups)
    for what in ("call-back", "until", "trouble"):
        facts.announce(facts.Settled(_key(tenant, what)))
    return wake(tenant, enqueue)


# Pieces ---------------------------------------------------------------------------------------------------------------------------
def move(tenant: Tenant, verb: str, to: str, **fields: Any) -> None:
    """Change state where `rules.life` lets this verb go from; Conflict where somebody was faster, or where it does not go."""
    _change(tenant, verb, state=to, state_at=moment.now(), **fields)


def wake(tenant: Tenant, enqueue: bool = True) -> Tenant:
    """Have a worker bring the tenant to what is wanted, as soon as this transaction has committed."""
    from paraat.cloud import jobs  # jobs call bringing, which calls actions

    if enqueue:
        jobs.bring.defer(tenant=str(tenant.pk))
    return tenant


def _change(tenant: Tenant, verb: str, **fields: Any) -> None:
    rows: QuerySet[Tenant] = Tenant.objects.filter(pk=tenant.pk, state__in=life.VERBS[verb])
    if rows.update(**fields) != 1:
        tenant.refresh_from_db()
        raise Conflict("This cannot be done with the tenant as it is now", state=tenant.state)
    tenant.refresh_from_db()


def demand_call(tenant: Tenant, verb: str) -> None:
    """Conflict where `verb` waits for the call to a second contact, and nobody made it yet."""
    needed = life.needs_call_back(tenant.kind, exercise=tenant.exercise)
    consent = bool(tenant.consent)
    if needed and tenant.called_back_at is None and life.needs_call(verb, consent=consent):
        raise Conflict("Call a second contact back first, on a number on file")


def _contact_of(user: User | None, organisation: Organisation) -> Contact | None:
    """The contact on file behind an account of the organisation."""
    if user is None:
        return None
    held = Membership.objects.in_force().filter(user=user, organisation=organisation, contact__isnull=False)
    found = held.select_related("contact").first()
    return found.contact if found else None


def _locked(programme: Programme) -> Programme:
    return Programme.objects.select_for_update().get(pk=programme.pk)


def _reason(because: str) -> str:
    if not because.strip():
        raise Invalid("Write why", field="because")
    return because.strip()[:4000]


def _say(verb: str, tenant: Tenant, by: Actor, **detail: Any) -> None:
    record(verb, by=by, on=tenant, organisation=tenant.organisation_id, detail=detail)


def _key(tenant: Tenant, what: str) -> str:
    return f"cloud-{what}:{tenant.pk}"


def _waits(tenant: Tenant, what: str, words: str) -> facts.Waits:
    return waits(tenant, what, words)


def waits(tenant: Tenant, what: str, words: str, *, urgent: bool = True) -> facts.Waits:
    """The task that somebody gets about a tenant."""
    summary, url = f"{tenant.organisation.name} {words}", f"/cloud/tenants/{tenant.pk}/"
    return facts.Waits("cloud", _key(tenant, what), summary, url, tenant.organisation_id, urgent=urgent, exercise=tenant.exercise)  # fmt: skip
