"""Is the site's redirect URI registered: the portal is asked as by a browser, and may not show a page (prompt=none)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

from sso_client.check.case import Case
from sso_client.check.finding import Verdict, right, shown, unseen, wrong
from sso_client.check.visits import Unreachable
from sso_client.hashing import base64url_of_sha256, new_secret

_OTHER_SCHEME = {"http": "https", "https": "http"}
_USUAL_PORTS = {"http": 80, "https": 443}


def redirect_uri(case: Case) -> Verdict:
    """The portal sends its answer to the redirect URI; it never does to one that it does not know (section 3.1.2.1).

    A person who is not signed in gets login_required, so nothing happens but this one redirect.
    """
    uri = case.way.asked.get("redirect_uri", "")
    if not uri:
        return unseen("The request does not show its redirect_uri.")
    try:
        if _is_registered(case, uri):
            return right(f"The portal answers to {shown(uri)}.")
        near = next((other for other in neighbours(uri) if _is_registered(case, other)), "")
    except Unreachable as problem:
        return wrong(str(problem), "See that this machine can reach the portal's authorization endpoint.")
    says = f"The portal does not know {shown(uri)}"
    if near:
        where = _where(uri, near)
        mend = f"Register {shown(uri)} at the portal, or let the site send {shown(near)}: they differ in {where}."
        return wrong(f"{says}; it knows {shown(near)}.", mend)
    if case.known.is_client_refused:
        return unseen(f"{says}; perhaps because it does not know the client: mend credentials first.")
    mend = (
        f"Let the portal's operator add it: sso-portal client show {shown(case.client_id)} lists what is registered. "
        "It has to match letter by letter: a last slash, http or https, the port and capitals count."
    )
    return wrong(f"{says}, and nothing like it.", mend)


def neighbours(uri: str) -> Iterator[str]:
    """Return what may be registered in its place, the likeliest first; a dozen at most."""
    try:
        parts = urlsplit(uri)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return
    other_path = parts.path[:-1] if parts.path.endswith("/") else parts.path + "/"
    other_scheme = _OTHER_SCHEME.get(parts.scheme, parts.scheme)
    usual = _USUAL_PORTS.get(parts.scheme, 0)
    other_host = {"localhost": "127.0.0.1", "127.0.0.1": "localhost"}.get(host, host.removeprefix("www."))
    if other_host == host:
        other_host = f"www.{host}"
    changes: list[dict[str, str]] = [
        {"path": other_path},
        {"scheme": other_scheme},
        {"scheme": other_scheme, "path": other_path},
        {"netloc": host if port else f"{host}:{usual}"},
        {"scheme": other_scheme, "netloc": host},
        {"netloc": other_host + (f":{port}" if port else "")},
        {"path": parts.path.lower()},
        {"netloc": parts.netloc.lower()},
        {"query": ""},
    ]
    found = (parts._replace(**change).geturl() for change in changes)
    yield from (other for other in dict.fromkeys(found) if other != uri)


def _is_registered(case: Case, uri: str) -> bool:
    parameters = {
        "response_type": "code",
        "client_id": case.client_id,
        "redirect_uri": uri,
        "scope": "openid",
        "state": new_secret(),
        "nonce": new_secret(),
        "code_challenge": base64url_of_sha256(new_secret()),
        "code_challenge_method": "S256",
        "prompt": "none",
    }
    endpoint = case.metadata.authorization_endpoint
    answer = case.visits.get(f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(parameters)}")
    target = answer.header("Location")
    return 300 <= answer.status < 400 and target.partition("?")[0].partition("#")[0] == uri.partition("?")[0]


def _where(one: str, other: str) -> str:
    first, second = urlsplit(one), urlsplit(other)
    names = ("scheme", "netloc", "path", "query")
    differing = [name for name in names if getattr(first, name) != getattr(second, name)]
    words = {"scheme": "http and https", "netloc": "host or port", "path": "the path", "query": "the query"}
    if first.path.rstrip("/") == second.path.rstrip("/"):
        words["path"] = "the last slash"
    return " and ".join(words[name] for name in differing)
