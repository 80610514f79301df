"""What a person's user name, name, e-mail address and password have to be; each check raises :class:`Refused`."""

from __future__ import annotations

import re
import unicodedata

from sso_portal.base.errors import Refused

MINIMUM_PASSWORD = 8
MAXIMUM_PASSWORD = 1024
MAXIMUM_USERNAME = 150
MAXIMUM_NAME = 200
MAXIMUM_EMAIL = 254
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|[^@\s]+@localhost")


def username_key(username: str) -> str:
    """The form under which a user name is unique: NFKC, case folded, without surrounding blanks."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def fits(text: str, longest: int) -> bool:
    """Whether a text has no more than so many characters, all of them printable."""
    return len(text) <= longest and text.isprintable()


def checked_username(username: str) -> str:
    """``username`` without surrounding blanks."""
    key, shown = username_key(username), username.strip()
    # Folding changes lengths both ways: what is compared and what is shown have to fit.
    if not key or not fits(key, MAXIMUM_USERNAME) or not fits(shown, MAXIMUM_USERNAME):
        raise Refused(f"A user name has 1 to {MAXIMUM_USERNAME} visible characters.")
    return shown


def checked_name(name: str) -> str:
    """``name`` without surrounding blanks; it may be empty."""
    if not fits(name.strip(), MAXIMUM_NAME):
        raise Refused(f"A name has at most {MAXIMUM_NAME} characters, all of them printable.")
    return name.strip()


def checked_email(email: str) -> str:
    """``email`` as it is."""
    if not _EMAIL.fullmatch(email) or not fits(email, MAXIMUM_EMAIL):
        raise Refused(f"{email!r} is not an e-mail address.")
    return email


def checked_password(password: str) -> str:
    """``password`` as it is (OWASP ASVS 5, chapter 6.2: length counts, composition does not)."""
    if not MINIMUM_PASSWORD <= len(password) <= MAXIMUM_PASSWORD:
        raise Refused(f"A password has {MINIMUM_PASSWORD} to {MAXIMUM_PASSWORD} characters.")
    return password
