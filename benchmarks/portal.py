"""The portal as a provider to be measured: somebody is signed in at it."""

from __future__ import annotations

from benchmarks.known import PASSWORD, USERNAME
from benchmarks.provider import Provider
from benchmarks.served import ServedPortal
from benchmarks.visit import Visit


def provider_of(served: ServedPortal) -> Provider:
    """A running portal, with the cookie of a person who has just signed in."""
    visit = Visit(served.port)
    visit.sign_in("/o/login/", username=USERNAME, password=PASSWORD)
    return Provider(name=served.name, port=served.port, pid=served.pid, cookie=visit.cookie("sso_session"))
