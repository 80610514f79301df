"""Whether a person's connection was ended at the portal: she removed this site there, or signed out everywhere."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request

from sso_client.endings import SIGNED_OUT_ELSEWHERE


class ConnectionEnded:
    """The view predicate ``connection_ended=True``: a page that says so is kinder than a sign-in page unasked for."""

    def __init__(self, wanted: bool, config: Any) -> None:
        self._wanted = wanted

    def text(self) -> str:
        """How Pyramid names this predicate."""
        return f"connection_ended = {self._wanted}"

    phash = text

    def __call__(self, context: Any, request: Request) -> bool:
        """Say whether the view is for this request."""
        return bool(request.sso.ended_because == SIGNED_OUT_ELSEWHERE) is self._wanted
