"""Debian for images: where its packages come from on this host, lists that are fetched once, and the smallest system."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from paraat.cloud.images import store

SUITE = "bookworm"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
MIRROR, SECURITY = "http://deb.debian.org/debian", "http://deb.debian.org/debian-security"
EPOCH = "1767225600"
"""SOURCE_DATE_EPOCH of every image, 2026-01-01: no file in an image is younger."""
FRESH = 6 * 3600
"""Seconds for which fetched lists are good enough; `--refresh` and `--check` fetch them anew."""
_SETTINGS = """Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "{lists}";
Dir::Cache::archives "{archives}";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
APT::Sandbox::User "root";
APT::Architecture "{architecture}";
Acquire::Languages "none";
DPkg::Options "--force-unsafe-io";
"""


def lines(mirror: str, security: str, signed: str = "") -> str:
    """The lines of a sources.list."""
    return (
        f"deb{signed} {mirror} {SUITE} main\n"
        f"deb{signed} {mirror} {SUITE}-updates main\n"
        f"deb{signed} {security} {SUITE}-security main\n"
    )


def mirrors() -> tuple[str, str]:
    """The addresses that this host itself uses for Debian and for its security fixes; Debian's own where it names none."""
    found = [address for path in _sources() for address in _addresses(path.read_text(errors="replace"))]
    security = next((one for one in found if one.rstrip("/").endswith("-security")), SECURITY)
    mirror = next((one for one in found if one.rstrip("/").endswith("/debian")), MIRROR)
    return mirror, security


def inside() -> Path:
    """The folder that is `/run/build` while an image is built: this host's mirrors and certificates, which never go into the image."""
    folder = store.cache("build")
    lists, archives = store.cache("lists"), store.cache("archives")
    (folder / "sources.list").write_text(lines(*mirrors()))
    (folder / "environment").write_text(
        f"export SOURCE_DATE_EPOCH={EPOCH} DEBIAN_FRONTEND=noninteractive APT_CONFIG=/run/build/apt.conf\n"
    )
    places = {"folder": "/run/build", "lists": "/run/build/lists", "archives": "/run/build/archives"}
    (folder / "apt.conf").write_text(_settings(places, _connection("/run/build/certificates.crt")))
    certificates = Path("/etc/ssl/certs/ca-certificates.crt")
    if certificates.exists():
        shutil.copyfile(certificates, folder / "certificates.crt")
    for name, place in ("lists", lists), ("archives", archives):
        (place / "partial").mkdir(exist_ok=True)
        (folder / name).mkdir(exist_ok=True)
    return folder


def update(*, force: bool = False) -> None:
    """Fetch the lists of packages, unless they are fresh."""
    store.demand("apt-get")
    stamp = store.cache("lists").parent / "lists.stamp"
    wanted = " ".join(mirrors())
    if not force and stamp.exists() and stamp.read_text() == wanted and time.time() - stamp.stat().st_mtime < FRESH:
        return
    store.run(["apt-get", "-qq", "update"], APT_CONFIG=str(_outside()))
    stamp.write_text(wanted)


def root(target: Path) -> None:
    """Write the smallest system as a tar to `target`: the same bytes from the same packages."""
    store.demand("mmdebstrap")
    sources = lines(*mirrors(), f" [signed-by={KEYRING}]")
    sources_file = target.with_suffix(".list")
    sources_file.write_text(sources)
    options = [f"--dpkgopt=path-exclude=/usr/share/{what}/*" for what in ("man", "locale", "info", "lintian", "doc")]
    options += ["--dpkgopt=path-include=/usr/share/doc/*/copyright", '--aptopt=Acquire::Languages "none"']
    options += [f"--aptopt={line}" for line in _connection("/etc/ssl/certs/ca-certificates.crt")]
    canonical = lines(MIRROR, SECURITY).replace("\n", "\\n")
    after = f"--customize-hook=printf '{canonical}' > \"$1/etc/apt/sources.list\""
    clean = (
        '--customize-hook=rm -rf "$1"/etc/apt/sources.list.d/* "$1"/etc/apt/apt.conf.d/99mmdebstrap "$1"/etc/hostname '
        '"$1"/etc/resolv.conf "$1"/var/log/* "$1"/var/cache/ldconfig/aux-cache "$1"/var/lib/dpkg/*-old; mkdir -p "$1"/run/build'
    )
    command = ["mmdebstrap", "--quiet", "--variant=minbase", "--mode=auto", *options, after, clean, SUITE, str(target)]
    store.run([*command, str(sources_file)], SOURCE_DATE_EPOCH=EPOCH)
    sources_file.unlink()


def _outside() -> Path:
    """The same settings of apt, for apt of this host."""
    folder = inside()
    path = folder.parent / "apt.conf"
    (folder.parent / "sources.list").write_text(lines(*mirrors(), f" [signed-by={KEYRING}]"))
    places = {"folder": str(path.parent), "lists": str(store.cache("lists")), "archives": str(store.cache("archives"))}
    path.write_text(_settings(places, ()) + f'Dir::State::status "{folder.parent}/status";\n')
    (folder.parent / "status").touch()
    return path


def _settings(places: dict[str, str], more: Iterable[str]) -> str:
    architecture = store.run(["dpkg", "--print-architecture"]).strip()
    return _SETTINGS.format(architecture=architecture, **places) + "".join(f"{line}\n" for line in more)


def _connection(certificates: str) -> tuple[str, ...]:
    """What this host's own apt knows of proxies, and its certificates: for a mirror behind them."""
    known = re.findall(r"^Acquire::https?::Proxy[^\n]*;$", store.run(["apt-config", "dump"]), re.MULTILINE)
    old = re.findall(r'^Acquire::Check-(?:Valid-Until|Date) "[^"]*";$', store.run(["apt-config", "dump"]), re.MULTILINE)
    return (*known, *old, f'Acquire::https::CAInfo "{certificates}";')


def _sources() -> list[Path]:
    folder = Path("/etc/apt")
    return [path for path in (folder / "sources.list", *sorted(folder.glob("sources.list.d/*"))) if path.is_file()]


def _addresses(text: str) -> list[str]:
    """The http(s) addresses of a sources file of either form, comments left out."""
    plain = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return [one for one in re.findall(r"https?://[^\s\]]+", plain) if "snapshot" not in one]
