"""What `files` needs of a tenant, and the way back for a tree of files that was exported elsewhere.

Before a backup nothing needs to be done: an upload is written under another name (`.PARTIAL`) and renamed when it is whole.
"""

from __future__ import annotations

from pathlib import Path

from paraat.cloud.access import Access
from paraat.cloud.catalog.files.bringing import Taken, take
from paraat.cloud.workload import Prepared

_LANGUAGES = {"nl": "nld", "fr": "fra", "de": "deu", "en": "eng"}


def values(prepared: Prepared) -> dict[str, str]:
    """Its name and language on the screen."""
    language = prepared.languages[0]
    return {"FILES_NAME": prepared.names[language], "FILES_LANGUAGE": _LANGUAGES.get(language, "eng")}


def take_in(access: Access, kind: str, path: Path, _account: str = "") -> Taken:
    """A folder, zip or tar into the shared folder. Nothing is overwritten; what may not come in is listed with the reason."""
    return take(access, kind, path)
