"""Mails that anybody in a world sends are to be read, and go nowhere."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest

from sso_testkit import SingleSignOn, World
from sso_testkit.mails import mail_of
from sso_testkit.socket_guard import SocketGuard, SocketOpened

SHOP = "https://shop.example.test"


def _letter(text: str = "您好!\nYour parcel has come.\n") -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Bcc"] = "Shop <shop@example.test>", "lin@example.test", "boss@example.test"
    letter["Subject"] = "包裹 has come"
    letter.set_content(text)
    letter.add_alternative("<p>Your parcel has come.</p>", subtype="html")
    return letter


def _plain() -> None:
    with smtplib.SMTP("mail.example.test", 587) as server:
        server.starttls(context=ssl.create_default_context())
        server.login("shop", "a password")
        server.send_message(_letter())


def _encrypted() -> None:
    with smtplib.SMTP_SSL("mail.example.test") as server:
        server.login("shop", "a password")
        server.send_message(_letter())


def _later() -> None:
    server = smtplib.SMTP()
    server.connect("mail.example.test:25")
    server.send_message(_letter())
    server.quit()


@pytest.mark.parametrize("send", [_plain, _encrypted, _later])
def test_a_mail_of_a_site_is_captured(sso: SingleSignOn, send: Callable[[], None]) -> None:
    def site(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        send()
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"sent"]

    joined = sso.add_site(SHOP, site)
    # Mutant: the mail goes to a socket.
    with SocketGuard() as guard:
        assert sso.browser().open(joined.url("/")).text == "sent"
    assert guard.opened == []
    mail = sso.effects.mails.only()
    assert sso.effects.mails.last == mail
    assert (mail.sender, mail.recipients) == ("shop@example.test", ("lin@example.test", "boss@example.test"))
    assert (mail.subject, mail.text) == ("包裹 has come", "您好!\nYour parcel has come.\n")
    assert (mail.actor, mail.server, mail.at) == ("shop.example.test", "mail.example.test", sso.clock.now())
    assert mail.message["From"] == "Shop <shop@example.test>"
    assert mail.message["Bcc"] is None
    assert repr(sso.effects.mails) == (
        "mails: 1\n  Mail from shop@example.test to lin@example.test, boss@example.test: '包裹 has come',"
        " '您好! Your parcel has come.'"
    )
    assert list(sso.effects.mails.of(subject="another")) == []


def test_text_arrives_as_it_was_written() -> None:
    world, text = World(), "Subject: dots\r\n\r\n.\r\n..two\r\nplain\r\n.\r\n"
    with world.entered(), smtplib.SMTP("mail.example.test") as server:
        # Mutant: a line that begins with a dot ends the mail, or has two afterwards.
        server.sendmail("a@example.test", ["b@example.test", "c@example.test"], text)
        server.sendmail("a@example.test", "d@example.test", "Subject: again\r\n\r\n")
    assert [mail.text for mail in world.mails] == [".\n..two\nplain\n.\n", ""]
    assert [mail.recipients for mail in world.mails] == [("b@example.test", "c@example.test"), ("d@example.test",)]


def test_step_by_step_the_server_is_a_server() -> None:
    world = World()
    with world.entered(), smtplib.SMTP("mail.example.test") as server:
        assert server.docmd("DATA")[0] == 503
        assert server.rcpt("b@example.test")[0] == 503
        assert server.ehlo()[0] == 250
        assert server.has_extn("starttls")
        assert server.mail("a@example.test")[0] == server.rcpt("b@example.test")[0] == server.rset()[0] == 250
        assert server.docmd("DATA")[0] == 503
        assert server.noop()[0] == 250
        assert server.verify("lin")[0] == 252
        server.user, server.password = "shop", "a password"
        assert server.auth("LOGIN", server.auth_login, initial_response_ok=False)[0] == 235
        assert server.auth("LOGIN", server.auth_login)[0] == 235
        assert server.quit()[0] == 221
    assert world.mails == []


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Content-Type: text/html\r\n\r\n<b>hello</b>", "<b>hello</b>"),
        (b"Content-Type: text/plain; charset=unheard-of\r\n\r\nhello", "hello"),
        (b"Content-Type: application/pdf\r\n\r\n%PDF", ""),
        (b"Content-Type: multipart/mixed; boundary=x\r\n\r\nno such boundary", ""),
        (b"\xff\xfe", "\N{REPLACEMENT CHARACTER}" * 2),
        (b"", ""),
    ],
)
def test_what_is_written_badly_is_read_as_well_as_it_can_be(raw: bytes, text: str) -> None:
    mail = mail_of(raw, sender="", recipients=[], actor="a", server="b", at=1)
    assert (mail.subject, mail.text.strip()) == ("", text)


def test_a_long_mail_is_shown_by_its_beginning() -> None:
    mail = mail_of(b"Subject: long\r\n\r\n" + b"x" * 500, sender="a@b", recipients=["c@d"], actor="", server="", at=1)
    assert repr(mail) == f"Mail from a@b to c@d: 'long', '{'x' * 60}…'"


def test_two_worlds_have_each_its_mails() -> None:
    worlds = [World(), World()]
    for world in worlds:
        with world.entered():
            _later()
    assert [len(world.mails) for world in worlds] == [1, 1]


def test_outside_of_a_world_it_is_a_socket() -> None:
    with SocketGuard(), pytest.raises(SocketOpened, match=r"a socket to 127\.0\.0\.1:9 was opened"):
        smtplib.SMTP("127.0.0.1", 9)
