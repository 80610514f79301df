"""The cookies that hold an attempt (RFC 6265bis section 4.1.2). The session's own is seen only after a sign-in."""

from __future__ import annotations

from collections.abc import Iterator

from sso_client.check.case import Case
from sso_client.check.finding import Verdict, right, shown, unseen, wrong
from sso_client.check.site_cookie import SiteCookie


def cookie_flags(case: Case) -> Verdict:
    """Scripts cannot read them, other sites cannot send them along, and plain http does not carry them."""
    if not case.way.cookies:
        says = "The sign-in page sets no cookie, so nothing ties the state to this browser."
        return wrong(says, "Keep the state of an attempt in a cookie of the browser that began it.")
    faults = [f"{shown(cookie.name, 60)} {fault}" for cookie in case.way.cookies for fault in _faults(case, cookie)]
    if not faults:
        return right(f"Cookies set on the way to the portal: {len(case.way.cookies)}, all with the right flags.")
    return wrong("; ".join(faults) + ".", "Set cookies with HttpOnly, SameSite=Lax and, under https, Secure.")


def cookie_prefix(case: Case) -> Verdict:
    """No other host of the domain can set them: under https their names begin with __Host- (section 4.1.3.2)."""
    if not _is_https(case):
        return unseen("The site is visited over plain http, where such cookies do not exist.")
    loose = [cookie for cookie in case.way.cookies if not _is_bound_to_host(cookie)]
    if not loose:
        return right("Other hosts of the domain cannot set these cookies.")
    names = ", ".join(shown(cookie.name, 60) for cookie in loose)
    return wrong(
        f"Other hosts of the domain can set {names}.",
        "Begin the cookie's name with __Host-, with Path=/, Secure and no Domain.",
    )


def _faults(case: Case, cookie: SiteCookie) -> Iterator[str]:
    if "httponly" not in cookie.attributes:
        yield "has no HttpOnly"
    if _is_https(case) and "secure" not in cookie.attributes:
        yield "has no Secure"
    same_site = cookie.attributes.get("samesite", "").lower()
    # An answer that comes as a form (form_post) brings no Lax cookies along.
    by_form = case.way.asked.get("response_mode", "") == "form_post"
    if same_site == "strict" and not by_form:
        yield "has SameSite=Strict, so that it is missing when the portal sends people back"
    elif same_site != ("none" if by_form else "lax"):
        yield f"has no SameSite={'None' if by_form else 'Lax'}"


def _is_bound_to_host(cookie: SiteCookie) -> bool:
    attributes = cookie.attributes
    is_whole = "secure" in attributes and attributes.get("path") == "/" and not attributes.get("domain")
    return cookie.name.startswith("__Host-") and is_whole


def _is_https(case: Case) -> bool:
    return case.wanted.site.lower().startswith("https:")
