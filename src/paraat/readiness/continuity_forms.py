"""The forms of continuity: one service, one test, and the reason why a service is taken from the list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraat.cloud import catalog
from paraat.platform import moment
from paraat.platform.jinja import language
from paraat.readiness import critical_services
from paraat.readiness.actions.continuity import LONGEST
from paraat.readiness.models import ContinuityTest
from paraat.registry.models import Organisation


def _hours(label: Any, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=LONGEST, **more)


class ServiceForm(forms.Form):
    """One service. `suppliers` are those on file for the organisation, `services` the others on its list."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    name = forms.CharField(label=_("Service"), max_length=200)
    max_downtime_hours = _hours(_("It may be gone for at most, hours"), help_text=_("The maximum tolerable downtime."))
    decided = forms.BooleanField(label=_("We decided this limit"), required=False)
    rto_hours = _hours(_("Claimed: back after, hours"), help_text=_("RTO, as you or your supplier say it."))
    rpo_hours = _hours(_("Claimed: work lost, hours"), help_text=_("RPO: the age of the newest backup."))
    suppliers = forms.MultipleChoiceField(
        label=_("Suppliers it needs"), required=False, widget=forms.CheckboxSelectMultiple
    )
    systems = forms.CharField(
        label=_("Systems it needs, one a line"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )  # fmt: skip
    needs = forms.MultipleChoiceField(label=_("Other services it needs"), required=False)
    workaround = forms.CharField(
        label=_("How it goes on without computers"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )  # fmt: skip
    on_paper = forms.BooleanField(label=_("This is printed and lies where people work"), required=False)
    cloud_services = forms.MultipleChoiceField(
        label=_("Carried by these services of the emergency cloud"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("A drill that proves all of them proves this service."),
    )  # fmt: skip

    def __init__(self, *args: Any, suppliers: Iterable[Any] = (), services: Iterable[Any] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        fields: dict[str, Any] = dict(self.fields)
        fields["suppliers"].choices = [(str(one.pk), one.name) for one in suppliers]
        fields["needs"].choices = [(str(one.pk), one.name) for one in services]
        fields["cloud_services"].choices = [(one.name, one.title(language())) for one in catalog.services().values()]
        for name in ("suppliers", "needs"):
            if not fields[name].choices:
                del self.fields[name]

    def clean_systems(self) -> list[str]:
        """Each line once."""
        return list(dict.fromkeys(line.strip() for line in self.cleaned_data["systems"].splitlines() if line.strip()))


def service_initial(row: Any, needs: Iterable[Any] = ()) -> dict[str, Any]:
    """A service as its form shows it."""
    plain = (
        "version",
        "name",
        "max_downtime_hours",
        "rto_hours",
        "rpo_hours",
        "workaround",
        "on_paper",
        "cloud_services",
    )
    found = {name: getattr(row, name) for name in plain}
    return found | {
        "decided": not row.max_downtime_proposed,
        "systems": "\n".join(row.systems),
        "suppliers": [str(one.pk) for one in row.suppliers.all()],
        "needs": [str(one.pk) for one in needs],
    }


class AddForm(forms.Form):
    """A service that is not on the list yet: of the built-in list, or another."""

    kind = forms.ChoiceField(label=_("Which service?"))
    name = forms.CharField(label=_("Its name, when it is another one"), max_length=200, required=False)

    def __init__(self, *args: Any, had: Iterable[str] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        here = set(had)
        chosen = [pair for pair in critical_services.kinds(language()) if pair[0] not in here]
        self.fields["kind"].choices = [*chosen, (critical_services.OTHER, _("another one"))]  # type: ignore[attr-defined]


class TestForm(forms.Form):
    """What was shown, by hand."""

    __test__ = False  # pytest takes it for a test

    kind = forms.ChoiceField(label=_("What was it?"), choices=[
        (ContinuityTest.Kind.TABLETOP.value, ContinuityTest.Kind.TABLETOP.label),
        (ContinuityTest.Kind.REAL.value, ContinuityTest.Kind.REAL.label),
    ])  # fmt: skip
    on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    services = forms.MultipleChoiceField(label=_("Services"), widget=forms.CheckboxSelectMultiple)
    outcome = forms.ChoiceField(
        label=_("Was it back?"), widget=forms.RadioSelect,
        choices=[("yes", _("Yes")), ("no", _("No")), ("unknown", _("Could not tell"))],
    )  # fmt: skip
    hours = forms.DecimalField(
        label=_("Back after, hours"), required=False, min_value=0, max_value=LONGEST, max_digits=8, decimal_places=2,
        help_text=_("Whether that was in time follows from the limit of each service."),
    )  # fmt: skip
    remarks = forms.CharField(
        label=_("Remarks"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    file = forms.FileField(
        label=_("What shows it"), required=False, help_text=_("The report or the log. Without a file it is on record, but proves nothing.")
    )  # fmt: skip

    def __init__(self, *args: Any, services: Iterable[Any] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["services"].choices = [(str(one.pk), one.name) for one in services]  # type: ignore[attr-defined]
        self.fields["on"].initial = moment.today

    @property
    def resumed(self) -> bool | None:
        """Whether it was back; None: nobody could tell."""
        return {"yes": True, "no": False}.get(self.cleaned_data["outcome"])


class WhyForm(forms.Form):
    """A reason."""

    because = forms.CharField(label=_("Why?"), max_length=500)


def suppliers_of(organisation: Organisation, held: Iterable[Any] = ()) -> list[Any]:
    """The suppliers on file today, and those that the service names already."""
    from paraat.registry.models import Supply

    on_file = Supply.objects.as_of(moment.today()).filter(customer=organisation).values("supplier")
    keys = [one.pk for one in held]
    rows = Organisation.objects.filter(pk__in=on_file) | Organisation.objects.filter(pk__in=keys)
    return list(rows.distinct().order_by("name"))
