"""A service so small that a test of an engine is a test of the engine: a web server of one line, with a secret, data and scratch."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from paraat.cloud.drivers.base import Driver, Health, Seen
from paraat.cloud.workload import Budget, Part, Workload

BUDGET = Budget(memory_mb=1024, cpu_millis=2000, disk_gb=1)
_SERVER = (
    "use IO::Socket::INET; $SIG{TERM} = sub { exit }; "
    "$s = IO::Socket::INET->new(LocalPort => 8080, Listen => 9, ReuseAddr => 1) or die $!; print STDERR qq(it listens\\n); "
    "while (1) { $c = $s->accept or next; $l = <$c>; print $c qq(HTTP/1.0 200 OK\\r\\n\\r\\nhere is NAME of TENANT\\n); close $c }"
)
_TEXT = """
apiVersion: v1
kind: Secret
metadata: {name: NAME-secret}
stringData: {word: "secret word of NAME of TENANT"}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: NAME-data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  replicas: 1
  strategy: {type: Recreate}
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec:
      enableServiceLinks: false
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 2
      securityContext: {fsGroup: 10001, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: web
        image: IMAGE
        imagePullPolicy: IfNotPresent
        command: [perl, -e, SERVER]
        ports: [{name: http, containerPort: 8080, protocol: TCP}]
        resources: {requests: {memory: 16Mi, cpu: 10m}, limits: {memory: 64Mi, cpu: 500m}}
        securityContext:
          runAsUser: 10001
          runAsGroup: 10001
          runAsNonRoot: true
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities: {drop: [ALL]}
        readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
        volumeMounts:
        - {name: secret, mountPath: /secret, readOnly: true}
        - {name: data, mountPath: /data}
        - {name: tmp, mountPath: /scratch}
      volumes:
      - {name: secret, secret: {secretName: NAME-secret}}
      - {name: data, persistentVolumeClaim: {claimName: NAME-data}}
      - {name: tmp, emptyDir: {}}
---
apiVersion: v1
kind: Service
metadata: {name: NAME}
spec:
  selector: {app: NAME}
  ports: [{name: http, port: 8080, targetPort: 8080, protocol: TCP}]
"""


def manifests(name: str = "web", tenant: str = "ronse", image: str = "") -> list[dict[str, Any]]:
    """The objects of the trial service."""

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(one) for key, one in value.items()}
        if isinstance(value, list):
            return [filled(one) for one in value]
        if not isinstance(value, str):
            return value
        texts = {"SERVER": _SERVER, "IMAGE": image or "localhost/paraat/base:1", "NAME": name, "TENANT": tenant}
        for word, text in texts.items():
            value = value.replace(word, text)
        return value

    return [filled(one) for one in yaml.safe_load_all(_TEXT)]


def workload(tenant: str, *names: str, image: str = "", change: str = "") -> Workload:
    """A tenant with trial services; another `change` is another revision."""
    parts = []
    for name in names:
        found = tuple(manifests(name, tenant, image))
        if change:
            found[0]["stringData"]["change"] = change
        parts.append(Part(name, found, sha256(yaml.safe_dump(found).encode()).hexdigest()[:16]))
    return Workload(tenant, tuple(parts), BUDGET)


def until(wanted: Callable[[], Any], seconds: float = 20.0) -> float:
    """Wait until it is true; how long that took. Fails when it never is."""
    began = time.monotonic()
    while not wanted():
        assert time.monotonic() - began < seconds, "it never came true"
        time.sleep(0.02)
    return time.monotonic() - began


def seen(driver: Driver, tenant: str) -> dict[str, Seen]:
    """What the engine says of a tenant, by service."""
    return {one.service: one for one in driver.observe(tenant)}


def healthy(driver: Driver, tenant: str, *names: str) -> bool:
    """Whether exactly these services are healthy."""
    found = seen(driver, tenant)
    return set(found) == set(names) and all(one.health is Health.HEALTHY for one in found.values())


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


@contextmanager
def podman(home: Path) -> Iterator[Driver]:
    """The real engine with a home of its own; nothing of it stays. Skips with what is missing."""
    from paraat.cloud import images
    from paraat.cloud.drivers.podman import Driver as Podman

    before = os.environ["PARAAT_HOME"]
    os.environ["PARAAT_HOME"] = str(home)
    ports = (
        "PARAAT_CLOUD_HTTPS_PORT",
        "PARAAT_CLOUD_IMAPS_PORT",
        "PARAAT_CLOUD_SUBMISSIONS_PORT",
        "PARAAT_CLOUD_HTTP_PORT",
    )
    os.environ |= {name: str(free_port()) for name in ports}
    driver = Podman()
    try:
        if missing := driver.lacks():
            pytest.skip("; ".join(missing))
        images.build(["base", "entrance"])
        yield driver
    finally:
        clear(driver)
        for name in ports:
            del os.environ[name]
        os.environ["PARAAT_HOME"] = before


def clear(driver: Any) -> None:
    """Nothing left of a podman driver's home, its service included."""
    if driver.engine.place.exists() and not driver.lacks():
        for tenant in driver.tenants():
            driver.remove(tenant)
        driver.engine.delete("/containers/paraat-entrance", force="true")
        until(lambda: driver.engine.down() == 0, 60.0)  # who watches over a container ends a moment after it
    shutil.rmtree(driver.engine.run, ignore_errors=True)
    if driver.engine.place.exists():
        shutil.rmtree(driver.engine.place)  # fails when something in it is still mounted


def base() -> str:
    """The image that the trial service runs in."""
    from paraat.cloud import images

    return images.reference("base")
