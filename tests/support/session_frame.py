"""What the frame at ``/o/check_session/`` says, without a browser that runs its script."""

from __future__ import annotations

import base64
import hashlib

from sso_testkit import Browser

COOKIE = "portal.example.test __Host-sso_browser_state"

# client_id, origin, browser state, salt, and the hash of the four: by sha256sum, not by any code of ours.
VECTORS = [
    (
        "shop",
        "https://shop.example.test",
        "aaaaaaaaaaaaaaaaaaaaaa",
        "bbbbbbbbbbbbbbbbbbbbbb",
        "xk4gsTfawWL8n2Ko8Oopc0QW7xCjBewhj28zxFaBuMk",
    ),
    (
        "a.b-c~d",
        "http://localhost:9001",
        "AbCdEfGhIjKlMnOpQrStUv",
        "0123456789012345678901",
        "30GWjLs8XpoNY2Z_0XEPL7Hw1gjuEeSwA7Bxit4n34g",
    ),
    (
        "shop",
        "https://shop.elsewhere.test",
        "aaaaaaaaaaaaaaaaaaaaaa",
        "bbbbbbbbbbbbbbbbbbbbbb",
        "EWZwBSUzHU4T1m2tPPwQBcTXO1AulvICtU5kDxR2Z9Y",
    ),
]


def frame_says(browser: Browser, client_id: str, session_state: str, *, asking: str = "") -> str:
    """``changed`` or ``unchanged``, to the page at ``asking`` (the client's own site if not told otherwise)."""
    asking = asking or f"https://{client_id}.example.test"
    told, _, salt = session_state.partition(".")
    states = browser.cookies().get(COOKIE, "").split(".")
    hashes = {hashlib.sha256(f"{client_id} {asking} {state} {salt}".encode()).digest() for state in states if state}
    known = {base64.urlsafe_b64encode(raw).decode().rstrip("=") for raw in hashes}
    return "unchanged" if told in known else "changed"
