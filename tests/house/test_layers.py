"""What points upward though no import says so: relations, get_model, migrations, templates."""

from __future__ import annotations

import ast
import re

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.db.migrations.loader import MigrationLoader
from tests.house import house

_OURS = set(house.layers())
_USES = re.compile(r"""{%-?\s*(?:extends|include|import|from)\s+["']([^"']+)["']""")


def test_no_relation_points_upward() -> None:
    wrong = [
        f"{model.__name__}.{field.name} -> {field.related_model.__name__}"
        for model in apps.get_models()
        if model._meta.app_label in _OURS
        for field in model._meta.get_fields(include_hidden=False)
        if not field.auto_created and field.is_relation and field.related_model
        if field.related_model._meta.app_label in _OURS
        and not house.may_use(model._meta.app_label, field.related_model._meta.app_label)
    ]
    assert not wrong, f"a relation may only point down or sideways within its app: {wrong}"


def test_there_is_no_generic_relation() -> None:
    generic = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in _OURS
        for field in model._meta.private_fields
        if isinstance(field, GenericForeignKey)
    ]
    assert not generic, (
        f"a generic relation points anywhere, so upward too; keep an id and announce facts instead: {generic}"
    )


def test_no_model_is_fetched_by_name_from_above() -> None:
    wrong = []
    for path in house.python_files():
        for call in house.calls(path):
            if not (isinstance(call.func, ast.Attribute) and call.func.attr == "get_model" and call.args):
                continue
            named = call.args[0]
            app = str(named.value).partition(".")[0] if isinstance(named, ast.Constant) else ""
            if app not in _OURS or not house.may_use(house.package(path), app):
                wrong.append(house.place(path, call))
    assert not wrong, f"get_model reaches around the layers: {wrong}"


def test_no_migration_depends_upward() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    wrong = [
        f"{app}.{name} -> {needed[0]}.{needed[1]}"
        for (app, name), migration in loader.disk_migrations.items()
        if app in _OURS
        for needed in migration.dependencies
        if needed[0] in _OURS and not house.may_use(app, needed[0])
    ]
    assert not wrong, f"a migration may only depend on what lies below: {wrong}"


def test_no_template_uses_one_from_above() -> None:
    owner: dict[str, str] = {}
    for path in house.templates():
        relative = path.relative_to(house.SOURCE)
        owner["/".join(relative.parts[2:])] = relative.parts[0]
    wrong = []
    for path in house.templates():
        for used in _USES.findall(path.read_text(encoding="utf-8")):
            if used in owner and not house.may_use(house.package(path), owner[used]):
                wrong.append(f"{house.place(path)} uses {used}")
    assert not wrong, f"a template may only extend or include what lies below: {wrong}"


def test_every_package_has_a_layer() -> None:
    packages = {path.parent.name for path in house.SOURCE.glob("*/__init__.py")}
    assert packages <= _OURS, f"add to the contract in pyproject.toml: {packages - _OURS}"
