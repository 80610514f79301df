"""The guard in a Pyramid API: `config.include("sso_client.pyramid.guard")`.

Every view needs a token, unless it says `public=True`; `scope="learning.read"` asks for one with that scope. The view
finds an Access in `request.access` and the Guard in `request.guard`. An application is a site (`sso_client.pyramid`) or
an API: all of its views are guarded. What no route leads to is answered 404, with a token or without.
It reads `guard.…` from the settings (sso_client/guard/settings.py) and, when they were put there before the include,
`registry["sso_client.http"]` and `registry["sso_client.clock"]`.
"""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.response import Response
from pyramid.tweens import INGRESS as OUTERMOST
from pyramid.viewderivers import INGRESS

from sso_client.errors import SettingsProblem
from sso_client.guard.access import Access
from sso_client.guard.guard import Guard
from sso_client.guard.refusal import Refused
from sso_client.guard.reply import Reply
from sso_client.guard.request_log import note
from sso_client.guard.settings import read_guard_settings

GUARD = "sso_client.guard"
"""Where the registry holds the guard."""


def includeme(config: Any) -> None:
    """Add the guard to a Pyramid application. Raises SettingsProblem, naming everything that is wrong at once."""
    registry = config.registry
    registry[GUARD] = Guard(
        read_guard_settings(registry.settings),
        http=registry.get("sso_client.http"),
        clock=registry.get("sso_client.clock"),
    )
    config.add_view_deriver(ScopeOption(), name="sso_scope", under=INGRESS, over="secured_view")
    config.add_request_method(lambda request: request.environ.get("sso.access"), "access", property=True)
    config.add_request_method(lambda request: request.registry[GUARD], "guard", reify=True)
    config.add_tween("sso_client.pyramid.guard.guard_tween", under=OUTERMOST)
    config.add_exception_view(_refused, context=Refused)


class ScopeOption:
    """The view options `scope="…"` and `public=True`."""

    options = ("scope", "public")

    def __call__(self, view: Callable[[Any, Any], Any], info: Any) -> Callable[[Any, Any], Any]:
        """Wrap a view. Raises SettingsProblem when its options contradict each other."""
        scope, public = info.options.get("scope"), info.options.get("public") or False
        if not isinstance(scope, str | None) or not isinstance(public, bool) or (public and scope):
            raise SettingsProblem(f"scope must be text and public True or False, not both: {scope!r}, {public!r}")
        if public or info.exception_only:  # what an error looks like is no secret
            return view

        def for_holders(context: Any, request: Any) -> Any:
            request.registry[GUARD].check(request.environ, scope or "")
            return view(context, request)

        return for_holders


def guard_tween(handler: Callable[[Any], Any], registry: Any) -> Callable[[Any], Any]:
    """Answer what is asked of the guard itself; let listed origins read every answer; write the line of the log."""
    guard: Guard = registry[GUARD]

    def tween(request: Any) -> Any:
        request.environ["sso.access"] = None
        reply = guard.own_reply(request.environ)
        try:
            response = handler(request) if reply is None else _response(reply)
        except Exception:
            note(request.environ, 500)
            raise
        response.headerlist += guard.shared_headers(request.environ)
        note(request.environ, response.status_int, request.environ.get("sso.refused", ""))
        return response

    return tween


def access_of(request: Any) -> Access:
    """Return the Access of a request whose view is not public. Raises Refused for any other."""
    access: Access | None = request.access
    if access is None:
        raise Refused(401, "", "A token is needed.")
    return access


def _refused(problem: Refused, request: Any) -> Any:
    request.environ["sso.refused"] = problem.error
    return _response(request.registry[GUARD].refusal(request.environ, problem))


def _response(reply: Reply) -> Any:
    return Response(status=reply.status, headerlist=list(reply.headers), body=reply.body)
