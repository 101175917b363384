"""What mail needs of a tenant, and the way back for mail that was exported elsewhere.

Before a backup nothing needs to be done. A message in a maildir is written to `tmp/`, flushed to disk and then renamed into place: what a
backup can see is whole. It never changes afterwards, for flags are in its name, and indexes are made anew from the files where they are missing
or older. A message whose flags change while a backup runs may be met under neither name: then the backup is made once more.
"""

from __future__ import annotations

from pathlib import Path

from paraat.cloud.access import Access
from paraat.cloud.catalog.mail.delivery import Taken, take
from paraat.cloud.workload import Prepared


def values(prepared: Prepared) -> dict[str, str]:
    """Who reads postmaster and abuse, and where mail for outside goes. Who has a mailbox stands in `/accounts/logins`, for it changes."""
    host, _, port = prepared.relay.rpartition(":")
    return {
        "MAIL_FIRST": prepared.accounts[0].login if prepared.accounts else "",
        "RELAY_ADDRESS": f"[{host}]:{port}" if host else "",  # in brackets: the host itself, not its MX
    }


def after_restore(access: Access) -> None:
    """Indexes that are older than the messages they describe, or torn, go: dovecot makes them anew from the messages when somebody looks."""
    access.run("mail", "find", "/data", "-name", "dovecot.index*", "-delete", container="dovecot")


def take_in(access: Access, kind: str, path: Path, account: str = "") -> Taken:
    """Messages of an mbox or a maildir (folder, zip or tar) into an account's mailbox: by default the login that the file is named after,
    or the first account. Dates and flags are kept. What cannot be read goes, whole, into the folder Quarantine. Doing it twice adds nothing.
    """
    return take(access, kind, path, account)
