"""A mail that somebody in the world has sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

_SHOWN = 60


@dataclass(frozen=True)
class Mail:
    """What was handed to a mail server.

    ``sender`` and ``recipients`` are those of the envelope (RFC 5321), so that blind copies count too. ``subject`` and
    ``text`` are readable; ``text`` is the plain part, or the HTML where there is no other. All the rest: ``message``.
    ``actor`` is the host whose server has sent it, ``server`` the mail server's; ``at`` is the world's time in seconds.
    """

    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    actor: str
    server: str
    at: int
    message: EmailMessage = field(repr=False, compare=False)

    def __repr__(self) -> str:
        """Who to whom, and how it begins."""
        begin = " ".join(self.text.split())
        shown = begin if len(begin) <= _SHOWN else f"{begin[:_SHOWN]}…"
        return f"Mail from {self.sender} to {', '.join(self.recipients)}: {self.subject!r}, {shown!r}"


def mail_of(raw: bytes, *, sender: str, recipients: list[str], actor: str, server: str, at: int) -> Mail:
    """Read a message (RFC 5322); one that is written badly is read as well as it can be."""
    message = message_from_bytes(raw, EmailMessage, policy=default)
    subject = str(message["subject"] or "")
    return Mail(sender, tuple(recipients), subject, _text(message), actor, server, at, message)


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        return str(part.get_content()).replace("\r\n", "\n")
    except (LookupError, ValueError):
        content = part.get_payload(decode=True)
        return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
