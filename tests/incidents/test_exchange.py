"""A case file: everything of a case and nothing above its marking; taken in without loss, once, or not at all."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paraat.accounts.models import User
from paraat.incidents import case_document, case_files
from paraat.incidents.actions import exchange
from paraat.incidents.actions.tasks import add_task
from paraat.incidents.actions.timeline import add_entry
from paraat.incidents.case_parts import PARTS, STAY, Part, part_of, reference
from paraat.incidents.models import Case, CaseImport, Evidence
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Tlp
from paraat.registry.models import Organisation
from tests import cast
from tests.house import house
from tests.incidents import holding

pytestmark = pytest.mark.django_db
RONSE = {"ref": "municipality:45041", "kind": "municipality", "nis": "45041", "name": "Ronse"}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path))
    monkeypatch.setenv("PARAAT_FIELD_KEY", "k" * 40)


def exported(case: Case, tlp: Tlp = Tlp.RED) -> dict[str, Any]:
    made = exchange.export_case(case=case, tlp=tlp, by=holding.officer(), why="test")
    return json.loads(exchange.as_json(made))  # type: ignore[no-any-return]


def taken(document: dict[str, Any]) -> Case:
    content = json.dumps(document).encode()
    return exchange.import_case(content=content, by=holding.officer()).case


def test_every_table_that_hangs_on_a_case_travels_or_says_why_not() -> None:
    inside = {part.model for part in PARTS}
    missing = [
        model.__name__
        for model in apps.get_app_config("incidents").get_models()
        if model not in inside and model.__name__ not in STAY
        if any(reference(field) in inside for field in model._meta.concrete_fields)
    ]
    assert not missing, f"add to PARTS in incidents/case_parts.py, or to STAY with the reason: {missing}"


def test_the_published_schema_is_that_of_the_code() -> None:
    published = (house.ROOT / "docs" / "case-file.schema.json").read_text(encoding="utf-8")
    assert published == case_document.schema(), "bin/paraat casefile schema > docs/case-file.schema.json"


# Round trip -----------------------------------------------------------------------------------------------------------------------
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


def scalars(field: models.Field[Any, Any]) -> st.SearchStrategy[Any]:
    """Values that a column may hold, as the file writes them."""
    if field.name == "tlp":
        return st.sampled_from(case_document.LABELS)
    if field.choices and isinstance(field, models.CharField):
        return st.sampled_from([str(value) for value, _ in field.flatchoices])
    if isinstance(field, models.DecimalField):
        return st.decimals(Decimal(0), Decimal(10**9), places=field.decimal_places).map(str)
    if isinstance(field, models.CharField):
        return st.text("abc é", min_size=1, max_size=min(field.max_length or 9, 9))
    kinds: dict[type, st.SearchStrategy[Any]] = {
        models.UUIDField: st.uuids().map(str), models.BooleanField: st.booleans(), models.TextField: texts,
        models.DateTimeField: moments.map(lambda at: at.isoformat()), models.DateField: st.just(date(2024, 1, 1).isoformat()),
        models.JSONField: st.dictionaries(st.text("abc", max_size=3), st.integers(0, 9), max_size=2),
    }  # fmt: skip
    return kinds.get(type(field), st.integers(0, 5))


def drawn(draw: Any, part: Part, ids: dict[str, list[str]]) -> dict[str, Any] | None:
    """One row; it points at rows that came before it. None when there is nothing that it could hang on."""
    row: dict[str, Any] = {}
    for field in part.columns:
        to = reference(field)
        if to is Organisation:
            row[field.name] = RONSE["ref"]
        elif to is User:
            row[field.name] = None
        elif to is not None:
            near = ids.get(part_of(to), [])
            if not near and not field.null:
                return None
            row[field.name] = (
                draw(st.sampled_from(near))
                if near and (field.name == "case" or not (field.null and draw(st.booleans())))
                else None
            )
        elif isinstance(field, ArrayField):
            row[field.name] = draw(st.lists(scalars(field.base_field), max_size=2))
        else:
            row[field.name] = None if field.null and draw(st.booleans()) else draw(scalars(field))
    row["id"] = str(uuid7())
    return row


UNIQUE = {"number", "code", "message_id", "key", "name", "title", "value", "level", "regime", "question"}


@st.composite
def documents(draw: Any) -> dict[str, Any]:
    """A file with up to two rows of every part, each with anything in its columns."""
    ids: dict[str, list[str]] = {}
    file: dict[str, Any] = {
        "format": "paraat-case",
        "version": 1,
        "tlp": "TLP:RED",
        "origin": "Elsewhere",
        "organisations": [RONSE],
        "accounts": [],
    }
    for part in PARTS:
        rows = []
        for number in range(1 if part.name == "case" else draw(st.integers(0, 2))):
            row = drawn(draw, part, ids)
            if row is None or (
                number
                and part.name in {"suppliers", "helpers", "exposure_concerns", "clocks", "sightings", "clock_reminders"}
            ):
                continue
            for name in UNIQUE & row.keys():
                if isinstance(row[name], str) and not part.model._meta.get_field(name).choices:
                    row[name] = f"{part.name[:2]}{number}{row[name]}"[: part.model._meta.get_field(name).max_length]
            if part.name == "evidence" and row["state"] != "destroyed":
                row["state"] = "elsewhere"
            if part.name == "note_versions":
                row["number"] = number + 1
            rows.append(row)
        ids[part.name] = [row["id"] for row in rows]
        for row in rows:
            row.update({field.name: [] for field in part.lists})
        file[part.name] = rows[0] if part.name == "case" else rows
    if not file["sightings"]:
        file["indicators"] = []
    file["indicators"] = [
        row for row in file["indicators"] if row["id"] in {one["indicator"] for one in file["sightings"]}
    ]
    file["hypothesis_points"] = [row | {"indicator": None} for row in file["hypothesis_points"]]
    return file


def plain(document: dict[str, Any]) -> dict[str, Any]:
    """Without what each installation says for itself: numbers, its name, and organisations that no row of the case needs."""
    made = json.loads(json.dumps(case_document.read(json.dumps(document)), default=str))
    for part in ("case", "reports", "evidence"):
        for row in [made[part]] if part == "case" else made[part]:
            row["number"] = ""
    for value in made.values():
        if isinstance(value, list):
            value.sort(key=lambda row: row.get("id", ""))  # within a millisecond ids have no order
    return {name: value for name, value in made.items() if name not in {"origin", "organisations"}}


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(documents())
def test_what_comes_in_goes_out_without_loss(document: dict[str, Any]) -> None:
    cast.ronse()
    with transaction.atomic():
        once = exported(taken(document))
        transaction.set_rollback(True)
    assert plain(once) == plain(document)
    with transaction.atomic():
        twice = exported(taken(once))
        transaction.set_rollback(True)
    assert plain(twice) == plain(once)


def test_a_real_case_with_evidence_travels_as_a_zip(django_capture_on_commit_callbacks: Any) -> None:
    case = holding.case()
    add_entry(case=case, text="The servers are down", by=holding.officer())
    holding.piece(of=case)
    document = exchange.export_case(case=case, tlp=Tlp.RED, by=holding.officer(), why="move")
    contents = exchange.export_contents(case=case, document=document, by=holding.officer(), why="move")
    packed = b"".join(case_files.zipped(document, contents))
    assert list(case.evidence.get().custody.values_list("deed", flat=True)) == ["received", "exported"]
    changed = json.loads(exchange.as_json(document))
    fresh = packed_again(changed, packed)
    done = case_files.take_in(io.BytesIO(fresh), by=holding.officer())
    piece = Evidence.objects.get(case=done.case)
    assert (piece.state, piece.size) == ("whole", len(holding.NOTE))
    with pytest.raises(Conflict, match="taken in before"):
        case_files.take_in(io.BytesIO(fresh), by=holding.officer())


def packed_again(document: dict[str, Any], packed: bytes) -> bytes:
    """The same ZIP as if it came from elsewhere: other ids, which are the same everywhere in the file."""
    import zipfile

    text = json.dumps(document)
    for part in PARTS:
        for row in [document[part.name]] if part.name == "case" else document[part.name]:
            text = text.replace(row["id"], str(uuid7()))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, text if name == "case.json" else old.read(name))
    return out.getvalue()


# What must not be -----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("level", [Tlp.AMBER, Tlp.AMBER_STRICT, Tlp.RED])
def test_nothing_above_the_marking_leaves(level: Tlp) -> None:
    case = holding.case()
    entries = {tlp: add_entry(case=case, text=f"words of {tlp.name}", by=holding.officer(), tlp=tlp) for tlp in Tlp}
    add_entry(case=case, text="a correction", by=holding.officer(), tlp=Tlp.AMBER, corrects=entries[Tlp.RED])
    holding.piece(of=case, tlp=Tlp.RED, description="secret description")
    text = json.dumps(exported(case, level))
    for tlp in Tlp:
        assert (f'words of {tlp.name}"' in text) is (tlp <= level)
    assert ("secret description" in text) is (level == Tlp.RED)
    assert (str(entries[Tlp.RED].pk) in text) is (level == Tlp.RED), "nor may anything point at it"


def test_a_case_above_the_marking_is_refused() -> None:
    with pytest.raises(Invalid, match="higher"):
        exported(holding.case(tlp=Tlp.RED), Tlp.AMBER)


def spoilt(change: Any) -> str:
    """What an import says of a file that was changed so; and that nothing of it is kept."""
    cast.ronse()
    with transaction.atomic():
        case = holding.case()
        add_entry(case=case, text="one", by=holding.officer())
        document = exported(case)
        transaction.set_rollback(True)
    change(document)
    with pytest.raises(Invalid) as raised, transaction.atomic():
        taken(document)
    assert not Case.objects.exists()
    assert not CaseImport.objects.exists()
    return str(raised.value)


def test_what_is_wrong_is_named_and_nothing_stays() -> None:
    assert "timeline.0.known_at" in spoilt(lambda file: file["timeline"][0].update(known_at="yesterday"))
    assert "case.severity" in spoilt(lambda file: file["case"].pop("severity"))
    assert "case.nonsense" in spoilt(lambda file: file["case"].update(nonsense=1))
    assert "timeline.0.text" in spoilt(lambda file: file["timeline"][0].update(text="a\x00b"))
    assert "timeline.1" in spoilt(lambda file: file["timeline"][1].update(id=file["timeline"][0]["id"]))
    assert "timeline.0.case" in spoilt(lambda file: file["timeline"][0].update(case=str(uuid7())))
    assert "organisations.0" in spoilt(lambda file: file["organisations"][0].update(nis="99999"))
    assert "timeline.0" in spoilt(lambda file: file.update(tlp="TLP:CLEAR") or file["case"].update(tlp="TLP:CLEAR"))
    assert "version" in spoilt(lambda file: file.update(version=2))


def test_a_file_cannot_put_rows_on_another_case() -> None:
    victim = holding.case(title="Somebody else's")
    with transaction.atomic():
        document = exported(holding.case())
        transaction.set_rollback(True)
    document["timeline"][0]["case"] = str(victim.pk)
    with pytest.raises(Invalid, match="does not hold"):
        taken(document)


def test_the_same_case_is_recognised() -> None:
    case = holding.case()
    with pytest.raises(Conflict, match="here already"):
        taken(exported(case))


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"nonsense", b"PK\x03\x04nonsense", b'{"format": "paraat-case"}']
)
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        case_files.take_in(io.BytesIO(content), by=holding.officer())


def test_the_team_saves_and_takes_in_on_screen() -> None:
    client, case = Client(), holding.case()
    client.force_login(cast.duty_officer())
    assert client.get(f"/cases/{case.pk}/export/").status_code == 200
    assert client.post(f"/cases/{case.pk}/export/", {"tlp": 4, "why": ""}).status_code == 400
    saved = client.post(f"/cases/{case.pk}/export/", {"tlp": 4, "why": "For a colleague"})
    assert saved.headers["Content-Disposition"] == f'attachment; filename="{case.number}.json"'
    text = saved.content.decode()
    for part in PARTS:
        document = json.loads(text)
        for row in [document[part.name]] if part.name == "case" else document[part.name]:
            text = text.replace(row["id"], str(uuid7()))
    file = io.BytesIO(text.encode())
    file.name = "case.json"
    answer = client.post("/cases/import/", {"file": file})
    assert answer.status_code == 302
    assert Case.objects.count() == 2
    client.force_login(cast.spoc_user(cast.ronse()))
    assert client.get(f"/cases/{case.pk}/export/").status_code == 403


def test_a_file_does_not_tie_its_tasks_to_those_of_another_case() -> None:
    case = holding.case()
    own = add_task(case=case, title="Pull the cable", by=holding.officer())
    fresh = json.dumps(exported(case))
    for old in set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", fresh)):
        fresh = fresh.replace(old, str(uuid7()))
    document = json.loads(fresh)
    document["tasks"][0]["after"] = [str(own.pk)]
    with pytest.raises(Invalid) as caught:
        taken(document)
    assert caught.value.context["where"] == "tasks.0.after"
    assert Case.objects.get() == case
    document["tasks"][0]["after"] = []
    assert taken(document).tasks.get().title == "Pull the cable"
