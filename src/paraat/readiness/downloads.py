"""Files that people attached, on their way out: as bytes that no browser opens by itself."""

from __future__ import annotations

from django.http import FileResponse

from paraat.platform import files

HARMLESS = {
    "Content-Type": "application/octet-stream",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def saved(path: str, name: str) -> FileResponse:
    """An answer with a kept file, to save under `name`. Raises NotFound when it is no longer kept."""
    answer = FileResponse(files.open_stored(path), as_attachment=True, filename=name)
    for header, value in HARMLESS.items():
        answer.headers[header] = value
    return answer
