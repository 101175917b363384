"""A case leaves for another installation as a file, and comes in from one: everything of it, or nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction

from paraat.accounts.models import User
from paraat.incidents import case_document
from paraat.incidents.actions.evidence import export_out, place_content
from paraat.incidents.actions.numbers import take_number
from paraat.incidents.case_parts import PARTS, Part, part_of, reference
from paraat.incidents.models import Case, CaseImport, Evidence, Hypothesis, Indicator
from paraat.kernel import codes
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import LABELLED, Tlp
from paraat.platform import configuration, moment, vault
from paraat.platform.actions import action, record
from paraat.registry.models import Organisation

NUMBERED = {"case": "C", "reports": "R", "evidence": "E"}
"""Parts whose rows get numbers of the installation that takes them in."""


@action
def export_case(*, case: Case, tlp: Tlp | int, by: Actor, why: str) -> dict[str, Any]:
    """The case as a document (docs/case-file.schema.json) that holds nothing above `tlp`. Evidence is described; its content is another step.

    Raises Invalid without a reason, or when the case itself is marked higher.
    """
    if not why.strip():
        raise Invalid("Give a reason; it is kept", field="why")
    if case.tlp > tlp:
        raise Invalid("The case itself is marked higher than this export", tlp=Tlp(case.tlp).label)
    document = _document(case, Tlp(tlp))
    detail = {"number": case.number, "tlp": Tlp(tlp).label, "why": why.strip()[:500]}
    record("case.exported", by=by, on=case, organisation=case.organisation_id, detail=detail)
    return document


@action
def export_contents(
    *, case: Case, document: Mapping[str, Any], by: Actor, why: str
) -> list[tuple[Evidence, vault.Kept]]:
    """What the content of the exported evidence is to be read with; each is a link of its chain of custody. The document says that it is whole."""
    taken = []
    for row in document["evidence"]:
        piece = Evidence.objects.select_related("case", "content").get(pk=row["id"], case=case)
        if piece.state == Evidence.State.WHOLE:
            taken.append((piece, export_out(evidence=piece, by=by, why=why)))
            row["state"] = Evidence.State.WHOLE.value
    return taken


def as_json(document: Mapping[str, Any]) -> bytes:
    """The document as the file's bytes."""
    return json.dumps(document, default=_plain, ensure_ascii=False, indent=1).encode()


def _plain(value: Any) -> str:
    """Moments to the microsecond, which Django's own encoder cuts off; ids and amounts as text."""
    return str(value.isoformat()) if isinstance(value, date) else str(value)


@action
def import_case(*, content: bytes, by: Actor, contents: Mapping[str, vault.Kept] | None = None) -> CaseImport:
    """Take in a case file; `contents` are the pieces of evidence that came with it, in the vault already, by SHA-256.

    Raises Invalid, which names the place that is wrong, and Conflict when the file or its case was taken in before.
    """
    digest = hashlib.sha256(content).hexdigest()
    before = CaseImport.objects.filter(sha256=digest).select_related("case").first()
    if before is not None:
        raise Conflict("This file was taken in before", case=before.case.number)
    given = case_document.read(content)
    here = Case.objects.filter(pk=given["case"]["id"]).first()
    if here is not None:
        raise Conflict("This case is here already", case=here.number)
    taking = _Taking(given, contents or {})
    taking.run()
    case = Case.objects.get(pk=given["case"]["id"])
    made = CaseImport.objects.create(
        case=case, sha256=digest, origin=given["origin"], origin_number=given["case"]["number"], numbers=taking.numbers,
        at=taking.now, by=by.label,
    )  # fmt: skip
    detail = {"number": case.number, "origin": given["origin"], "there": given["case"]["number"]}
    record("case.imported", by=by, on=case, organisation=case.organisation_id, detail=detail)
    return made


# Out ------------------------------------------------------------------------------------------------------------------------------


