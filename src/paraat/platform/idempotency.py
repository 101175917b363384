"""Idempotency-Key on POST (draft-ietf-httpapi-idempotency-key-header): a retry gets the first answer and does nothing twice.

The claim, the deed and its answer are one transaction: a crash in between leaves nothing, two at once wait for each other. Errors are not
remembered, since an error changed nothing. Answers are kept encrypted: one may hold a secret that is shown once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from paraat.kernel.errors import Invalid
from paraat.kernel.ids import uuid7
from paraat.platform.crypto import decrypt_field, encrypt_field
from paraat.platform.models import IdempotencyKey

HEADER = "Idempotency-Key"
KEPT = "48 hours"

_CLAIM = """
    INSERT INTO platform_idempotencykey (id, owner, key, request_digest, body, at) VALUES (%s, %s, %s, %s, '', clock_timestamp())
    ON CONFLICT (owner, key) DO NOTHING
"""
_ANSWER = "UPDATE platform_idempotencykey SET status = %s, body = %s WHERE owner = %s AND key = %s"


class KeyReused(Invalid):
    """This Idempotency-Key was used for another request."""


def once(request: HttpRequest, owner: UUID, deed: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer of `deed`, or the one it gave when `owner` sent this request with this key before (then with `Idempotent-Replayed: true`).

    Without the header it simply runs. Raises KeyReused for the same key on another request, Invalid for a key that is empty or too long.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return deed()
    if not 1 <= len(key) <= 200:
        raise Invalid("An Idempotency-Key has 1 to 200 characters")
    asked = digest(request)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, [uuid7(), owner, key, asked])
        if not cursor.rowcount:
            return _again(owner, key, asked)
        answer = deed()
        cursor.execute(_ANSWER, [answer.status_code, encrypt_field(answer.content.decode()), owner, key])
    return answer


def digest(request: HttpRequest) -> str:
    """SHA-256 over what was asked: method, address and body; of a form with files their contents, whatever its boundary."""
    total = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type != "multipart/form-data":
        total.update(request.body)
        return total.hexdigest()
    for name, values in sorted(request.POST.lists()):
        total.update(f"{name}={values!r}\n".encode())
    for name, file in sorted(cast("dict[str, UploadedFile[bytes]]", request.FILES.dict()).items()):
        total.update(f"{name}={file.name!r}\n".encode())
        for chunk in file.chunks():
            total.update(chunk)
        file.seek(0)
    return total.hexdigest()


def forget() -> int:
    """Remove answers older than two days; the daily job calls it. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM platform_idempotencykey WHERE at < clock_timestamp() - %s::interval", [KEPT])
        return int(cursor.rowcount)


def _again(owner: UUID, key: str, asked: str) -> HttpResponse:
    kept = IdempotencyKey.objects.get(owner=owner, key=key)
    if kept.request_digest != asked:
        raise KeyReused()
    headers = {"Idempotent-Replayed": "true"}
    return HttpResponse(decrypt_field(kept.body), status=kept.status, content_type="application/json", headers=headers)
