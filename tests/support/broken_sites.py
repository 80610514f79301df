"""Copies of the project center, and of an API, that are broken in one thing: small wrappers around the real ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from demo_sites.project_center.app import make_app
from sso_client.guard import Guard, read_guard_settings
from sso_testkit import SingleSignOn
from sso_testkit.sso import PORTAL, PROJECT_CENTER
from tests.support.guarded_apis import LESSONS, RULES, add_guarded_api

API = f"{LESSONS}/profile"
CALLBACK, BACK, FRONT = "/sso/callback", "/sso/backchannel-logout", "/sso/frontchannel-logout"


@dataclass
class Answer:
    """What a site answers, before it goes out. `asked`: the request."""

    asked: dict[str, Any]
    status: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def path(self) -> str:
        """The path that was asked for."""
        return str(self.asked["PATH_INFO"])

    @property
    def query(self) -> dict[str, list[str]]:
        """The query that came."""
        return parse_qs(self.asked["QUERY_STRING"], keep_blank_values=True)

    def become(self, status: str, body: str = "", **headers: str) -> None:
        """Be another answer."""
        named = [(name.replace("_", "-"), value) for name, value in headers.items()]
        self.status, self.body, self.headers = status, body.encode(), [("Content-Type", "text/html"), *named]

    def rewrite(self, name: str, change: Callable[[str], str]) -> None:
        """Change a header, wherever it is."""
        self.headers = [(key, change(value) if key.lower() == name.lower() else value) for key, value in self.headers]


@dataclass
class Break:
    """One thing that is broken. `change`: of the answers.   `ask`: of the requests, before the site sees them."""

    change: Callable[[Answer], None] = field(default=lambda answer: None)
    ask: Callable[[dict[str, Any]], None] = field(default=lambda environ: None)

    def around(self, application: Any) -> Any:
        """The application with this in it."""

        def broken(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            self.ask(environ)
            said: list[Any] = []
            chunks = application(environ, lambda status, headers, *_: said.extend([status, headers]))
            answer = Answer(environ, "", [], b"".join(chunks))
            answer.status, answer.headers = said[0], list(said[1])
            self.change(answer)
            headers = [pair for pair in answer.headers if pair[0].lower() != "content-length"]
            start_response(answer.status, [*headers, ("Content-Length", str(len(answer.body)))])
            return [answer.body]

        return broken


def dated(now: Callable[[], int]) -> Break:
    """What every web server adds: a Date header."""

    def add(answer: Answer) -> None:
        if not any(name == "Date" for name, _ in answer.headers):
            answer.headers.append(("Date", formatdate(now(), usegmt=True)))

    return Break(add)


def put_servers_before(sso: SingleSignOn) -> None:
    """Let portal and project center have Date headers, as behind real web servers, and an API join them."""
    sso.world.add(PORTAL, dated(sso.clock.now).around(sso.portal_app))
    put_project_center(sso, Break())
    add_guarded_api(sso, "lessons_api", LESSONS)


def put_project_center(sso: SingleSignOn, broken: Break, **settings: str) -> None:
    """Put a copy of the project center at its place. `settings`: without the `sso.` before them."""

    def make(told: Mapping[str, str], *, http: Any, clock: Any) -> Any:
        return dated(sso.clock.now).around(broken.around(make_app(told, http=http, clock=clock)))

    named = {f"sso.{name}": value for name, value in settings.items()}
    sso.add_site(PROJECT_CENTER, make, client={"client_id": "project-center"}, settings=named)


def put_api(sso: SingleSignOn, broken: Break, **more: str) -> None:
    """Put a copy of the API at its place. `more`: settings of its guard, without the `guard.` before them."""

    def make(told: Mapping[str, str], *, http: Any, clock: Any) -> Any:
        guard = Guard(read_guard_settings(told), http=http, clock=clock)
        return broken.around(guard.protect(_open, RULES))

    settings = {"guard.resource": LESSONS, "guard.other_names": "lessons_api"}
    settings |= {f"guard.{name}": value for name, value in more.items()}
    sso.add_site(LESSONS, make, client={"client_id": "lessons_api"}, settings=settings)


def _open(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b"{}"]


def without_parameters(*names: str, **instead: str) -> Break:
    """The redirect to the portal has lost parameters, or has others."""

    def change(answer: Answer) -> None:
        answer.rewrite("Location", lambda url: _with_query(url, names, instead) if url.startswith(PORTAL) else url)

    return Break(change)


def _with_query(url: str, lost: Iterable[str], instead: Mapping[str, str]) -> str:
    base, _, query = url.partition("?")
    kept = [(name, instead.get(name, value)) for name, value in parse_qsl(query) if name not in lost]
    return f"{base}?{urlencode(kept)}"


def cookies(pattern: str, instead: str = "") -> Break:
    """Cookies are set otherwise."""
    return Break(lambda answer: answer.rewrite("Set-Cookie", lambda value: re.sub(pattern, instead, value)))


def cookies_of_any_host() -> Break:
    """The cookies have no `__Host-` before their names; the site sees them with it."""

    def ask(environ: dict[str, Any]) -> None:
        environ["HTTP_COOKIE"] = environ.get("HTTP_COOKIE", "").replace("sso_", "__Host-sso_")

    return Break(cookies("^__Host-").change, ask)


class StateUnchecked(Break):
    """A site that takes every state for the one that it gave out last, and every browser for the one that got it."""

    def __init__(self) -> None:
        super().__init__(self._note, self._pretend)
        self._state = self._cookie = ""

    def _note(self, answer: Answer) -> None:
        location = dict(answer.headers).get("Location", "")
        if location.startswith(PORTAL):
            (self._state,) = parse_qs(urlsplit(location).query)["state"]
            self._cookie = dict(answer.headers)["Set-Cookie"].partition(";")[0]

    def _pretend(self, environ: dict[str, Any]) -> None:
        if environ["PATH_INFO"] == CALLBACK:
            query = {**dict(parse_qsl(environ["QUERY_STRING"])), "state": self._state}
            environ["QUERY_STRING"], environ["HTTP_COOKIE"] = urlencode(query), self._cookie


def at(path: str, status: str, body: str = "", *, having: str = "", **headers: str) -> Break:
    """What is at `path` is answered so; `having`: only with this parameter."""

    def change(answer: Answer) -> None:
        if answer.path == path and (not having or having in answer.query):
            answer.become(status, body, **headers)

    return Break(change)


def if_refused(path: str, status: str, body: str = "", *, having: str = "", **headers: str) -> Break:
    """Where the site itself says that something at `path` is wrong, this one does not."""

    def change(answer: Answer) -> None:
        if answer.path == path and answer.status.startswith("4") and (not having or having in answer.query):
            answer.become(status, body, **headers)

    return Break(change)


def sessions_by_made_up_codes() -> Break:
    """A code of an attempt of this browser begins a session before the portal was asked about it."""

    def change(answer: Answer) -> None:
        # The kit answers 403 when the portal refuses a code, and 400 when the state is not this browser's.
        if answer.path == CALLBACK and answer.status.startswith("403"):
            answer.become("303 See Other", Location="/", Set_Cookie="session=1; Path=/; Secure; HttpOnly; SameSite=Lax")

    return Break(change)


def echoing() -> Break:
    """The page for an error shows what the address says, as it is."""

    def change(answer: Answer) -> None:
        if answer.path == CALLBACK and answer.status.startswith("3") and "error" in answer.query:
            answer.become("200 OK", f"<!doctype html><p>{answer.query['error_description'][0]}")

    return Break(change)


def declining(status: str, body: str = "", **headers: str) -> Break:
    """Whoever declines at the portal gets this; answers of no attempt are refused as ever."""

    def change(answer: Answer) -> None:
        if answer.path == CALLBACK and answer.status.startswith("3") and "error" in answer.query:
            answer.become(status, body, **headers)

    return Break(change)


def basic_refused() -> Break:
    """A portal that believes a secret in the form of a token request, and none in its header."""

    def change(answer: Answer) -> None:
        if answer.path == "/o/token/" and "HTTP_AUTHORIZATION" in answer.asked:
            answer.become("401 Unauthorized", '{"error": "invalid_client"}', Content_Type="application/json")

    return Break(change)


def without_header(name: str, *, instead: str = "") -> Break:
    """An answer has lost a header, or has another in its place."""

    def change(answer: Answer) -> None:
        answer.rewrite(name, lambda _: instead)
        answer.headers = [(key, value) for key, value in answer.headers if key.lower() != name.lower() or instead]

    return Break(change)


def token_from_the_address() -> Break:
    """The API takes a token from the query."""

    def ask(environ: dict[str, Any]) -> None:
        found = parse_qs(environ["QUERY_STRING"]).get("access_token")
        if found:
            environ["QUERY_STRING"], environ["HTTP_AUTHORIZATION"] = "", f"Bearer {found[0]}"

    return Break(ask=ask)
