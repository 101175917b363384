"""Talking to the cluster that KUBECONFIG names (or that Paraat itself runs in): plain objects in and out, and commands in containers."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from paraat.cloud.drivers.base import EngineFailed
from paraat.cloud.workload import Manifest

FIELD_MANAGER = "paraat"
_PLURALS = {
    "Namespace": ("v1", "namespaces", False),
    "Node": ("v1", "nodes", False),
    "PersistentVolume": ("v1", "persistentvolumes", False),
    "Pod": ("v1", "pods", True),
    "Event": ("v1", "events", True),
    "ConfigMap": ("v1", "configmaps", True),
    "Secret": ("v1", "secrets", True),
    "Service": ("v1", "services", True),
    "PersistentVolumeClaim": ("v1", "persistentvolumeclaims", True),
    "ResourceQuota": ("v1", "resourcequotas", True),
    "LimitRange": ("v1", "limitranges", True),
    "Deployment": ("apps/v1", "deployments", True),
    "NetworkPolicy": ("networking.k8s.io/v1", "networkpolicies", True),
    "PodMetrics": ("metrics.k8s.io/v1beta1", "pods", True),
}
_SECONDS = 30
_PIECE = 64 * 1024


class NotThere(EngineFailed):
    """The cluster has no such object."""


class Cluster:
    """One cluster, as whoever the configuration says. Nothing is asked of it before it is needed."""

    @cached_property
    def _client(self) -> Any:
        from kubernetes import client, config
        from urllib3.exceptions import InsecureRequestWarning

        warnings.filterwarnings("ignore", category=InsecureRequestWarning)  # said once, by who wrote the configuration
        try:
            if os.environ.get("KUBECONFIG") or Path("~/.kube/config").expanduser().exists():
                return config.new_client_from_config()  # type: ignore[no-untyped-call]
            config.load_incluster_config()  # type: ignore[no-untyped-call]
        except config.ConfigException as error:
            raise EngineFailed(f"The Kubernetes cluster cannot be found ({error}). Set KUBECONFIG.") from error
        return client.ApiClient()

    def apply(self, one: Manifest, namespace: str = "") -> Manifest:
        """Have the object be as `one` says, by server-side apply: made, changed, or left alone."""
        path = self._path(one["kind"], namespace, one["metadata"]["name"])
        query = {"fieldManager": FIELD_MANAGER, "force": "true"}
        return self._call("PATCH", path, query, json.dumps(one).encode(), "application/apply-patch+yaml")

    def create(self, one: Manifest, namespace: str = "") -> Manifest:
        """Make the object; EngineFailed when it is there."""
        return self._call("POST", self._path(one["kind"], namespace), {}, one)

    def get(self, kind: str, name: str, namespace: str = "") -> Manifest:
        """One object; NotThere when there is none."""
        return self._call("GET", self._path(kind, namespace, name))

    def list(self, kind: str, namespace: str = "", labels: str = "") -> list[Manifest]:
        """All objects of a kind, of one namespace or of all; empty where the cluster does not know the kind."""
        try:
            found: list[Manifest] = self._call(
                "GET", self._path(kind, namespace), {"labelSelector": labels} if labels else {}
            )["items"]
        except NotThere:
            return []
        return found

    def delete(self, kind: str, name: str, namespace: str = "", *, grace: int | None = None) -> None:
        """Have the object go, with what it owns. It may take the cluster a while; not being there is fine."""
        body: dict[str, Any] = {"propagationPolicy": "Foreground"}
        if grace is not None:
            body["gracePeriodSeconds"] = grace
        try:
            self._call("DELETE", self._path(kind, namespace, name), {}, body)
        except NotThere:
            return

    def logs(self, namespace: str, pod: str, container: str, lines: int) -> str:
        """The last lines of a container."""
        path = f"{self._path('Pod', namespace, pod)}/log"
        return self._raw("GET", path, {"container": container, "tailLines": str(lines)}).decode(errors="replace")

    def version(self) -> str:
        """What the API server calls itself, such as v1.20.2."""
        return str(self._call("GET", "/version")["gitVersion"])

    def run(
        self, namespace: str, pod: str, container: str, command: Sequence[str], stdin: bytes | Path = b""
    ) -> Iterator[bytes]:
        """The output of a command, piece by piece; EngineFailed with its error output when it fails.

        The older of the two protocols cannot close standard input, so the container itself stops reading after its last byte.
        """
        size = stdin.stat().st_size if isinstance(stdin, Path) else len(stdin)
        if size:
            command = ["/bin/sh", "-c", 'n=$1; shift; head -c "$n" | "$@"', "sh", str(size), *command]
        line = self._exec(namespace, pod, container, command, bool(size))
        try:
            for piece in _pieces(stdin) if size else ():
                line.write_stdin(piece)
                if line._frames_immediately_available():
                    line.update()
            said = b""
            while line.is_open():
                line.update(timeout=_SECONDS)
                yield line.read_stdout(timeout=0) if line._channels.get(1) else b""
                said += line.read_stderr(timeout=0) if line._channels.get(2) else b""
            yield line._channels.pop(1, b"")
            _checked(line._channels.get(3, b""), said + line._channels.get(2, b""), command)
        finally:
            line.close()

    def _exec(self, namespace: str, pod: str, container: str, command: Sequence[str], stdin: bool) -> Any:
        from kubernetes.client.exceptions import ApiException
        from kubernetes.stream.ws_client import WSClient
        from websocket import WebSocketException

        query = [("container", container), ("stdin", str(stdin).lower()), ("stdout", "true"), ("stderr", "true")]
        query += [("command", word) for word in command]
        headers: dict[str, str] = {}
        self._client.update_params_for_auth(headers, [], ["BearerToken"], "", "GET", None)
        settings = self._client.configuration
        address = f"{settings.host}{self._path('Pod', namespace, pod)}/exec?{urlencode(query)}"
        try:
            connect: Any = WSClient
            return connect(settings, address.replace("http", "ws", 1), headers, capture_all=False, binary=True)
        except (WebSocketException, ApiException, OSError) as error:
            raise EngineFailed(f"The container {container} of {pod} takes no command: {error}") from error

    def _call(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        body: Any = None,
        kind: str = "application/json",
    ) -> Manifest:
        found: Manifest = json.loads(self._raw(method, path, query, body, kind) or b"{}")
        return found

    def _raw(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        body: Any = None,
        kind: str = "application/json",
    ) -> bytes:
        from urllib3.exceptions import HTTPError

        headers = {"Content-Type": kind, "Accept": "application/json, */*"}
        self._client.update_params_for_auth(headers, [], ["BearerToken"], path, method, body)
        address = f"{self._client.configuration.host}{path}{'?' + urlencode(query) if query else ''}"
        try:
            answer = self._client.rest_client.request(
                method, address, headers=headers, body=body, _request_timeout=_SECONDS
            )
            content: bytes = answer.read() or b""
        except HTTPError as error:
            raise EngineFailed(f"The Kubernetes cluster does not answer: {type(error).__name__}") from error
        if answer.status >= 400:
            raise (NotThere if answer.status == 404 else EngineFailed)(_reason(answer.status, content, path))
        return content

    def _path(self, kind: str, namespace: str = "", name: str = "") -> str:
        version, plural, inside = _PLURALS[kind]
        root = "/api/v1" if version == "v1" else f"/apis/{version}"
        where = f"/namespaces/{quote(namespace)}" if inside and namespace else ""
        return f"{root}{where}/{plural}" + (f"/{quote(name)}" if name else "")


def _reason(status: int, content: bytes, path: str) -> str:
    """What the API server says, in one line. A refused Secret is not in it."""
    try:
        said = str(json.loads(content).get("message", ""))
    except (ValueError, AttributeError):
        said = content.decode(errors="replace")
    return f"Kubernetes refuses ({status}, {path.rpartition('/')[2]}): {said[:300]}"


def _checked(status: bytes, said: bytes, command: Sequence[str]) -> None:
    """EngineFailed when the command did not end well."""
    found = json.loads(status or b'{"status": "Failure", "message": "the connection was lost"}')
    if found.get("status") != "Success":
        text = said.decode(errors="replace").strip() or found.get("message", "")
        raise EngineFailed(f"{command[0]} failed: {text[-500:]}")


def _pieces(stdin: bytes | Path) -> Iterator[bytes]:
    if isinstance(stdin, bytes):
        yield from (stdin[start : start + _PIECE] for start in range(0, len(stdin), _PIECE))
        return
    with stdin.open("rb") as handle:
        while piece := handle.read(_PIECE):
            yield piece
