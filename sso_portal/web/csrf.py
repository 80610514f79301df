"""Forms carry a token that only a page of ours could have written (OWASP ASVS 5, section 3.5.1).

The token lives in a cookie of its own, not in the session: the sign-in page has it before anyone is signed in, and
signing in in one tab does not make another tab's form stale.
"""

from __future__ import annotations

import hmac

from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.ids import token
from sso_portal.web.cookies import csrf_cookie, set_csrf_cookie


def csrf_token(request: Request, bound_to: str = "") -> str:
    """The token for a form on this page; a browser without one gets one with the response.

    ``bound_to`` ties it to something more than the browser: a consent form to the session that it is shown to.
    """
    if not hasattr(request, "_csrf_token"):
        known = csrf_cookie(request)
        request._csrf_token = known or token()
        if known is None:
            request.add_response_callback(_give)
    return _bound(request._csrf_token, bound_to)


def _give(request: Request, response: Response) -> None:
    set_csrf_cookie(request, response, request._csrf_token)


def is_own_form(request: Request, bound_to: str = "") -> bool:
    """Whether the submitted form is one of ours, for this browser and for what it is bound to."""
    known, sent = csrf_cookie(request), request.body_form.values.get("csrf_token")
    return bool(known and sent) and hmac.compare_digest(_bound(str(known), bound_to).encode(), str(sent).encode())


def _bound(value: str, bound_to: str) -> str:
    return hmac.new(value.encode(), bound_to.encode(), "sha256").hexdigest() if bound_to else value
