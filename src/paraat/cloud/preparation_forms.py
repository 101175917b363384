"""The forms of a preparation: what would start tonight, for whom, under which name, and what citizens would read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from paraat.cloud import catalog
from paraat.cloud.models import Preparation
from paraat.cloud.rules import lines
from paraat.cloud.tenant_forms import ServicesField
from paraat.platform.jinja import language

LANGUAGE_NAMES = {"nl": "Nederlands", "fr": "Français", "de": "Deutsch", "en": "English"}


def _lines(label: Any, rows: int = 4, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "spellcheck": "false"})
    return forms.CharField(label=label, required=False, max_length=20_000, widget=widget, **more)


def _taken(text: str, read: Callable[[str], lines.Taken]) -> list[dict[str, Any]]:
    """The rows of what was pasted; every wrong line is an error of the field, with its number."""
    taken = read(text)
    if taken.wrong:
        raise forms.ValidationError([
            gettext("Line %(number)s: %(why)s (%(line)s)") % {"number": one.number, "why": gettext(one.why), "line": one.line[:60]}
            for one in taken.wrong[:10]
        ])  # fmt: skip
    return taken.rows


class BasicsForm(forms.Form):
    """Services, names, targets."""

    services = ServicesField(required=False, help_text=_("What is needed by another service is added by itself."))
    domain = forms.CharField(
        label=_("Own emergency domain"), required=False, max_length=200, help_text=_("Such as nood.<name>.be. Its records stand below.")
    )  # fmt: skip
    label = forms.SlugField(
        label=_("Name under the team's domain"), required=False, max_length=40, help_text=_("For when your own DNS is lost too.")
    )  # fmt: skip
    backup_location = forms.CharField(
        label=_("Where backups go"), required=False, max_length=400, help_text=_("A restic location. Empty: where the team keeps them.")
    )  # fmt: skip
    data_mb = forms.IntegerField(label=_("Data to restore, MB"), required=False, min_value=0)
    claimed_rto_minutes = forms.IntegerField(
        label=_("Claimed: minutes until services are back"),
        required=False,
        min_value=1,
        help_text=_("As you or your provider say it. A drill measures it."),
    )
    target_rto_minutes = forms.IntegerField(
        label=_("Target: minutes until services are back"), min_value=1, max_value=100_000
    )
    drill_every_days = forms.IntegerField(
        label=_("A drill every so many days"), min_value=0, max_value=3650, help_text=_("0: only when asked for.")
    )  # fmt: skip

    def __init__(self, *args: Any, places: bool = True, **more: Any) -> None:
        """`places`: who fills it in may say where backups go. A town may not: this host writes there, with the team's credentials."""
        super().__init__(*args, **more)
        if not places:
            del self.fields["backup_location"]

    def clean_services(self) -> list[str]:
        """With what they need."""
        return list(catalog.chosen(self.cleaned_data["services"]))


class AccountsForm(forms.Form):
    """The accounts, pasted."""

    accounts = _lines(
        _("One account a line: login; name; language"),
        8,
        help_text=_("Roles, not people: crisis; Crisis team; nl. Nobody gets a password before the sheet."),
    )

    def __init__(self, *args: Any, language: str = "nl", **more: Any) -> None:
        super().__init__(*args, **more)
        self.language = language

    def clean_accounts(self) -> list[dict[str, Any]]:
        """Every row, or every wrong line with its number."""
        return _taken(self.cleaned_data["accounts"], lambda text: lines.accounts(text, language=self.language))


class IntakeForm(forms.Form):
    """The counters and forms of the citizen intake."""

    counters = _lines(_("Counters of the citizen intake, one a line"), 3)
    forms_ = _lines(_("Forms of the citizen intake, one a line"), 3, help_text=_("Empty: all forms that there are."))

    def names(self, field: str) -> list[str]:
        """Each line once, in order."""
        found = (line.strip()[:60] for line in self.cleaned_data[field].splitlines())
        return list(dict.fromkeys(line for line in found if line))


class PageForm(forms.Form):
    """The emergency page: per language a title and a message, and lists that stand in all languages."""

    phone = forms.CharField(label=_("Telephone number for citizens"), required=False, max_length=40)
    services = _lines(_("Services of the town, one a line: name; works, limited or down; note"))
    phones = _lines(_("More numbers, one a line: name; number; note"), 3)
    counters = _lines(_("Counters, one a line: name; address; days 09:00-12:00"), 3)
    links = _lines(_("Links, one a line: name; https://…"), 3)

    def __init__(self, *args: Any, languages: Iterable[str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.languages = [one for one in languages if one in LANGUAGE_NAMES] or ["nl"]
        texts: dict[str, forms.Field] = {}
        for code in self.languages:
            name = LANGUAGE_NAMES[code]
            texts[f"title_{code}"] = forms.CharField(
                label=gettext("Title, %(language)s") % {"language": name}, required=False, max_length=200
            )
            texts[f"message_{code}"] = forms.CharField(
                label=gettext("Message, %(language)s") % {"language": name},
                required=False,
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 5, "lang": code}),
            )
        self.fields = texts | self.fields

    def clean_services(self) -> list[dict[str, Any]]:
        """Rows, or wrong lines."""
        return _taken(self.cleaned_data["services"], lines.services)

    def clean_phones(self) -> list[dict[str, Any]]:
        """Rows, or wrong lines."""
        return _taken(self.cleaned_data["phones"], lines.phones)

    def clean_counters(self) -> list[dict[str, Any]]:
        """Rows, or wrong lines."""
        return _taken(self.cleaned_data["counters"], lines.counters)

    def clean_links(self) -> list[dict[str, Any]]:
        """Rows, or wrong lines."""
        return _taken(self.cleaned_data["links"], lines.links)

    def page(self) -> dict[str, Any]:
        """The page as `catalog/web/page.py` takes it."""
        given = self.cleaned_data
        found: dict[str, Any] = {name: given[name] for name in ("phone", "services", "phones", "counters", "links")}
        for text in ("title", "message"):
            found[text] = {
                code: given[f"{text}_{code}"].strip() for code in self.languages if given[f"{text}_{code}"].strip()
            }
        return {name: value for name, value in found.items() if value}


def page_initial(page: Mapping[str, Any], languages: Iterable[str]) -> dict[str, Any]:
    """The page as its form shows it."""
    found: dict[str, Any] = {
        "phone": page.get("phone", ""),
        "services": lines.written_services(page.get("services") or (), language()),
        "phones": lines.written(page.get("phones") or (), "label", "number", "note"),
        "counters": lines.written_counters(page.get("counters") or ()),
        "links": lines.written(page.get("links") or (), "label", "url"),
    }
    for text in ("title", "message"):
        value = page.get(text) or {}
        for code in languages:
            found[f"{text}_{code}"] = value if isinstance(value, str) else value.get(code, "")
    return found


def basics_initial(row: Preparation | None) -> dict[str, Any]:
    """What was prepared, as its form shows it; a new one proposes everything."""
    if row is None:
        return {"services": list(catalog.chosen(["all"])), "target_rto_minutes": 240, "drill_every_days": 0}
    return {name: getattr(row, name) for name in BasicsForm.base_fields}
