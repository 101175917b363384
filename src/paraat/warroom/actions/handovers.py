"""A shift is handed over: what the next must know is generated and frozen, somebody takes it over by name, and silence pages the coordinator."""

from __future__ import annotations

from django.utils.translation import gettext as _

from paraat.accounts import rules as roster
from paraat.accounts.middleware import viewer_of
from paraat.alerts.happening import for_officers
from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import Conflict, NotAllowed
from paraat.kernel.marking import Tlp
from paraat.platform import facts, live, moment
from paraat.platform.actions import action, record
from paraat.warroom import shift
from paraat.warroom.actions.seconds import account_of
from paraat.warroom.models import Handover
from paraat.warroom.rules import handover as rules

TOPIC = "handover"


@action
def make_handover(*, by: Actor, remarks: str = "") -> Handover:
    """Hand over: the content is what is so now, and stays. Its TLP is that of its highest row. Raises NotAllowed for who is not of the team."""
    user = account_of(by)
    if user is None or not viewer_of(user).is_team:
        raise NotAllowed("Only the team hands over a shift")
    now = moment.now()
    content = shift.gather(viewer_of(user), now)
    levels = [one["tlp"] for rows in content.values() for one in rows]
    made = Handover.objects.create(
        made_at=now,
        made_by=user,
        made_label=by.label[:200],
        content=content,
        remarks=remarks.strip(),
        due_at=rules.due_at(now),
        tlp=max([int(Tlp.AMBER_STRICT), *levels]),
    )
    record("handover.made", by=by, on=made, detail={"rows": rules.count(content)})
    live.publish(TOPIC, id=made.pk)
    return made


@action
def take_over(*, handover: Handover, by: Actor) -> Handover:
    """ "I have the shift." Whoever takes a hand-over takes the earlier ones that nobody took with it.

    Raises NotAllowed for who handed it over himself and who is not of the team, Conflict when somebody else was first.
    """
    user = account_of(by)
    if user is None or not viewer_of(user).is_team:
        raise NotAllowed("Only the team takes over a shift")
    if handover.made_by_id == user.pk:
        raise NotAllowed("Somebody else takes over what you hand over")
    taken = {"taken_by": user, "taken_label": by.label[:200], "taken_at": moment.now()}
    if Handover.objects.filter(pk=handover.pk, taken_at=None).update(**taken) != 1:
        raise Conflict("Somebody else has taken over already")
    earlier = Handover.objects.filter(taken_at=None, made_at__lt=handover.made_at)
    for one in [handover, *earlier]:
        facts.announce(facts.Settled(waiting_key(one)))
    earlier.update(**taken)
    record("handover.taken", by=by, on=handover)
    live.publish(TOPIC, id=handover.pk)
    handover.refresh_from_db()
    return handover


@action
def page_for_handovers() -> int:
    """Hand-overs that nobody took in fifteen minutes page the coordinator, once each; how many. Run by a job; late is better than never."""
    now = moment.now()
    waiting = Handover.objects.filter(taken_at=None, paged_at=None, due_at__lte=now)
    paged = [one for one in waiting if waiting.filter(pk=one.pk).update(paged_at=now) == 1]
    for one in paged:
        with for_officers():
            said = _("Nobody has taken over the shift from %(who)s") % {"who": one.made_label}
        coordinator = roster.POSITIONS.index(roster.COORDINATOR)
        facts.announce(facts.Waits("handover", waiting_key(one), said, f"/handover/{one.pk}/", stage=coordinator))
        record("handover.paged", by=SYSTEM, on=one)
    return len(paged)


def waiting_key(handover: Handover) -> str:
    """Under which a hand-over waits to be taken."""
    return f"handover:{handover.pk}"
