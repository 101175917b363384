"""nginx's configuration for a list of routes. Pure: the same routes give the same text, so that a reload happens only on a change.

https goes by name to one server each. imaps and submissions go by the name in the TLS handshake (SNI): nginx 1.22 knows no names for
streams, so a map chooses certificate and target. Who asks for no name, or for one that is not here, gets no handshake at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from paraat.cloud.entrance import resting
from paraat.kernel.errors import Invalid

KINDS = ("https", "imaps", "submissions")
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_STRICT = 'add_header Strict-Transport-Security "max-age=31536000" always;'
_TARGET = re.compile(r"[0-9a-zA-Z.:\[\]-]+:\d{1,5}")


@dataclass(frozen=True, slots=True)
class Way:
    """A name, and where it leads. `target` is host:port; empty where the service does not run: people are told so."""

    kind: str
    host: str
    target: str
    certificate: str  # a path in the container; the key lies beside it as <path without .pem>.key


@dataclass(frozen=True, slots=True)
class Relay:
    """The way out for one tenant's mail: where its pods bring it, which may, and where it goes."""

    listen: str  # host:port, on the tenant's own bridge
    targets: tuple[str, ...]  # addresses of the relay
    allowed: tuple[str, ...]  # addresses of pods


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the entrance listens."""

    address: str
    ports: Mapping[str, int]
    http: int = 0  # who comes here is sent on to https; 0: nobody listens
    public: int = 0  # the port of https as people type it, where something stands in front; 0: the same
    thumbprint: str = (
        ""  # of our account with a certificate authority: it proves by http that a name leads here (RFC 8555, 8.3)
    )


_TOP = """# Written by Paraat; a change by hand is lost.
load_module /usr/lib/nginx/modules/ngx_stream_module.so;
worker_processes 2;
worker_rlimit_nofile 16384;
pid /tmp/nginx.pid;
error_log stderr warn;
events { worker_connections 8192; }
"""
_TLS = """    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:%s:4m;
    ssl_session_tickets off;
"""
_HTTP = """    server_tokens off;
    access_log off;
    client_body_temp_path /tmp/body;
    proxy_temp_path /tmp/proxy;
    fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi;
    scgi_temp_path /tmp/scgi;
    client_max_body_size 0;
    client_header_timeout 20s;
    client_body_timeout 60s;
    proxy_request_buffering off;
    proxy_max_temp_file_size 0;
    proxy_http_version 1.1;
    proxy_connect_timeout 5s;
    proxy_read_timeout 1h;
    map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
