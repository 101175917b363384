"""The forms of sessions: one session, an answer to its invitation, what is asked and said around it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from paraat.alerts.rules.languages import KNOWN
from paraat.platform.moment import ZONE
from paraat.readiness.actions.session_answers import MOST
from paraat.readiness.models import Session
from paraat.registry.models import Organisation, Supply
from paraat.registry.words import PROVINCES

LANGUAGES = {"nl": "Nederlands", "fr": "Français", "de": "Deutsch", "en": "English"}
NARROWED = ("province", "kind", "supplier")
_NO_CONSTITUENTS = {Organisation.Kind.PROVIDER, Organisation.Kind.PARTNER}
CLOCK = "%Y-%m-%dT%H:%M"


def _clock(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(label=label, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=CLOCK))


class SessionForm(forms.Form):
    """One session. A title in one language is enough; whoever reads another gets that one."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label=_("What is it?"), choices=Session.Kind.choices)
    starts_at = _clock(_("Begins"))
    ends_at = _clock(_("Ends"))
    language = forms.ChoiceField(label=_("Spoken"), choices=list(LANGUAGES.items()))
    place = forms.CharField(
        label=_("Room and address"), max_length=200, required=False, help_text=_("Empty: on a line only.")
    )
    link = forms.URLField(
        label=_("Link to join"), max_length=500, required=False, assume_scheme="https",
        help_text=_("Only who registered sees it; it is in no invitation."),
    )  # fmt: skip
    seats = forms.IntegerField(
        label=_("Seats"), min_value=1, max_value=100_000, required=False, help_text=_("Empty: as many as come.")
    )
    province = forms.ChoiceField(label=_("For a province"), required=False)
    kind_of = forms.ChoiceField(label=_("For a kind of organisation"), required=False)
    supplier = forms.ChoiceField(label=_("For the customers of"), required=False)

    def __init__(self, *args: Any, audience: bool = True, **more: Any) -> None:
        """`audience`: whether it can still be chosen for whom it is."""
        super().__init__(*args, **more)
        texts: dict[str, forms.Field] = {}
        for code in KNOWN:
            words = {"language": LANGUAGES[code]}
            texts[f"title_{code}"] = forms.CharField(
                label=gettext("Title, %(language)s") % words, max_length=120, required=False
            )
            texts[f"text_{code}"] = forms.CharField(
                label=gettext("Text, %(language)s") % words, max_length=5000, required=False,
                widget=forms.Textarea(attrs={"rows": 3, "lang": code}),
            )  # fmt: skip
        self.fields |= texts
        if not audience:
            for name in ("province", "kind_of", "supplier"):
                del self.fields[name]
            return
        serving = Organisation.objects.filter(pk__in=Supply.objects.values("supplier")).order_by("name")
        choices: dict[str, list[Any]] = {
            "province": list(PROVINCES.items()),
            "kind_of": [one for one in Organisation.Kind.choices if one[0] not in _NO_CONSTITUENTS],
            "supplier": [(str(pk), name) for pk, name in serving.values_list("pk", "name")],
        }
        for name, rows in choices.items():
            self.fields[name].choices = [("", _("All")), *rows]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A title in at least one language."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not any(cleaned.get(f"title_{code}") for code in KNOWN):
            self.add_error("title_nl", _("A session needs a title in one language at least."))
        return cleaned

    def said(self) -> dict[str, Any]:
        """As the actions take it."""
        given = self.cleaned_data
        plain = {name: given[name] for name in ("kind", "starts_at", "ends_at", "language", "place", "link", "seats")}
        texts = {part: {code: given[f"{part}_{code}"] for code in KNOWN} for part in ("title", "text")}
        if "province" not in self.fields:
            return plain | texts
        chosen = {"province": given["province"], "kind": given["kind_of"], "supplier": given["supplier"]}
        audience = {name: value for name, value in chosen.items() if value}
        kept = self.initial.get("audience") or {}
        named = {"organisations": kept["organisations"]} if "organisations" in kept else {"all": True}
        return plain | texts | {"audience": audience or named}


def session_initial(session: Session) -> dict[str, Any]:
    """A session as its form shows it; times as the clocks of Brussels."""
    plain = {
        name: getattr(session, name) for name in ("version", "kind", "language", "place", "link", "seats", "audience")
    }
    texts = {f"{part}_{code}": words for part in ("title", "text") for code, words in getattr(session, part).items()}
    chosen = {
        "province": session.audience.get("province", ""),
        "kind_of": session.audience.get("kind", ""),
        "supplier": session.audience.get("supplier", ""),
    }
    return plain | texts | chosen | {name: getattr(session, name).astimezone(ZONE) for name in ("starts_at", "ends_at")}


class AnswerForm(forms.Form):
    """Whether an invited organisation comes."""

    comes = forms.ChoiceField(
        label=_("Do you come?"), choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect
    )
    seats = forms.IntegerField(label=_("With how many?"), min_value=1, max_value=MOST, initial=1)
    who = forms.CharField(
        label=_("Who?"), max_length=200, required=False, help_text=_("Functions are enough: ICT, civil affairs.")
    )


class QuestionForm(forms.Form):
    """A question."""

    text = forms.CharField(
        label=_("Your question"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is answered for all; only the team knows who asked."),
    )  # fmt: skip


class ReplyForm(forms.Form):
    """An answer to a question, and the question as all may read it."""

    text = forms.CharField(
        label=_("The question, as all may read it"), max_length=5000, widget=forms.Textarea(attrs={"rows": 2})
    )
    answer = forms.CharField(label=_("The answer"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))
    shown = forms.BooleanField(label=_("Show both to all who were invited"), required=False, initial=True)


class FeedbackForm(forms.Form):
    """What it was worth."""

    rating = forms.TypedChoiceField(
        label=_("What was it worth to you?"), coerce=int, widget=forms.RadioSelect,
        choices=[(1, _("1: nothing")), (2, "2"), (3, "3"), (4, "4"), (5, _("5: a great deal"))],
    )  # fmt: skip
    text = forms.CharField(
        label=_("In words"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class MaterialForm(forms.Form):
    """A file or an address."""

    name = forms.CharField(label=_("What is it?"), max_length=255)
    file = forms.FileField(label=_("A file"), required=False)
    url = forms.URLField(label=_("Or an address"), max_length=500, required=False, assume_scheme="https")


class ReasonForm(forms.Form):
    """Why it does not take place."""

    because = forms.CharField(label=_("Why? Everybody who was invited reads this."), max_length=500)


class ChaseForm(forms.Form):
    """Who was missed, and when it is given again."""

    again = forms.ChoiceField(label=_("It is given again"), required=False)
    silent = forms.BooleanField(label=_("Also those who never answered"), required=False)

    def __init__(self, *args: Any, sessions: Any = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["again"].choices = [("", _("no date yet")), *sessions]  # type: ignore[attr-defined]


class NameForm(forms.Form):
    """An organisation by its name or NIS code."""

    organisation = forms.CharField(label=_("Organisation"), max_length=200, help_text=_("Its name or NIS code."))


class ListForm(forms.Form):
    """A list of who came."""

    file = forms.FileField(label=_("CSV or XLSX"), help_text=_("Columns: nis or organisation, and came (yes or no)."))
