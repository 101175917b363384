"""What chat needs of a tenant. Its data are plain files: prosody writes a file anew beside the old one and renames it, and only ever adds to what
was said, so a copy made while people talk lacks at most the last line."""

from __future__ import annotations

import json

from paraat.cloud.workload import Prepared


def values(prepared: Prepared) -> dict[str, str]:
    """What the web client must know."""
    language = prepared.languages[0]
    client = {
        "name": f"Chat {prepared.names[language]}",
        "domain": prepared.domain,
        "language": language,
        "account": prepared.hosts.get("accounts") or f"https://account.{prepared.domain}",
    }
    return {"CHAT_CLIENT": json.dumps(client, ensure_ascii=False)}
