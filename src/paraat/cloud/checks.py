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


checks.add(Check(_NAME, check_engine))
checks.add(Check("entrance", check_certificates))
