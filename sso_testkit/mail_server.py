"""The mail server of a world (RFC 5321): it believes everybody, takes every mail, and delivers none."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from email.utils import parseaddr
from typing import Any

from sso_testkit.here import Here
from sso_testkit.mails import Mail, mail_of

_OFFERS = ("8BITMIME", "SMTPUTF8", "STARTTLS", "AUTH PLAIN LOGIN")
_LINE = b"\r\n"
_END = b"\r\n.\r\n"


class MailServer:
    """What a mail client has for a socket: a conversation with a server that is not there."""

    def __init__(self, where: Here, name: str) -> None:
        """A connection to the server called ``name``, which greets."""
        self._where = where
        self._name = name
        self._heard = bytearray()
        self._said = bytearray()
        self._steps_of_login = 0
        self._is_data = False
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._say(220, f"{name} is listening")

    def sendall(self, data: Any, _flags: int = 0) -> None:
        """Hear something, and answer whatever is complete."""
        self._heard += data
        while self._is_data or _LINE in self._heard:
            if self._is_data:
                if not self._takes_message():
                    return
            else:
                line, _, rest = bytes(self._heard).partition(_LINE)
                self._heard[:] = rest
                self._answer(line.decode("utf-8", "replace"))

    def makefile(self, *_args: Any, **_kwargs: Any) -> io.BufferedReader:
        """What is said is read here."""
        return io.BufferedReader(_Said(self._said))

    def close(self) -> None:
        """Nothing is open."""

    def _answer(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        if self._steps_of_login:
            self._logs_in(self._steps_of_login - 1)
            return
        answers: dict[str, Callable[[], None]] = {
            "EHLO": self._offers,
            "LHLO": self._offers,
            "MAIL": lambda: self._comes_from(_address(rest)),
            "RCPT": lambda: self._goes_to(_address(rest)),
            "DATA": self._asks_for_the_message,
            "RSET": self._starts_again,
            "AUTH": lambda: self._logs_in(_steps_of(rest)),
            "STARTTLS": lambda: self._say(220, "go on"),
            "QUIT": lambda: self._say(221, "good bye"),
            "VRFY": lambda: self._say(252, "perhaps"),
        }
        answer = answers.get(verb.upper())
        if answer is None:
            self._say(250, "as you like")
        else:
            answer()

    def _offers(self) -> None:
        for offer in (self._name, *_OFFERS[:-1]):
            self._said += f"250-{offer}\r\n".encode()
        self._say(250, _OFFERS[-1])

    def _logs_in(self, steps: int) -> None:
        self._steps_of_login = steps
        if steps:
            self._say(334, "")
        else:
            self._say(235, "welcome")

    def _comes_from(self, address: str) -> None:
        self._forget()
        self._sender = address
        self._say(250, "as you like")

    def _goes_to(self, address: str) -> None:
        if self._sender is None:
            self._say(503, "say MAIL first")
            return
        self._recipients.append(address)
        self._say(250, "as you like")

    def _asks_for_the_message(self) -> None:
        if not self._recipients:
            self._say(503, "say RCPT first")
            return
        self._is_data = True
        # So that a message of nothing but a dot is found too.
        self._heard[:0] = _LINE
        self._say(354, "end with a dot")

    def _starts_again(self) -> None:
        self._forget()
        self._say(250, "as you like")

    def _takes_message(self) -> bool:
        raw, end, rest = bytes(self._heard).partition(_END)
        if not end:
            return False
        self._heard[:], self._is_data = rest, False
        # A line that begins with a dot was sent with two (RFC 5321 section 4.5.2).
        message = raw.replace(b"\r\n..", b"\r\n.").removeprefix(_LINE) + _LINE
        self._where.world.mails.append(self._read(message))
        self._starts_again()
        return True

    def _read(self, message: bytes) -> Mail:
        return mail_of(
            message,
            sender=self._sender or "",
            recipients=self._recipients,
            actor=self._where.actor,
            server=self._name,
            at=self._where.world.clock.now(),
        )

    def _forget(self) -> None:
        self._sender, self._recipients = None, []

    def _say(self, code: int, words: str) -> None:
        self._said += f"{code} {words}\r\n".encode()


class _Said(io.RawIOBase):
    """What the server has said and nobody has read yet; nothing more comes by itself."""

    def __init__(self, said: bytearray) -> None:
        self._said = said

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Take some of it."""
        count = min(len(buffer), len(self._said))
        buffer[:count] = self._said[:count]
        del self._said[:count]
        return count


def _address(said: str) -> str:
    """The address in ``FROM:<…>`` or ``TO:<…>``."""
    found = re.search(r"<([^>]*)>", said)
    return found[1] if found else parseaddr(said.partition(":")[2].split(" ")[0])[1]


def _steps_of(mechanism: str) -> int:
    """How often the client has still to say something after ``AUTH`` (RFC 4954)."""
    name, _, first = mechanism.partition(" ")
    return {"LOGIN": 2}.get(name.upper(), 1) - bool(first)
