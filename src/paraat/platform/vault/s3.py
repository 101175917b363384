"""The vault in an S3-compatible store: MinIO, Ceph, AWS. A file goes there in parts of 16 MB; it appears when all of them are there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from paraat.kernel.errors import Refused, Unreachable
from paraat.platform import configuration
from paraat.platform.sealing import Source
from paraat.platform.vault.store import Missing

_PART = 16 * 1024 * 1024
_GONE = {"NoSuchKey", "NoSuchObject", "ResourceNotFound"}
_PATIENCE = urllib3.Timeout(connect=5, read=60)


class S3Store:
    """Objects in a bucket."""

    name = "s3"

    def __init__(self) -> None:
        where = urlsplit(configuration.EVIDENCE_S3_ENDPOINT.get())
        self._bucket = configuration.EVIDENCE_S3_BUCKET.get()
        self._client = Minio(
            where.netloc,
            access_key=configuration.EVIDENCE_S3_ACCESS_KEY.get() or None,
            secret_key=configuration.EVIDENCE_S3_SECRET_KEY.get() or None,
            secure=where.scheme == "https",
            region=configuration.EVIDENCE_S3_REGION.get(),
            http_client=urllib3.PoolManager(timeout=_PATIENCE, retries=urllib3.Retry(total=2, backoff_factor=0.2)),
        )

    def put(self, path: Path, place: str) -> None:
        """In parts, one at a time, so that memory holds one; then the file here goes."""
        with _answers():
            self._client.fput_object(self._bucket, place, str(path), part_size=_PART, num_parallel_uploads=1)
        path.unlink()

    @contextmanager
    def open(self, place: str) -> Iterator[Source]:
        """The object's bytes as they come."""
        with _answers():
            answer = self._client.get_object(self._bucket, place)
        try:
            yield _Whole(answer)
        finally:
            answer.close()
            answer.release_conn()

    def remove(self, place: str) -> None:
        """The object goes; versions that a bucket keeps are the bucket's business."""
        with _answers():
            self._client.remove_object(self._bucket, place)

    def places(self, before: datetime) -> Iterator[str]:
        """By the store's own clock."""
        with _answers():
            for found in self._client.list_objects(self._bucket, recursive=True):
                if found.object_name and found.last_modified and found.last_modified < before:
                    yield found.object_name


class _Whole:
    """Reads as much as was asked for, where a connection may give less."""

    def __init__(self, answer: urllib3.BaseHTTPResponse) -> None:
        self._answer = answer

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes; fewer only at the end."""
        with _answers():
            found = bytearray(self._answer.read(size))
            while len(found) < size and (more := self._answer.read(size - len(found))):
                found += more
        return bytes(found)


@contextmanager
def _answers() -> Iterator[None]:
    """Their errors as ours: what is gone, what refuses, what does not answer."""
    try:
        yield
    except S3Error as error:
        if error.code in _GONE:
            raise Missing(place=error.response.geturl() or "") from error
        kind = Unreachable if error.code in {"SlowDown", "InternalError", "ServiceUnavailable"} else Refused
        raise kind(f"The store for evidence refused: {error.code}") from error
    except (urllib3.exceptions.HTTPError, MinioException, OSError) as error:
        raise Unreachable(f"The store for evidence did not answer: {type(error).__name__}") from error
