"""Mails without sockets: what is sent with ``smtplib`` while a world is being served is kept in that world."""

from __future__ import annotations

import functools
import smtplib
from collections.abc import Callable
from typing import Any

from sso_testkit.here import here
from sso_testkit.mail_server import MailServer

_LOCAL_NAME = 2
"""Where the argument ``local_hostname`` stands."""


def _made(make: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(make)
    def make_anywhere(client: smtplib.SMTP, *args: Any, **kwargs: Any) -> None:
        where = here()
        if where is None:
            make(client, *args, **kwargs)
            return
        before, given, after = args[:_LOCAL_NAME], args[_LOCAL_NAME:][:1], args[_LOCAL_NAME + 1 :]
        # Without a name the network would be asked for this machine's.
        if given:
            make(client, *before, given[0] or where.actor, *after, **kwargs)
        else:
            make(client, *args, **{**kwargs, "local_hostname": kwargs.get("local_hostname") or where.actor})

    return make_anywhere


def _connected(connect: Callable[..., tuple[int, bytes]]) -> Callable[..., tuple[int, bytes]]:
    @functools.wraps(connect)
    def connect_anywhere(client: Any, host: str = "localhost", *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        where = here()
        if where is None:
            return connect(client, host, *args, **kwargs)
        client.sock, client.file = MailServer(where, host.partition(":")[0]), None
        code, message = client.getreply()
        return code, message

    return connect_anywhere


def _secured(starttls: Callable[..., tuple[int, bytes]]) -> Callable[..., tuple[int, bytes]]:
    @functools.wraps(starttls)
    def starttls_anywhere(client: Any, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        if not isinstance(client.sock, MailServer):
            return starttls(client, *args, **kwargs)
        client.ehlo_or_helo_if_needed()
        code, message = client.docmd("STARTTLS")
        # Client and server forget what they have told each other (RFC 3207 section 4.2).
        client.helo_resp = client.ehlo_resp = None
        client.esmtp_features, client.does_esmtp = {}, False
        return code, message

    return starttls_anywhere


smtplib.SMTP.__init__ = _made(smtplib.SMTP.__init__)  # type: ignore[method-assign]
smtplib.SMTP.connect = _connected(smtplib.SMTP.connect)  # type: ignore[method-assign]
smtplib.SMTP.starttls = _secured(smtplib.SMTP.starttls)  # type: ignore[method-assign]