"""


def render(ways: Iterable[Way], listening: Listening, relays: Iterable[Relay] = ()) -> str:
    """The whole file. Invalid for a name or target that is none: they come from what people type."""
    out = sorted(relays, key=lambda one: one.listen)
    found = sorted(set(ways), key=lambda way: (way.kind, way.host))
    for way in found:
        _checked(way)
    if len({(way.kind, way.host) for way in found}) != len(found):
        raise Invalid("Two routes of the entrance have the same name")
    https = [way for way in found if way.kind == "https"]
    streams = [kind for kind in KINDS[1:] if any(way.kind == kind and way.target for way in found)]
    parts = [_TOP, "http {\n", _TLS % "web", _HTTP, _refusal(listening), _onward(https, listening)]
    parts += [_server(way, listening) for way in https]
    parts.append("}\n")
    if streams or out:
        parts += ["stream {\n", _TLS % "streams", "    proxy_timeout 1h;\n    proxy_connect_timeout 5s;\n"]
        parts += [_stream(kind, [way for way in found if way.kind == kind], listening) for kind in streams]
        parts += [_outward(number, one) for number, one in enumerate(out)]
        parts.append("}\n")
    return "".join(parts)


def _checked(way: Way) -> None:
    if way.kind not in KINDS:
        raise Invalid("The entrance serves https, imaps and submissions", kind=way.kind)
    if not _HOST.fullmatch(way.host):
        raise Invalid("This is no name for the entrance", host=way.host)
    if way.target and not _TARGET.fullmatch(way.target):
        raise Invalid("This is no target for the entrance", target=way.target)


def _refusal(listening: Listening) -> str:
    """No handshake for a name that is not here: nobody learns which names are."""
    return f"    server {{ listen {_at(listening, 'https')} ssl default_server; ssl_reject_handshake on; }}\n"


def _onward(https: list[Way], listening: Listening) -> str:
    """From http to https, for the names that are here."""
    if not listening.http or not https:
        return ""
    port = listening.public or listening.ports["https"]
    suffix = "" if port == 443 else f":{port}"
    names = " ".join(way.host for way in https)
    where = f"{_bracketed(listening.address)}:{listening.http}"
    return (
        f"    server {{ listen {where} default_server; return 444; }}\n"
        f"    server {{ listen {where}; server_name {names}; {_proof(listening.thumbprint)}"
        f"location / {{ return 301 https://$host{suffix}$request_uri; }} }}\n"
    )


def _proof(thumbprint: str) -> str:
    """The answer to every challenge of an authority at once: it holds for our account alone, so nothing changes when one is asked."""
    if not thumbprint:
        return ""
    where = r'location ~ "^/\.well-known/acme-challenge/([-_A-Za-z0-9]+)$"'
    return f'{where} {{ default_type text/plain; return 200 "$1.{thumbprint}"; }} '


def _server(way: Way, listening: Listening) -> str:
    certificate, key = _files(way)
    lines = [
        f"listen {_at(listening, 'https')} ssl http2;",
        f"server_name {way.host};",
        f"ssl_certificate {certificate};",
        f"ssl_certificate_key {key};",
        _STRICT,
    ]
    said = [
        "default_type 'text/html; charset=utf-8';",
        _STRICT,  # headers of a location replace those of its server
        "add_header Retry-After 5 always;",
        "add_header Cache-Control no-store always;",
        f"return 503 '{resting.page()}';",
    ]
    if (
        way.target
    ):  # a service that starts anew gives no answer: that is said; what it says itself is passed on as it is
        lines += [
            "error_page 502 503 504 =503 @resting;",
            "location / {",
            *(f"    {line}" for line in _passing(way.target)),
            "}",
        ]
        lines += ["location @resting {", *(f"    {line}" for line in said), "}"]
    else:
        lines += ["location / {", *(f"    {line}" for line in said), "}"]
    return "    server {\n" + "".join(f"        {line}\n" for line in lines) + "    }\n"


def _passing(target: str) -> list[str]:
    """What a service may believe of who asks: nothing that a client says of itself is passed on."""
    return [
        f"proxy_pass http://{target};",
        "proxy_set_header Host $http_host;",
        "proxy_set_header X-Real-IP $remote_addr;",
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "proxy_set_header X-Forwarded-Host $http_host;",
        "proxy_set_header X-Forwarded-Proto https;",
        "proxy_set_header Forwarded '';",
        "proxy_set_header Upgrade $http_upgrade;",
        "proxy_set_header Connection $connection_upgrade;",
    ]


def _stream(kind: str, ways: list[Way], listening: Listening) -> str:
    """One listener; the name in the handshake chooses. A name that is not here has no certificate, so the handshake fails."""
    served = [way for way in ways if way.target]
    maps = []
    for variable, value in (
        ("target", lambda way: way.target),
        ("certificate", lambda way: _files(way)[0]),
        ("key", lambda way: _files(way)[1]),
    ):
        lines = "".join(f"        {way.host} {value(way)};\n" for way in served)
        default = "/nonexistent" if variable != "target" else "127.0.0.1:9"
        maps.append(f"    map $ssl_server_name ${kind}_{variable} {{\n        default {default};\n{lines}    }}\n")
    return "".join(maps) + (
        f"    server {{\n        listen {_at(listening, kind)} ssl;\n"
        f"        ssl_certificate ${kind}_certificate;\n        ssl_certificate_key ${kind}_key;\n"
        f"        proxy_pass ${kind}_target;\n    }}\n"
    )


def _outward(number: int, relay: Relay) -> str:
    """From a tenant's bridge to the relay, for the pods that may and no other."""
    for one in (relay.listen, *relay.targets, *(f"{address}:1" for address in relay.allowed)):
        if not _TARGET.fullmatch(one):
            raise Invalid("This is no target for the entrance", target=one)
    servers = " ".join(f"server {one};" for one in relay.targets)
    allowed = " ".join(f"allow {one};" for one in relay.allowed)
    return (
        f"    upstream relay_{number} {{ {servers} }}\n"
        f"    server {{ listen {relay.listen}; {allowed} deny all; proxy_pass relay_{number}; }}\n"
    )


def _files(way: Way) -> tuple[str, str]:
    return way.certificate, way.certificate.removesuffix(".pem") + ".key"


def _at(listening: Listening, kind: str) -> str:
    return f"{_bracketed(listening.address)}:{listening.ports[kind]}"


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
