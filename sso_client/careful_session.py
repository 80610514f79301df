"""A requests session whose calls cannot wait for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import BaseAdapter


def limited(session: requests.Session, timeout: float) -> requests.Session:
    """Return `session` with a time limit, in seconds, for the calls that name none."""
    for prefix, adapter in list(session.adapters.items()):
        session.mount(prefix, _WithTimeout(adapter, timeout))
    return session


class _WithTimeout(BaseAdapter):
    """An adapter with a time limit for the calls that have none of their own."""

    def __init__(self, adapter: BaseAdapter, timeout: float) -> None:
        super().__init__()
        self._adapter = adapter
        self._timeout = timeout

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        answer = self._adapter.send(
            request,
            stream=stream,
            timeout=self._timeout if timeout is None else timeout,
            verify=verify,
            cert=cert,
            proxies=None if proxies is None else dict(proxies),
        )
        stamped: Any = answer
        stamped.connection = self  # where a 401 is tried again
        return answer

    def close(self) -> None:
        self._adapter.close()
