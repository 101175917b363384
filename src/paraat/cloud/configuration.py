"""The settings of the emergency cloud, declared like those of `platform.configuration`; read here and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

from paraat.platform.configuration import HOME
from paraat.platform.setting import declare, listing, number, text

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
    "Where the backups of tenants go: a folder or any restic location; the password of a rest: store stands in it and nowhere else. "
    "Empty: PARAAT_HOME/cloud/backups.",
    secret=True,
)
RELAY = declare(
    "PARAAT_CLOUD_RELAY", text, "", "host:port that outgoing mail of tenants goes to. Empty: their mail stays inside."
)
ENTRANCE = declare(
    "PARAAT_CLOUD_ENTRANCE",
    text,
    "127.0.0.1",
    "The address of this host on which the entrance of the emergency cloud listens.",
)
HTTPS_PORT = declare(
    "PARAAT_CLOUD_HTTPS_PORT", number(1, 65535), "8443", "Where the entrance serves https (443 in production)."
)
HTTP_PORT = declare(
    "PARAAT_CLOUD_HTTP_PORT",
    number(0, 65535),
    "0",
    "Where the entrance sends who comes by http on to https (80 in production). 0: nowhere.",
)
IMAPS_PORT = declare(
    "PARAAT_CLOUD_IMAPS_PORT", number(1, 65535), "8993", "Where the entrance serves imaps (993 in production)."
)
SUBMISSIONS_PORT = declare(
    "PARAAT_CLOUD_SUBMISSIONS_PORT",
    number(1, 65535),
    "8465",
    "Where the entrance serves submission of mail by TLS (465 in production).",
)


def entrance() -> dict[str, int]:
    """The port of every kind of route."""
    return {"https": HTTPS_PORT.get(), "imaps": IMAPS_PORT.get(), "submissions": SUBMISSIONS_PORT.get()}


ENVELOPE = declare(
    "PARAAT_CLOUD_ENVELOPE",
    number(0, 1_000_000_000),
    "10000",
    "Euro that a year's programme starts with when nobody made one; people change it on the page of the programme.",
)
ADDRESSES = declare(
    "PARAAT_CLOUD_ADDRESSES",
    listing,
    "",
    "Public IPv4 and IPv6 addresses of the entrance, with commas: what the DNS records of a victim must point at.",
)
CA_NAMES = declare(
    "PARAAT_CLOUD_CAA",
    text,
    "",
    "Who may issue certificates for victims' emergency domains, for the CAA record, such as letsencrypt.org. Empty: no CAA record.",
)
ACME = declare(
    "PARAAT_CLOUD_ACME",
    text,
    "",
    "The directory (https address) of a public certificate authority that speaks ACME, such as https://acme-v02.api.letsencrypt.org/directory: "
    "its certificates replace those of our own authority once they are there. Setting it agrees to that authority's terms. Empty: our own only.",
)
ACME_CONTACT = declare(
    "PARAAT_CLOUD_ACME_CONTACT", text, "", "The mail address that the certificate authority may write to. Empty: none."
)
ACME_TRUST = declare(
    "PARAAT_CLOUD_ACME_TRUST",
    text,
    "",
    "A file (PEM) with the authority that the ACME server itself is certified by, for one inside your own network. Empty: those known publicly.",
)
IMAGES = declare(
    "PARAAT_CLOUD_IMAGES",
    text,
    "",
    "Where images of services are built and kept, shared by every installation on this host. "
    "Empty: /var/lib/paraat/images for root, else ~/.local/share/paraat/images.",
)

BACKUP_HOURS = declare(
    "PARAAT_CLOUD_BACKUP_HOURS",
    number(0, 720),
    "6",
    "Hours between two backups of a tenant that runs. 0: only by hand.",
)
KEEP = declare(
    "PARAAT_CLOUD_KEEP",
    listing,
    "last=3,hourly=24,daily=14,weekly=8",
    "Which backups of a tenant are kept, as restic's rules: last, hourly, daily, weekly, monthly, yearly.",
)
KEPT_DAYS = declare(
    "PARAAT_CLOUD_KEPT_DAYS",
    number(0, 3650),
    "30",
    "Days after the end of a tenant in which the exports made of it, and files that a scanner put aside, stay on this host. "
    "0: they go within the hour.",
)
STORE_CREDENTIALS = declare(
    "PARAAT_CLOUD_STORE_CREDENTIALS",
    text,
    "",
    "What restic needs to reach a store elsewhere, a NAME=value per line, such as AWS_ACCESS_KEY_ID; given to restic by its environment only.",
    secret=True,
)

RESOLVER = declare(
    "PARAAT_CLOUD_RESOLVER",
    listing,
    "",
    "Resolvers that look up the DNS records of victims, address or address:port, with commas. Empty: those of this host.",
)
NAMESPACE = declare(
    "PARAAT_CLOUD_NAMESPACE",
    text,
    "paraat",
    "On Kubernetes: what the names of this installation's namespaces begin with; two installations on one cluster need two.",
)
STORAGE_CLASS = declare(
    "PARAAT_CLOUD_STORAGE_CLASS",
    text,
    "",
    "On Kubernetes: the storage class of tenants' volumes. Empty: the cluster's default.",
)
REGISTRY = declare(
    "PARAAT_CLOUD_REGISTRY",
    text,
    "",
    "On Kubernetes: where the cluster takes images from, such as registry.example/paraat; `cloud build --bundle` files are pushed there. "
    "Empty: every node has them already.",
)


def place() -> Path:
    """Where the emergency cloud keeps its own files: PARAAT_HOME/cloud."""
    return HOME.get() / "cloud"


def images_place() -> Path:
    """Where the images of services are kept; podman's store is in its folder `storage`."""
    if given := IMAGES.get():
        return Path(given)
    return Path.home() / ".local/share/paraat/images" if os.geteuid() else Path("/var/lib/paraat/images")