def _document(case: Case, tlp: Tlp) -> dict[str, Any]:
    rows: dict[str, dict[UUID, dict[str, Any]]] = {}
    organisations: dict[str, dict[str, str]] = {}
    accounts: dict[str, dict[str, str]] = {}

    def written(field: models.Field[Any, Any], value: Any) -> Any:
        to = reference(field)
        if field.name == "tlp":
            return Tlp(value).label
        if value is None or to is None:
            return value
        if to is Organisation:
            return _organisation(value, organisations)
        if to is User:
            return _account(value, accounts)
        return value.pk if value.pk in rows.get(part_of(to), {}) or part_of(to) == "case" else None

    for part in PARTS:
        rows[part.name] = _rows(part, case, tlp, rows, written)
    listed = {name: [found[key] for key in sorted(found)] for name, found in rows.items()}
    for row in listed["evidence"]:
        row["state"] = row["state"] if row["state"] == Evidence.State.DESTROYED else Evidence.State.ELSEWHERE.value
    return {
        "format": case_document.FORMAT,
        "version": case_document.VERSION,
        "tlp": tlp.label,
        "origin": configuration.TEAM_NAME.get(),
        "organisations": [organisations[key] for key in sorted(organisations)],
        "accounts": [accounts[key] for key in sorted(accounts)],
        **listed,
        "case": listed["case"][0],
    }


def _rows(
    part: Part, case: Case, tlp: Tlp, done: Mapping[str, Any], written: Callable[[Any, Any], Any]
) -> dict[UUID, dict[str, Any]]:
    """The rows of a part, by id: none above the marking, and none that hangs on a row that stays behind."""
    pointers = [field.name for field in part.columns if reference(field)]
    query = (
        part.model._base_manager.filter(
            models.Q(**{part.case: case.pk}) | models.Q(**{part.also or part.case: case.pk})
        )
        .select_related(*pointers)
        .distinct()
    )
    if any(field.name == "tlp" for field in part.columns):
        query = query.filter(tlp__lte=tlp)
    found: dict[UUID, dict[str, Any]] = {}
    done[part.name] = found  # type: ignore[index]  # rows may point at rows of their own part
    for row in query.order_by("pk"):
        made = {field.name: written(field, getattr(row, field.name)) for field in part.columns}
        if all(made[field.name] is not None for field in part.columns if reference(field) and not field.null):
            found[row.pk] = made
    for made in found.values():
        for field in part.lists:
            related = part.model._base_manager.get(pk=made["id"])
            kept = getattr(related, field.name).values_list("pk", flat=True)
            made[field.name] = sorted(key for key in kept if key in found)
    return found


def _organisation(one: Organisation, known: dict[str, dict[str, str]]) -> str:
    ref = f"{one.kind}:{one.nis or one.name}"
    known[ref] = {"ref": ref, "kind": one.kind, "nis": one.nis, "name": one.name}
    return ref


def _account(one: User, known: dict[str, dict[str, str]]) -> str:
    known[one.email] = {"email": one.email, "name": one.name}
    return one.email


# In -------------------------------------------------------------------------------------------------------------------------------


