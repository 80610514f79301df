"""Requests before they are made: living things stand in them by name, so that the same plan can be tried again."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from urllib.parse import quote

from tests.support.hostile.clients_of_every_kind import CLIENTS, SECRETS
from tests.support.hostile.living_world import CSRF, LivingWorld, Memory

IN_PATHS = {b"{client_id}": ("registered client", "newcomer"), b"{number}": ("receipt", "lin")}
"""What a path may have in it: a client that has registered itself, the number of a receipt."""

FORM = "application/x-www-form-urlencoded"


NO_SECRETS = {"site state", "device form", "consent form", "user code", "registered client", "receipt", "sid"}


@dataclass(frozen=True)
class Thing:
    """Something living of a client or person, to be made when the request is."""

    kind: str
    of: str
    before: str = ""


@dataclass(frozen=True)
class Basic:
    """The credentials of a client in the header (RFC 6749, section 2.3.1)."""

    client_id: str


Value = str | bytes | Thing | Basic
"""Text is escaped as it has to be; bytes go out as they are."""

Pairs = tuple[tuple[str, Value], ...]


@dataclass(frozen=True)
class Plan:
    """One request."""

    method: str
    path: bytes
    query: Pairs = ()
    body: Pairs = ()
    cookies: Pairs = ()
    environ: Pairs = (("CONTENT_TYPE", FORM),)
    raw_body: bytes | None = None
    json: tuple[tuple[str, object], ...] | None = None
    # Seconds that pass before it.
    pause: int = 0


@dataclass(frozen=True)
class Made:
    """A request that can be sent, and the living things that are in it."""

    method: str
    path: bytes
    query: bytes
    body: bytes
    environ: dict[str, str]
    memory: Memory = field(repr=False)

    @property
    def carried(self) -> set[str]:
        """The secrets that whoever sends it knows."""
        return {value for (kind, _), value in self.memory.items() if kind not in NO_SECRETS}


def made(plan: Plan, world: LivingWorld) -> Made:
    """The request of a plan."""
    memory: Memory = {}
    environ = {name: _text(value, world, memory) for name, value in plan.environ}
    cookies = [f"{name}={_text(value, world, memory)}" for name, value in plan.cookies]
    if cookies:
        environ["HTTP_COOKIE"] = "; ".join(cookies)
    query = _encoded(plan.query, world, memory)
    path = plan.path
    for place, thing in IN_PATHS.items():
        if place in path:
            path = path.replace(place, world.make(*thing, memory).encode())
    return Made(plan.method, path, query, _body(plan, world, memory), environ, memory)


def _body(plan: Plan, world: LivingWorld, memory: Memory) -> bytes:
    if plan.raw_body is not None:
        return plan.raw_body
    if plan.json is not None:
        return json.dumps(dict(plan.json)).encode("utf-8", "surrogatepass")
    return _encoded(plan.body, world, memory)


def _encoded(pairs: Pairs, world: LivingWorld, memory: Memory) -> bytes:
    return b"&".join(quote(name).encode() + b"=" + _escaped(value, world, memory) for name, value in pairs)


def _escaped(value: Value, world: LivingWorld, memory: Memory) -> bytes:
    if isinstance(value, bytes):
        return value
    return quote(_text(value, world, memory).encode("utf-8", "surrogatepass"), safe="").encode()


def _text(value: Value, world: LivingWorld, memory: Memory) -> str:
    if isinstance(value, Thing):
        return value.before + world.make(value.kind, value.of, memory)
    if isinstance(value, Basic):
        both = f"{quote(value.client_id)}:{quote(SECRETS.get(value.client_id, 'none'))}"
        return "Basic " + base64.b64encode(both.encode()).decode()
    return value.decode("latin-1") if isinstance(value, bytes) else value


SIGNED_IN: Pairs = (("__Host-sso_session", Thing("session", "zp")), ("__Host-sso_csrf", CSRF))
SIGNED_OUT: Pairs = (("__Host-sso_csrf", CSRF),)


def proof(client_id: str) -> Pairs:
    """The parameters by which a client proves who it is."""
    method = str(CLIENTS[client_id].get("token_endpoint_auth_method", "client_secret_basic"))
    if method.endswith("_jwt"):
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        return (("client_assertion_type", kind), ("client_assertion", Thing("assertion", client_id)))
    if client_id in SECRETS:
        return (("client_id", client_id), ("client_secret", SECRETS[client_id]))
    return (("client_id", client_id),)


def get(path: str, query: Pairs = (), *, cookies: Pairs = ()) -> Plan:
    """A GET."""
    return Plan("GET", path.encode(), query, cookies=cookies)


def post(path: str, body: Pairs = (), *, query: Pairs = (), cookies: Pairs = (), environ: Pairs = ()) -> Plan:
    """A POST of a form."""
    return Plan("POST", path.encode(), query, body, cookies, (("CONTENT_TYPE", FORM), *environ))
