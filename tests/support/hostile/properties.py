"""What holds for every answer of the portal, whatever was asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from sso_testkit.sso import PORTAL, PROJECT_CENTER, TALENT_CENTER
from tests.support.hostile.clients_of_every_kind import CLIENTS, PASSWORDS, SECRETS
from tests.support.hostile.living_world import LivingWorld
from tests.support.hostile.plans import Made
from tests.support.hostile.raw_requests import Answer
from tests.support.hostile.words import AUTHORIZATION_ERRORS, Endpoint

_DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")
"""RFC 6749, section 5.2."""
_SECRET_LIKE = re.compile(r"[A-Za-z0-9_-]{22,}")
_LOOPBACK = re.compile(r"http://127\.0\.0\.1:[0-9]{1,5}/cb(?![^?#])")
_TOLD = ("access_token", "refresh_token", "device_code", "client_secret", "registration_access_token")
_PLAIN = (*SECRETS.values(), *PASSWORDS.values())


class Broken(AssertionError):
    """A property that does not hold."""


def check(endpoint: Endpoint, made: Made, answer: Answer, world: LivingWorld, seen: set[str]) -> None:
    """Raise :class:`Broken` for the first property that does not hold. ``seen`` collects what could be a secret."""
    for problem in (
        *_shape(answer),
        *_headers(endpoint, made, answer),
        *_errors(endpoint, made, answer),
        *_redirects(made, answer, world),
        *_secrets(made, answer, world, seen),
    ):
        raise Broken(
            f"{problem}\n\nthe request: {repr(made)[:3000]}\n\nthe answer: {answer.status} {answer.text[:3000]}"
        )


def _shape(answer: Answer) -> Iterator[str]:
    if not 200 <= answer.status < 500:
        yield "the status is neither a success, a redirect nor the asker's fault"
    for name, value in answer.headers:
        if name.startswith("Remote-") and value.encode("latin-1").decode("utf-8").isprintable():
            # What a site behind a proxy is told of a person, who may have a Chinese name (RFC 9110, section 5.5).
            continue
        if not f"{name}{value}".isascii() or not f"{name}{value}".isprintable():
            yield f"the header {name} has characters that no header has"
    if answer.has("X-Injected"):
        yield "a header was injected"


def _headers(endpoint: Endpoint, made: Made, answer: Answer) -> Iterator[str]:
    if "default-src 'none'" not in answer.header("Content-Security-Policy"):
        yield "there is no Content-Security-Policy"
    if answer.header("X-Content-Type-Options") != "nosniff" or answer.header("Referrer-Policy") != "no-referrer":
        yield "a header of every answer is missing"
    may_be_kept = endpoint.public and answer.status in {200, 206, 304, 416}
    if not may_be_kept and answer.header("Cache-Control") != "no-store":
        yield "it could be stored"
    if answer.status == 401 and not answer.has("WWW-Authenticate"):
        yield "401 without a challenge"
    if answer.status == 405 and not answer.has("Allow"):
        yield "405 without the methods that there are"
    if not re.fullmatch(r"[A-Za-z0-9_-]{8,}", answer.header("X-Request-Id")):
        yield "there is no trace"
    if made.method != "HEAD" and answer.body and not answer.has("Content-Type"):
        yield "a body of no type"


def _errors(endpoint: Endpoint, made: Made, answer: Answer) -> Iterator[str]:
    if not answer.is_error or made.method == "HEAD":
        return
    trace = answer.header("X-Request-Id")
    if not answer.header("Content-Type").startswith("application/json"):
        if answer.status == 429:
            # The page with the form, again.
            return
        # Addresses that are spoiled may lead to no endpoint at all.
        if endpoint.machine and unquote(made.path.decode("latin-1")).startswith(
            endpoint.route.partition("{")[0].rstrip("/")
        ):
            yield "a machine is answered with a page"
        if trace not in answer.body.decode():
            yield "the page does not show its trace"
        return
    told: dict[str, Any] = json.loads(answer.body)
    if set(told) != {"error", "error_description", "trace_id"} or told["trace_id"] != trace:
        yield "the error has other members than promised"
    if not _DESCRIPTION.fullmatch(told["error_description"]):
        yield "error_description has characters that RFC 6749, section 5.2 does not allow"
    if told["error"] not in (endpoint.errors if answer.status != 404 else {"not_found"}):
        yield f"the error {told['error']} is not of this endpoint"


_SITES = {"project-center": PROJECT_CENTER, "talent-center": TALENT_CENTER}
"""The world's own sites, which are clients too."""