class _Taking:
    """One file on its way in: what its names mean here."""

    def __init__(self, given: dict[str, Any], contents: Mapping[str, vault.Kept]) -> None:
        self.given, self.contents, self.now = given, contents, moment.now()
        self.numbers: dict[str, str] = {}
        self.same: dict[UUID, UUID] = {}  # indicators that are known here under another id
        self.organisations = {
            one["ref"]: self._organisation(place, one) for place, one in enumerate(given["organisations"])
        }
        emails = [one["email"] for one in given["accounts"]]
        self.accounts = {user.email: user for user in User.objects.filter(email__in=emails)}
        self.ceiling = LABELLED[given["tlp"]]
        self.known: set[UUID] = set()

    def run(self) -> None:
        """Every part in its order."""
        for part in PARTS:
            listed = self.given[part.name]
            rows = [listed] if part.name == "case" else listed
            for place, row in sorted(enumerate(rows), key=lambda pair: pair[1].get("corrects") is not None):
                self._take(part, f"{part.name}.{place}" if part.name != "case" else "case", row)
        for part in PARTS:
            for field in part.lists:
                for place, row in enumerate(self.given[part.name]):
                    if not self.known.issuperset(row[field.name]):
                        raise Invalid(
                            "It points at a row that the file does not hold", where=f"{part.name}.{place}.{field.name}"
                        )
                    getattr(part.model._base_manager.get(pk=row["id"]), field.name).set(row[field.name])

    def _take(self, part: Part, where: str, row: dict[str, Any]) -> None:
        if "tlp" in row and LABELLED[row["tlp"]] > self.ceiling:
            raise Invalid("A row is marked higher than the file that holds it", where=where)
        values = {field.attname: self._value(field, row[field.name], where) for field in part.columns}
        if self._is_here(part, values):
            self.known.add(self.same.get(row["id"], row["id"]))
            return
        if part.name in NUMBERED:
            self.numbers[row["number"]] = values["number"] = take_number(kind=NUMBERED[part.name], now=self.now)
        if part.name == "reports" and part.model._base_manager.filter(code=row["code"]).exists():
            values["code"] = codes.make()
        if part.name == "evidence":
            self._content(values)
        try:
            with transaction.atomic():
                made = part.model(**values)
                made.save(force_insert=True)
        except IntegrityError as error:
            raise Invalid("This row is here already, or points at nothing", where=where) from error
        self.known.add(row["id"])
        if isinstance(made, Hypothesis):
            made.cases.add(self.given["case"]["id"])

    def _value(self, field: models.Field[Any, Any], value: Any, where: str) -> Any:
        to = reference(field)
        if field.name == "tlp":
            return LABELLED[value]
        if value is None or to is None:
            return value
        if to is User:
            return self.accounts[value].pk if value in self.accounts else None
        if to is Organisation:
            if value not in self.organisations:
                raise Invalid("It names an organisation that the file does not list", where=f"{where}.{field.name}")
            return self.organisations[value].pk
        value = self.same.get(value, value)
        if value not in self.known:
            raise Invalid("It points at a row that the file does not hold", where=f"{where}.{field.name}")
        return value

    def _is_here(self, part: Part, values: dict[str, Any]) -> bool:
        """An indicator or hypothesis that several cases share may be here already; it stays as it is."""
        if part.model is Indicator:
            keys = {name: values[name] for name in ("kind", "value", "exercise")}
            found = Indicator.objects.filter(**keys).first()
            if found is not None:
                self.same[values["id"]] = found.pk
            return found is not None
        if part.name.startswith("hypothes") and part.model._base_manager.filter(pk=values["id"]).exists():
            if part.model is Hypothesis:
                Hypothesis.objects.get(pk=values["id"]).cases.add(self.given["case"]["id"])
            return True
        return False

    def _content(self, values: dict[str, Any]) -> None:
        kept = self.contents.get(values["sha256"])
        if kept is not None and values["state"] != Evidence.State.DESTROYED:
            values["content_id"], values["state"] = place_content(kept=kept, now=self.now).pk, Evidence.State.WHOLE
        elif values["state"] != Evidence.State.DESTROYED:
            values["state"] = Evidence.State.ELSEWHERE

    def _organisation(self, place: int, one: Mapping[str, str]) -> Organisation:
        rows = Organisation.objects.filter(kind=one["kind"])
        found: Organisation | None = (
            rows.filter(nis=one["nis"]).first() if one["nis"] else rows.filter(name=one["name"]).first()
        )
        if found is None:
            raise Invalid(
                "This organisation is not in the registry here: add it first",
                where=f"organisations.{place}",
                name=one["name"],
            )
        return found
