"""Everything that goes wrong, as a problem body (RFC 9457)."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPException
from pyramid.request import Request
from pyramid.response import Response

log = logging.getLogger("demo_sites.api")


class Problem(Exception):
    """A request that cannot be answered as asked.

    detail: one sentence for the developer who calls.   errors: what is wrong with which member of the body.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}


def includeme(config: Configurator) -> None:
    """Answer every error of an API as a problem."""
    config.add_exception_view(refused, context=Problem)
    config.add_exception_view(not_text, context=UnicodeError)
    config.add_exception_view(by_pyramid, context=HTTPException)
    config.add_exception_view(broken, context=Exception)
    config.add_notfound_view(not_found)


def response_of(problem: Problem) -> Response:
    """The answer that tells a problem."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        **({"errors": dict(problem.errors)} if problem.errors else {}),
    }
    response = Response(status=problem.status, body=json.dumps(body).encode(), content_type="application/problem+json")
    response.headers.update(problem.headers)
    return response


def refused(problem: Problem, request: Request) -> Response:
    """What a view has refused."""
    return response_of(problem)


def not_found(context: Exception, request: Request) -> Response:
    """An address that leads nowhere."""
    return response_of(Problem(404, "There is nothing at this address; /openapi.json tells what there is."))


def not_text(context: UnicodeError, request: Request) -> Response:
    """A path or a query that is not UTF-8."""
    return response_of(Problem(400, "The address is not UTF-8."))


def by_pyramid(context: HTTPException, request: Request) -> Response:
    """What the framework has refused."""
    return response_of(Problem(context.status_int, str(context.detail or context.title)))


def broken(context: Exception, request: Request) -> Response:
    """A fault of this API. What it was stands in its log only."""
    log.error("the request could not be answered", exc_info=context)
    return response_of(Problem(500, "The fault is here, and it is written down. Try again later."))
