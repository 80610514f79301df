"""A reverse proxy in front of a site that knows nothing of single sign-on: it does what the recipe of a site behind
nginx tells nginx to do, or what Caddy and Traefik do."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from sso_testkit import SingleSignOn

PROXY = "10.0.0.80"
"""The address from which the proxy asks the portal."""

TRUSTED = {"sso.web.trusted_proxies": PROXY}
WIKI = "https://wiki.example.test"
_TOLD = ("USER", "NAME", "EMAIL", "GROUPS")

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]


def hello(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """The site: it believes its headers."""
    told = "|".join(environ.get(f"HTTP_REMOTE_{name}", "-") for name in _TOLD)
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [f"{environ['PATH_INFO']} for {told}".encode("latin-1")]


class ForwardingProxy:
    """``style`` is ``nginx``, which turns a 401 into the way to sign in, or ``redirect``: the answer of the portal is
    shown to the browser."""

    def __init__(self, sso: SingleSignOn, style: str = "nginx", site: Any = hello) -> None:
        self._sso, self._style, self._site = sso, style, site
        self.asked = 0

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a browser."""
        path = environ["PATH_INFO"]
        if path.startswith("/.sso/"):
            return self._portal(environ, start_response, path.removeprefix("/.sso/"))
        status, headers, body = self._ask(environ)
        if status.startswith("200"):
            return self._site(self._with_person(environ, headers), start_response)
        if status.startswith("401") and self._style == "nginx":
            return self._portal(environ, start_response, "start", QUERY_STRING="")
        start_response(status, headers)
        return [body]

    def _ask(self, environ: Environ) -> tuple[str, Headers, bytes]:
        self.asked += 1
        answer: list[Any] = []
        bare = {**environ, "REQUEST_METHOD": "GET", "CONTENT_LENGTH": "", "wsgi.input": io.BytesIO()}
        query = "answer=redirect" if self._style == "redirect" else ""
        chunks = self._portal(bare, lambda *told: answer.extend(told), "", QUERY_STRING=query, method=environ)
        return answer[0], answer[1], b"".join(chunks)

    def _portal(
        self,
        environ: Environ,
        start_response: StartResponse,
        path: str,
        *,
        method: Environ | None = None,
        **changes: str,
    ) -> Iterable[bytes]:
        query = environ.get("QUERY_STRING", "")
        forwarded = {
            "HTTP_X_FORWARDED_PROTO": environ["wsgi.url_scheme"],
            "HTTP_X_FORWARDED_HOST": environ["HTTP_HOST"],
            "HTTP_X_FORWARDED_URI": quote(environ["PATH_INFO"].encode("latin-1")) + (f"?{query}" if query else ""),
            "HTTP_X_FORWARDED_METHOD": (method or environ)["REQUEST_METHOD"],
        }
        passed = {**environ, **forwarded, "REMOTE_ADDR": PROXY, "PATH_INFO": f"/o/forward_auth/{path}", **changes}
        # Whatever a host or a scheme of the portal's own is, it is not asked for.
        return self._sso.portal_app({**passed, "HTTP_HOST": "10.0.0.1:9000", "wsgi.url_scheme": "http"}, start_response)

    def _with_person(self, environ: Environ, headers: Headers) -> Environ:
        told = {name.upper().replace("-", "_"): value for name, value in headers}
        return {**environ, **{f"HTTP_REMOTE_{name}": told[f"REMOTE_{name}"] for name in _TOLD}}


def protect(
    sso: SingleSignOn,
    address: str = WIKI,
    style: str = "nginx",
    *,
    rules: dict[str, Any] | None = None,
    **metadata: Any,
) -> ForwardingProxy:
    """Register a site and put its proxy at ``address``."""
    client_id = address.partition("://")[2].partition(".")[0]
    values: dict[str, Any] = {
        "client_name": client_id.title(),
        "client_uri": f"{address}/",
        "redirect_uris": [f"{address}/.sso/callback"],
        "post_logout_redirect_uris": [f"{address}/bye"],
        "scope": "openid profile email roles",
        "token_endpoint_auth_method": "none",
        "consent": "silent",
        "forward_auth": {"address": address, **(rules or {})},
        **metadata,
    }
    sso.add_client(client_id, **values)
    proxy = ForwardingProxy(sso, style)
    sso.world.add(address, proxy)
    return proxy
