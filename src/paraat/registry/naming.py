"""Which organisation somebody means who types a name or a number; and the name that only it has, when several are called the same."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy

from paraat.kernel.errors import Invalid, NotFound
from paraat.platform import moment
from paraat.registry.models import Organisation, OrganisationQuerySet

_NAMED = 4


def full_name(organisation: Organisation) -> str:
    """The name with its kind, as `the_one` reads it back: "Antwerpen (Municipality)", in the reader's language."""
    return f"{organisation.name} ({organisation.get_kind_display()})"


def the_one(words: str, rows: QuerySet[Any] | None = None) -> Organisation:
    """The one organisation of `rows` (None: all of today) with this name, full name, NIS or KBO number.

    Raises NotFound when nobody is called so, Invalid with the full names when several are.
    """
    among = Organisation.objects.as_of(moment.today()) if rows is None else rows
    assert isinstance(among, OrganisationQuerySet)  # noqa: S101  # for the types: every manager of organisations gives these
    name, kind = _apart(words)
    found: list[Organisation] = list(among.called(name).order_by("name", "kind")[: _NAMED + 1])
    if kind:
        found = [one for one in found if one.get_kind_display().casefold() == kind.casefold()]
    if not found:
        raise NotFound("No organisation has exactly this name or number")
    if len(found) > 1:
        names = ", ".join(full_name(one) for one in found[:_NAMED])
        raise Invalid(gettext("Several organisations are called so. Which one? %(names)s") % {"names": names})
    return found[0]


def or_nobody(words: str, rows: QuerySet[Any] | None = None) -> Organisation | None:
    """The same, None when it is nobody or in doubt."""
    try:
        return the_one(words, rows) if words.strip() else None
    except (NotFound, Invalid):
        return None


def _apart(words: str) -> tuple[str, str]:
    """Name and kind of "Antwerpen (Municipality)"; kinds are those of the reader's language."""
    name, bracket, kind = words.strip().removesuffix(")").rpartition(" (")
    labels = {str(label).casefold() for label in Organisation.Kind.labels}
    return (name, kind) if bracket and kind.casefold() in labels else (words.strip(), "")


class OrganisationField(forms.CharField):
    """One organisation, by its name or number: a list of thousands is not to be scrolled. `rows` are those that one may choose from."""

    def __init__(self, *, rows: QuerySet[Any] | None = None, **more: Any) -> None:
        self.rows = rows
        more.setdefault("help_text", gettext_lazy("Its exact name, NIS or KBO number."))
        more.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        super().__init__(max_length=250, **more)

    def prepare_value(self, value: Any) -> Any:
        """What stands in the field: an organisation by its full name."""
        return full_name(value) if isinstance(value, Organisation) else value

    def clean(self, value: Any) -> Any:
        """The organisation; None for nothing."""
        words = super().clean(value)
        try:
            return the_one(words, self.rows) if words else None
        except (NotFound, Invalid) as error:
            raise forms.ValidationError(gettext(error.said)) from error
