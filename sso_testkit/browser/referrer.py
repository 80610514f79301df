"""What a request tells of the page that it comes from: Referer and Origin, as the page's policy has it.

https://www.w3.org/TR/referrer-policy/ section 8.3, https://fetch.spec.whatwg.org/ section 3.2.
"""

from __future__ import annotations

from urllib.parse import urldefrag

from sso_testkit.browser.sites import is_trustworthy, origin_of

DEFAULT_POLICY = "strict-origin-when-cross-origin"

_FULL = {"unsafe-url", "no-referrer-when-downgrade"}
_AT_HOME = {"same-origin", "origin-when-cross-origin", DEFAULT_POLICY}
_STRICT = {"no-referrer-when-downgrade", "strict-origin", DEFAULT_POLICY}
_KNOWN = _FULL | _AT_HOME | _STRICT | {"no-referrer", "origin"}


def policy_of(header: str) -> str:
    """The policy that a ``Referrer-Policy`` header sets: the last of its words that is known."""
    words = [word.strip().lower() for word in header.split(",")]
    return next((word for word in reversed(words) if word in _KNOWN), DEFAULT_POLICY)


def referer(page: str, target: str, policy: str) -> str:
    """The ``Referer`` with which the page at ``page`` asks for ``target``, empty when it tells none."""
    at_home = origin_of(page) == origin_of(target)
    if policy == "no-referrer" or (policy == "same-origin" and not at_home) or _is_hushed(page, target, policy):
        return ""
    if policy in _FULL or (at_home and policy in _AT_HOME):
        return urldefrag(page).url
    return f"{origin_of(page)}/"


def origin_told(page: str, target: str, policy: str) -> str:
    """The ``Origin`` with which the page at ``page`` posts to ``target``: ``null`` when its policy hides it."""
    foreign = origin_of(page) != origin_of(target)
    if policy == "no-referrer" or (policy == "same-origin" and foreign) or _is_hushed(page, target, policy):
        return "null"
    return origin_of(page)


def _is_hushed(page: str, target: str, policy: str) -> bool:
    """Whether the way leads from a protected page to where others can read."""
    return policy in _STRICT and is_trustworthy(page) and not is_trustworthy(target)
