"""What is wrong with the emergency cloud of this installation, for `paraat check`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from paraat.cloud import catalog, drivers, images
from paraat.platform.registrations import Check, Finding, Level, checks

_NAME = "emergency cloud"


def check_engine() -> Iterator[Finding]:
    """Whether containers can run, and whether the images that the catalog wants are there. A demonstration may do without."""
    driver = drivers.configured()
    if missing := driver.lacks():
        yield from (
            Finding(_NAME, Level.WARNING, sentence, "Install it, or set PARAAT_CLOUD_DRIVER") for sentence in missing
        )
        return
    wanted = {images.reference(name) for one in catalog.services().values() for name in one.images}
    if absent := driver.absent(wanted | {images.reference("entrance")}):
        names = ", ".join(sorted(one.split("/")[-1].split(":")[0] for one in absent))
        yield Finding(_NAME, Level.WARNING, f"images not there or not of these sources: {names}", "paraat cloud build")
        return
    yield Finding(_NAME, Level.OK, f"{driver.name}, {len(wanted)} images")


def check_certificates() -> Iterator[Finding]:
    """Whether the entrance's certificates hold long enough."""
    from paraat.cloud import certificates

    for sentence in certificates.expiring(datetime.now(UTC)):
        yield Finding("entrance", Level.WARNING, sentence, "The reconciling job renews them; see whether workers run")


def check_public_certificates() -> Iterator[Finding]:
    """Whether a public authority can reach the entrance, and whose certificate it refused."""
    from paraat.cloud import configuration
    from paraat.cloud.models import PublicCertificate

    if not configuration.ACME.get():
        return
    if not configuration.HTTP_PORT.get():
        yield Finding(
            "entrance",
            Level.ERROR,
            "A certificate authority is set, but nobody listens on http where it looks",
            "Set PARAAT_CLOUD_HTTP_PORT",
        )
    for row in PublicCertificate.objects.exclude(error="").select_related("tenant"):
        text = f"No public certificate for {row.tenant.name}: {row.error}"
        yield Finding("entrance", Level.WARNING, text, "Have its names lead here; it is tried again")


checks.add(Check(_NAME, check_engine))
checks.add(Check("entrance", check_certificates))
checks.add(Check("public certificates", check_public_certificates))
