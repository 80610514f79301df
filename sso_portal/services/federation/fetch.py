"""Calls to clients: fetching what they have put somewhere, and telling them something."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sso_portal.services.federation.addresses import Target, Unfetchable, is_public, target_of
from sso_portal.services.federation.deadline import MAXIMUM_BYTES, Deadline, Network

if TYPE_CHECKING:
    import requests

_CHUNK = 8_192
_OK = 200
_RECEIVED = {200, 204}


class Fetcher:
    """Calls public addresses, and such as the operator allows. One for the process; nothing is kept between calls."""

    def __init__(
        self,
        *,
        allowed_hosts: Collection[str] = (),
        timeout_seconds: float = 5,
        network: Network | None = None,
        before_waiting: Callable[[], None] = lambda: None,
    ) -> None:
        """``allowed_hosts``: ``host`` or ``host:port`` that may also be private and plain http; a host without a port
        is allowed with every port. ``timeout_seconds`` is for a fetch as a whole; ``before_waiting`` is done before
        each, and before somebody waits for one of another thread's."""
        self.before_waiting = before_waiting
        self._allowed_hosts = allowed_hosts
        self._timeout_seconds = timeout_seconds
        self._network = network

    def get(self, url: str, *, accept: str) -> bytes:
        """The content at ``url``, which has to be answered with 200 right there: redirects are not followed.

        Never called while the request's transaction has written: the database would be locked as long as this takes.
        Raises :class:`Unfetchable`.
        """
        target = target_of(url, self._allowed_hosts)
        with self._answer("GET", target, {"Accept": accept}) as response:
            _check(response)
            return _content(response)

    def post(self, url: str, form: Mapping[str, str], *, anywhere: bool = False) -> None:
        """Send a form to ``url``, which has to be answered with 200 or 204 right there; what else the answer says is
        not even read. ``anywhere``: the operator has registered the address, so that it may be a private one.

        Raises :class:`Unfetchable`.
        """
        target = target_of(url, self._allowed_hosts, anywhere=anywhere)
        with self._answer("POST", target, {"Accept": "application/json"}, form) as response:
            if response.status_code not in _RECEIVED:
                _check(response)

    @contextmanager
    def _answer(
        self, method: str, target: Target, headers: Mapping[str, str], form: Mapping[str, str] | None = None
    ) -> Iterator[requests.Response]:
        # Imported here, because it costs some megabytes, and many processes never fetch anything.
        import requests
        from urllib3.exceptions import HTTPError

        self.before_waiting()
        deadline, network = Deadline(self._timeout_seconds), self._network or _internet()
        addresses = _addresses(network, target, deadline)
        sent = {**headers, "Accept-Encoding": "identity", "User-Agent": "sso-portal", "Connection": "close"}
        try:
            with (
                network.session(addresses, deadline) as session,
                session.request(
                    method,
                    target.url,
                    data=form,
                    headers=sent,
                    timeout=deadline.remaining(),
                    allow_redirects=False,
                    stream=True,
                ) as response,
            ):
                yield response
        except Unfetchable:
            raise
        except requests.exceptions.SSLError:
            raise Unfetchable("Its host has no certificate that is valid for it.") from None
        except (requests.RequestException, HTTPError, OSError, ValueError):
            # What exactly went wrong is not told: it would make the portal a scanner of other networks.
            deadline.remaining()
            raise Unfetchable("Its host does not answer as a web server does.") from None


def _internet() -> Network:
    from sso_portal.services.federation.network import Internet

    return Internet()


def _addresses(network: Network, target: Target, deadline: Deadline) -> list[str]:
    try:
        addresses = list(network.resolve(target.host, target.port, deadline))
    except (OSError, UnicodeError):
        addresses = []
    if not addresses:
        raise Unfetchable("The name of its host is not known.")
    if not target.trusted and not all(map(is_public, addresses)):
        raise Unfetchable("Its host is not on the public internet.")
    return addresses


def _check(response: requests.Response) -> None:
    if response.is_redirect or 300 <= response.status_code < 400:  # noqa: PLR2004 - the range of redirects
        raise Unfetchable("It redirects elsewhere; redirects are not followed.")
    if response.status_code != _OK:
        raise Unfetchable(f"It was answered with status {response.status_code}.")
    if response.headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:
        raise Unfetchable("It is compressed, though that was not asked for.")


def _content(response: requests.Response) -> bytes:
    content = bytearray()
    for chunk in response.raw.stream(_CHUNK, decode_content=False):
        content += chunk
        if len(content) > MAXIMUM_BYTES:
            raise Unfetchable(f"It is longer than {MAXIMUM_BYTES} bytes.")
    return bytes(content)


__all__ = ["Fetcher", "Network", "Unfetchable"]
