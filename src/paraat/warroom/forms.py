"""The forms of a room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.kernel.admiralty import Credibility, Reliability
from paraat.kernel.marking import Tlp
from paraat.warroom.models import Participant, Room
from paraat.warroom.rules import rhythm

RELIABILITY = [
    (Reliability.A, _("A · completely reliable")), (Reliability.B, _("B · usually reliable")), (Reliability.C, _("C · fairly reliable")),
    (Reliability.D, _("D · not usually reliable")), (Reliability.E, _("E · unreliable")), (Reliability.F, _("F · cannot be judged")),
]  # fmt: skip
CREDIBILITY = [
    (Credibility.CONFIRMED, _("1 · confirmed by others")), (Credibility.PROBABLY_TRUE, _("2 · probably true")),
    (Credibility.POSSIBLY_TRUE, _("3 · possibly true")), (Credibility.DOUBTFUL, _("4 · doubtful")),
    (Credibility.IMPROBABLE, _("5 · improbable")), (Credibility.CANNOT_BE_JUDGED, _("6 · cannot be judged")),
]  # fmt: skip
THREAT = [(1, _("1 · low")), (2, _("2 · medium")), (3, _("3 · serious")), (4, _("4 · very serious"))]
"""As CUTA/OCAD words its levels."""


def _moment(label: Any, **more: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, widget=widget, **more)


def _long(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class MarkedForm(forms.Form):
    """Something with a TLP of its own: at most what whoever writes may see himself."""

    tlp = forms.TypedChoiceField(label=_("Who may read it (TLP)"), coerce=int)

    def __init__(self, *args: Any, room: Room, top: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tlp"].choices = [(int(one), one.label) for one in Tlp if one <= top]  # type: ignore[attr-defined]
        self.fields["tlp"].initial = min(room.tlp, top)
        self.order_fields([name for name in self.fields if name != "tlp"])


def _objects(rows: Iterable[Any], name: Any) -> list[tuple[str, Any]]:
    return [("", "-"), *((str(one.pk), name(one)) for one in rows)]


class SignalForm(MarkedForm):
    """Something that was seen."""

    text = forms.CharField(label=_("What was seen?"), max_length=4000, widget=_long())
    source = forms.CharField(
        label=_("Source"), max_length=200, required=False, help_text=_("A function or an organisation.")
    )
    reliability = forms.ChoiceField(label=_("Reliability of the source"), choices=RELIABILITY, initial=Reliability.F)
    credibility = forms.ChoiceField(
        label=_("Credibility of the information"), choices=CREDIBILITY, initial=Credibility.CANNOT_BE_JUDGED
    )
    organisation = forms.ChoiceField(label=_("Where it plays"), required=False)
    case = forms.ChoiceField(label=_("Case"), required=False)
    alert = forms.ChoiceField(label=_("Alert"), required=False)
    seen_at = _moment(_("Seen at"), help_text=_("Empty: now."))

    def __init__(self, *args: Any, towns: Any, cases: Any, alerts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {"organisation": list(towns), "case": list(cases), "alert": list(alerts)}
        self.fields["organisation"].choices = _objects(self.rows["organisation"], lambda one: one.name)  # type: ignore[attr-defined]
        for name in ("case", "alert"):
            self.fields[name].choices = _objects(self.rows[name], lambda one: one.number)  # type: ignore[attr-defined]
            if not self.rows[name]:
                del self.fields[name]

    def picked(self) -> dict[str, Any]:
        """The rows that were chosen."""
        return {
            name: next((one for one in rows if str(one.pk) == self.cleaned_data.get(name)), None)
            for name, rows in self.rows.items()
        }


class DisinformationForm(MarkedForm):
    """What is claimed, where, how far it went; never by whom."""

    claim = forms.CharField(
        label=_("What is claimed?"),
        max_length=500,
        widget=_long(),
        help_text=_(
            "No names, accounts, addresses or numbers of private persons, and no link to a post: only what is claimed."
        ),
    )
    channel = forms.CharField(
        label=_("Through which channel?"),
        max_length=100,
        help_text=_("A platform, a medium, a leaflet. No account, no group of private persons."),
    )
    spread = forms.CharField(label=_("How far has it spread?"), max_length=200, required=False)
    text = forms.CharField(label=_("What must others know about it?"), max_length=4000, required=False, widget=_long(2))
    source = forms.CharField(
        label=_("Who saw it?"), max_length=200, required=False, help_text=_("An organisation, never a private person.")
    )
    legal_basis = forms.CharField(
        label=_("Legal basis"),
        max_length=300,
        help_text=_(
            "On which ground this is kept, for instance GDPR article 6(1)(e) and the decree or decision that gives the task."
        ),
    )
    reliability = forms.ChoiceField(label=_("Reliability of the source"), choices=RELIABILITY, initial=Reliability.F)
    credibility = forms.ChoiceField(
        label=_("Credibility of the information"), choices=CREDIBILITY, initial=Credibility.CANNOT_BE_JUDGED
    )
    seen_at = _moment(_("Seen at"), help_text=_("Empty: now."))


class VerifyForm(forms.Form):
    """It was checked."""

    verified = forms.TypedChoiceField(
        label=_("What came out?"),
        coerce=lambda value: value == "yes",
        choices=[("yes", _("It is so")), ("no", _("It is not so"))],
        widget=forms.RadioSelect,
    )
    how = forms.CharField(label=_("How was it checked?"), max_length=300)


class EscalateForm(forms.Form):
    """It goes higher up."""

    to = forms.CharField(label=_("To whom?"), max_length=200, help_text=_("A function: the governor, the CCB's duty officer."))  # fmt: skip


class OutcomeForm(forms.Form):
    """What came of it."""

    outcome = forms.CharField(label=_("What came of it?"), max_length=500)


class AskForm(MarkedForm):
    """A decision is asked."""

    asked = forms.CharField(label=_("What must be decided?"), max_length=2000, widget=_long())


class AnswerForm(forms.Form):
    """What was decided, why, and by whom."""

    text = forms.CharField(label=_("What was decided?"), max_length=2000, widget=_long())
    because = forms.CharField(
        label=_("Why?"), max_length=2000, widget=_long(), help_text=_("It may have to be explained later.")
    )
    present = forms.CharField(
        label=_("Who was present?"), widget=_long(), help_text=_("One function or organisation a line.")
    )
    decided_by = forms.CharField(label=_("Who decided?"), max_length=200, required=False, help_text=_("Empty: you."))

    def words(self) -> dict[str, Any]:
        """As the action takes them."""
        return {**self.cleaned_data, "present": self.cleaned_data["present"].splitlines()}


class DecisionForm(MarkedForm, AnswerForm):
    """A decision that was taken in the room."""

    replaces = forms.ChoiceField(label=_("Replaces"), required=False)

    def __init__(self, *args: Any, earlier: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.earlier = list(earlier)
        self.fields["replaces"].choices = _objects(self.earlier, lambda one: one.text[:80])  # type: ignore[attr-defined]

    def words(self) -> dict[str, Any]:
        """As the action takes them."""
        replaced = next((one for one in self.earlier if str(one.pk) == self.cleaned_data["replaces"]), None)
        return {**super().words(), "replaces": replaced}


class TaskForm(MarkedForm):
    """Something to do."""

    title = forms.CharField(label=_("What is to be done?"), max_length=300)
    organisation = forms.ChoiceField(label=_("By which organisation?"), required=False)
    due_at = _moment(_("By when?"))

    def __init__(self, *args: Any, towns: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.towns = list(towns)
        self.fields["organisation"].choices = _objects(self.towns, lambda one: one.name)  # type: ignore[attr-defined]

    def words(self) -> dict[str, Any]:
        """As the action takes them."""
        town = next((one for one in self.towns if str(one.pk) == self.cleaned_data["organisation"]), None)
        return {**self.cleaned_data, "organisation": town}


class LineForm(MarkedForm):
    """A line of the log."""

    text = forms.CharField(label=_("What must the others know?"), max_length=2000, widget=_long(2))


class ThreatForm(forms.Form):
    """Another threat level."""

    level = forms.TypedChoiceField(label=_("Threat level"), coerce=int, choices=THREAT, widget=forms.RadioSelect)
    because = forms.CharField(label=_("Why?"), max_length=500)


class StateForm(forms.Form):
    """Another state."""

    state = forms.ChoiceField(label=_("State"), choices=Room.State.choices)


class PeriodForm(forms.Form):
    """The operational period and its rhythm."""

    begin = _moment(_("The period begins"))
    end = _moment(_("and ends"))
    rhythm = forms.CharField(
        label=_("Battle rhythm"),
        required=False,
        widget=_long(),
        help_text=_("A line for each fixed point of the day: 08:00 Briefing."),
    )

    def clean_rhythm(self) -> list[dict[str, str]]:
        """Read as people type it."""
        try:
            return rhythm.read(self.cleaned_data["rhythm"])
        except ValueError as error:
            raise forms.ValidationError(_("This line is not understood: %(line)s"), params={"line": error}) from error


class LaneForm(forms.Form):
    """Another lane."""

    title = forms.CharField(label=_("Title"), max_length=100)
    disinformation = forms.BooleanField(
        label=_("It holds disinformation: claims only, no persons, forgotten 90 days after the period"), required=False
    )


class TriggerForm(forms.Form):
    """When this is seen, that must be done within so many minutes."""

    condition = forms.CharField(label=_("When this is seen"), max_length=300)
    then = forms.CharField(label=_("this must be done"), max_length=300)
    minutes = forms.IntegerField(label=_("within so many minutes"), min_value=1, max_value=7 * 24 * 60, initial=15)


class ParticipantForm(forms.Form):
    """An organisation that takes part."""

    organisation = forms.CharField(label=_("Organisation"), max_length=200, help_text=_("Its full name or number."))
    part = forms.ChoiceField(label=_("As what?"), choices=Participant.Part.choices, initial="responder")
    ceiling = forms.TypedChoiceField(
        label=_("Up to which TLP is it told?"),
        coerce=int,
        choices=[(int(one), one.label) for one in Tlp],
        initial=int(Tlp.AMBER),
    )


class JoinForm(forms.Form):
    """A case, an alert or an organisation that the room is about."""

    kind = forms.ChoiceField(
        label=_("What?"),
        choices=[("organisation", _("An organisation to watch")), ("case", _("A case")), ("alert", _("An alert"))],
    )
    name = forms.CharField(label=_("Number or full name"), max_length=200)


class RoomForm(forms.Form):
    """A new room."""

    title = forms.CharField(label=_("Title"), max_length=200)
    kind = forms.ChoiceField(label=_("What is it about?"), choices=Room.Kind.choices)
    purpose = forms.CharField(label=_("What must be reached?"), max_length=2000, required=False, widget=_long())
    begin = _moment(_("The period begins"))
    end = _moment(_("and ends"))
    tlp = forms.TypedChoiceField(
        label=_("Who may read it (TLP)"),
        coerce=int,
        choices=[(int(one), one.label) for one in Tlp],
        initial=int(Tlp.AMBER),
    )
    exercise = forms.BooleanField(label=_("This is an exercise: nothing leaves the house"), required=False)


class ReviewForm(forms.Form):
    """The after-action review."""

    expected = forms.CharField(label=_("What was expected?"), required=False, widget=_long(4))
    happened = forms.CharField(label=_("What happened?"), required=False, widget=_long(4))
    why = forms.CharField(label=_("Why did it differ?"), required=False, widget=_long(4))
    changes = forms.CharField(label=_("What changes because of it?"), required=False, widget=_long(4))
