"""The back channel for sites that ask with ``httpx`` or ``httpx2``, by the plain client and by the asynchronous one.

A library is there only where a site has brought it. Its network transports are what is exchanged, so that clients
with a transport of their own (``httpx.MockTransport``) stay as they are.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any

import requests
from requests.structures import CaseInsensitiveDict

from sso_testkit.after_import import after_import
from sso_testkit.back_channel import body_of, headers_of
from sso_testkit.here import Here, here


def _lay(httpx: ModuleType) -> None:
    plain, asynchronous = httpx.HTTPTransport, httpx.AsyncHTTPTransport
    plain.handle_request = _plainly(httpx, plain.handle_request)
    asynchronous.handle_async_request = _asynchronously(httpx, asynchronous.handle_async_request)


def _plainly(httpx: ModuleType, handle: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(handle)
    def handle_anywhere(transport: Any, request: Any) -> Any:
        where = here()
        if where is None:
            return handle(transport, request)
        request.read()
        return _answered(httpx, where, request)

    return handle_anywhere


def _asynchronously(httpx: ModuleType, handle: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(handle)
    async def handle_anywhere(transport: Any, request: Any) -> Any:
        where = here()
        if where is None:
            return await handle(transport, request)
        await request.aread()
        # It comes with the library. In a thread: who answers may be a framework that refuses to be run inside a loop.
        from anyio.to_thread import run_sync

        return await run_sync(_answered, httpx, where, request)

    return handle_anywhere


def _answered(httpx: ModuleType, where: Here, request: Any) -> Any:
    try:
        answer = where.world.carry(_prepared(request), where.actor)
    except requests.ConnectTimeout as error:
        raise httpx.ConnectTimeout(str(error), request=request) from error
    except requests.Timeout as error:
        raise httpx.ReadTimeout(str(error), request=request) from error
    except requests.ConnectionError as error:
        raise httpx.ConnectError(str(error), request=request) from error
    body, is_whole = body_of(answer)
    if not is_whole:
        raise httpx.RemoteProtocolError("the connection was closed in the middle of the body", request=request)
    return httpx.Response(answer.status_code, headers=headers_of(answer), content=body, request=request)


def _prepared(request: Any) -> requests.PreparedRequest:
    prepared = requests.PreparedRequest()
    prepared.method = request.method
    prepared.url = str(request.url)
    prepared.headers = CaseInsensitiveDict(request.headers.items())
    prepared.body = request.content
    return prepared


for _name in ("httpx", "httpx2"):
    after_import(_name, _lay)
