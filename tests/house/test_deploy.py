"""What deploys Paraat names commands, settings, ports and pages that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from django.urls import resolve
from tests.house import house

from paraat.cli.main import paraat_command
from paraat.platform.setting import SETTINGS

DEPLOY = house.ROOT / "deploy"
_KNOWN = set(SETTINGS) | {f"{name}_FILE" for name, setting in SETTINGS.items() if setting.secret}


def _manifests() -> list[dict[str, Any]]:
    return [
        one for path in sorted(DEPLOY.glob("kubernetes/*.yaml")) for one in yaml.safe_load_all(path.read_text()) if one
    ]


def _pods() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for one in _manifests():
        spec = one.get("spec", {})
        template = spec.get("jobTemplate", {}).get("spec", spec).get("template")
        if template:
            found.append((one["metadata"]["name"], template["spec"]))
    return found


@pytest.mark.parametrize(
    "path", sorted(path for path in DEPLOY.rglob("*") if path.is_file()), ids=lambda path: path.name
)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    named = set(re.findall(r"\b(?:PARAAT_[A-Z_]+|DATABASE_URL(?:_FILE)?)\b", path.read_text(encoding="utf-8")))
    assert named <= _KNOWN, f"no such setting: {named - _KNOWN}"


def test_every_command_that_is_run_exists() -> None:
    named = {tuple(pod["containers"][0]["args"])[:1][0] for _, pod in _pods()}
    for unit in DEPLOY.glob("systemd/*.service"):
        named |= set(re.findall(r"/bin/paraat (\w+)", unit.read_text(encoding="utf-8")))
    assert named <= set(paraat_command.list_commands(click.Context(paraat_command)))  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "pod"), _pods(), ids=[name for name, _ in _pods()])
def test_every_pod_runs_with_the_least_rights(name: str, pod: dict[str, Any]) -> None:
    assert pod["enableServiceLinks"] is False, "a Service called paraat would set PARAAT_PORT"
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


def test_every_probe_asks_a_page_that_exists() -> None:
    for _, pod in _pods():
        for container in pod["containers"]:
            for kind in ("readinessProbe", "livenessProbe"):
                if kind in container:
                    assert resolve(container[kind]["httpGet"]["path"])


def test_the_owner_of_the_tables_is_known_to_migrations_and_backups_only() -> None:
    with_owner = {name for name, pod in _pods() if "OWNER_URL" in str(pod)}
    assert with_owner == {"paraat-migrate", "paraat-backup"}
