"""The calls that a relying party's server makes, written into the journal like everybody's."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import webtest

from sso_testkit.relying_party.endpoint_answer import EndpointAnswer
from sso_testkit.relying_party.surroundings import Surroundings
from sso_testkit.story import story_of

_ANY_LENGTH = 1 << 40


class _Call(webtest.TestRequest):
    ResponseClass = EndpointAnswer


class ServerCalls(webtest.TestApp):
    """WebTest's client, without cookies of anybody; its answers have expectations."""

    RequestClass = _Call

    def __init__(self, sso: Surroundings, actor: str, claims_of: Callable[[str], dict[str, Any]]) -> None:
        """``actor`` is the host whose server calls; ``claims_of`` verifies a token of the portal."""
        super().__init__(sso.world)
        self._sso = sso
        self._actor = actor
        self._claims_of = claims_of

    def do_request(self, req: Any, status: Any = None, expect_errors: Any = None) -> Any:
        """Make a call and write it down, whatever becomes of it."""
        number, form, started = self._sso.journal.next_number(), _posted(req), time.perf_counter()
        told: dict[str, Any] = {"status": 0}
        try:
            answer = super().do_request(req, status="*", expect_errors=True)
            told = {"status": answer.status_int, "response_headers": answer.headerlist, "body": answer.body}
        except Exception as error:
            told["body"] = f"{type(error).__name__}: {error}".encode()
            raise
        finally:
            self._sso.journal.add(
                number=number,
                actor=self._actor,
                method=req.method,
                url=req.url,
                request_headers=dict(req.headers),
                form=form,
                seconds=time.perf_counter() - started,
                **told,
            )
        answer.claims_of = self._claims_of
        answer.story = lambda: story_of(self._sso.journal, self._sso.portal)
        if not expect_errors:
            self._check_status(status, answer)
            self._check_errors(answer)
        return answer


def _posted(req: Any) -> list[tuple[str, str]]:
    if not req.content_type.startswith("application/x-www-form-urlencoded"):
        return []
    # Not into a file, which nobody would close, however long it is.
    req.request_body_tempfile_limit = _ANY_LENGTH
    return parse_qsl(req.body.decode("utf-8", "replace"), keep_blank_values=True)