def _redirects(made: Made, answer: Answer, world: LivingWorld) -> Iterator[str]:
    target = answer.header("Location")
    form = re.search(r'<form method="post" action="([^"]*)" data-submit', answer.body.decode("utf-8", "replace"))
    if form is not None:
        target = form[1].replace("&amp;", "&")
    if not target:
        if 300 <= answer.status < 400 and answer.status != 304:
            yield "a redirect to nowhere"
        return
    if target == PORTAL or target.startswith(f"{PORTAL}/"):
        return
    if not any(_is_at(target, uri) for client_id in _named(made) for uri in _addresses(client_id)):
        yield f"the browser is sent to {target}"
    parts = urlsplit(target)
    for told in (parse_qs(parts.query), parse_qs(parts.fragment)):
        if not set(told.get("error", [])) <= AUTHORIZATION_ERRORS:
            yield f"the site is told an error that there is not: {told['error']}"
        if not all(_DESCRIPTION.fullmatch(text) for text in told.get("error_description", [])):
            yield "error_description has characters that RFC 6749, section 4.1.2.1 does not allow"
        if "error" in told and {"code", "access_token", "id_token"} & set(told):
            yield "an error and what was asked for at once"


def _named(made: Made) -> set[str]:
    """The clients that the request speaks of."""
    said = unquote((made.query + b"&" + made.body).decode("latin-1"))
    named = {client_id for client_id in {**CLIENTS, **_SITES} if f"client_id={client_id}" in said}
    if "wiki.example.test" in made.environ.get("HTTP_X_FORWARDED_HOST", ""):
        named.add("wiki")
    return named | {of for kind, of in made.memory if kind == "id_token"}


def _addresses(client_id: str) -> list[str]:
    if client_id in _SITES:
        return [f"{_SITES[client_id]}/", f"{_SITES[client_id]}/sso/callback"]
    metadata = CLIENTS[client_id]
    if "forward_auth" in metadata:
        return [f"{metadata['forward_auth']['address']}/.sso/start", *metadata["redirect_uris"], metadata["client_uri"]]
    return [*metadata["redirect_uris"], *metadata["post_logout_redirect_uris"], metadata["client_uri"]]


def _is_at(target: str, uri: str) -> bool:
    further = ("?", "#", "&") if "?" in uri else ("?", "#")
    if uri == "http://127.0.0.1/cb" and _LOOPBACK.match(target):
        return True
    return target == uri or target.startswith(tuple(uri + mark for mark in further))


def _secrets(made: Made, answer: Answer, world: LivingWorld, seen: set[str]) -> Iterator[str]:
    text = unquote(answer.text)
    for secret in _PLAIN:
        if secret in text:
            yield "a client's secret or somebody's password is told"
    found = set(_SECRET_LIKE.findall(text))
    seen |= found
    own_purpose = {world.successors[used] for used in made.carried & set(world.successors)}
    # RFC 7592, section 3: told again to who has shown it.
    own_purpose |= {made.memory.get(("registration token", "newcomer"), "")}
    for secret in found & world.issued - own_purpose:
        yield f"a secret is told: {secret}" + (" (which the request had brought)" if secret in made.carried else "")


def learn(answer: Answer, world: LivingWorld) -> None:
    """Remember what this answer has issued, so that no later one may tell it."""
    if answer.header("Content-Type").startswith("application/json") and answer.status in {200, 201} and answer.body:
        told = json.loads(answer.body)
        if answer.status == 201 and "client_id" in told:
            world.newcomers.append(told["client_id"])
            world.send_newcomers_away()
        world.issued |= {told[name] for name in _TOLD if name in told}
    parts = urlsplit(answer.header("Location"))
    for pairs in (parse_qs(parts.query), parse_qs(parts.fragment)):
        world.issued |= {value for name in ("code", "access_token") for value in pairs.get(name, [])}
    for name, value in answer.headers:
        if name.lower() == "set-cookie" and value.startswith("__Host-sso_session="):
            cookie = value.partition("=")[2].partition(";")[0]
            world.issued |= {cookie} - {""}
            world.forget_sessions()
