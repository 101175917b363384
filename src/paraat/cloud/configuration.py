"""The settings of the emergency cloud, declared like those of `platform.configuration`; read here and nowhere else."""

from __future__ import annotations

from pathlib import Path

from paraat.platform.configuration import HOME
from paraat.platform.setting import declare, text

# Emergency cloud ------------------------------------------------------------------------------------------------------------------
DRIVER = declare(
    "PARAAT_CLOUD_DRIVER",
    text,
    "podman",
    "What runs the services of the emergency cloud: podman (this host), kubernetes (KUBECONFIG), or memory (nothing real, for trying out).",
)
DOMAIN = declare(
    "PARAAT_CLOUD_DOMAIN",
    text,
    "nood.example",
    "The team's own domain: a victim whose DNS is lost too is reached at <name>.<this domain>.",
)
STORE = declare(
    "PARAAT_CLOUD_STORE",
    text,
    "",
    "Where the backups of tenants go: a folder or any restic location. Empty: PARAAT_HOME/cloud/backups.",
)
RELAY = declare(
    "PARAAT_CLOUD_RELAY", text, "", "host:port that outgoing mail of tenants goes to. Empty: their mail stays inside."
)


def place() -> Path:
    """Where the emergency cloud keeps its own files: PARAAT_HOME/cloud."""
    return HOME.get() / "cloud"
