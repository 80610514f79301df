"""Somebody at a browser without script: real forms and cookies over HTTP, whatever site she comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests
from bs4 import BeautifulSoup
from bs4.element import Tag

_LONGEST_WAY = 15


@dataclass(frozen=True)
class Arrival:
    """Where she has left the portal for: the address, and the fields of the form that took her there, if any."""

    address: str
    form: dict[str, str] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, str]:
        """What the site is told, in whichever response mode."""
        parts = urlsplit(self.address)
        return dict(parse_qsl(parts.query)) | dict(parse_qsl(parts.fragment)) | self.form


class Person:
    """She signs in when asked to, agrees when asked to, and follows every redirect until it leaves the portal."""

    def __init__(self, portal: str, username: str, password: str) -> None:
        """``portal`` is its issuer."""
        self.portal = portal
        self.username = username
        self.password = password
        self.pages: list[str] = []
        """The headings of the pages she has seen, since the last visit began."""
        self._http = requests.Session()
        self._http.trust_env = False

    def visit(self, address: str) -> Arrival:
        """Open an address of the portal and answer every page until she arrives elsewhere."""
        arrival = self._walk(address, "allow")
        assert arrival is not None, f"she is still at the portal and has seen {self.pages}"
        return arrival

    def answer_device(self, address: str, decision: str) -> None:
        """Open the page to which a device sends her, and answer it."""
        assert self._walk(address, decision) is None

    def sign_out(self, address: str) -> BeautifulSoup:
        """Open an address at which a site signs her out; answers the page that she sees at the end."""
        assert self._walk(address, "sign_out") is None
        return self._page

    def _walk(self, address: str, decision: str) -> Arrival | None:
        self.pages = []
        answer = self._http.get(address, allow_redirects=False, timeout=30)
        for _ in range(_LONGEST_WAY):
            if answer.is_redirect:
                target = urljoin(answer.url, answer.headers["Location"])
                if not self._is_of_portal(target):
                    return Arrival(target)
                answer = self._http.get(target, allow_redirects=False, timeout=30)
                continue
            assert answer.status_code == 200, f"{answer.status_code} at {answer.url}: {answer.text}"
            page = BeautifulSoup(answer.text, "html.parser")
            self.pages.append(_heading(page))
            self._page = page
            form = page.select_one("main form")
            if form is None:
                return None
            target, fields = urljoin(answer.url, str(form["action"])), self._filled(form, decision)
            if not self._is_of_portal(target):
                return Arrival(target, fields)
            answer = self._http.post(target, data=fields, allow_redirects=False, timeout=30)
        raise AssertionError(f"she is going round in circles: {self.pages}")

    def _is_of_portal(self, address: str) -> bool:
        return address.startswith(f"{self.portal}/")

    def _filled(self, form: Tag, decision: str) -> dict[str, str]:
        fields = {
            str(field["name"]): str(field.get("value", ""))
            for field in form.find_all("input")
            if field.get("type") != "checkbox" or field.has_attr("checked")
        }
        if "password" in fields:
            fields |= {"username": self.username, "password": self.password}
        if form.find("button", attrs={"name": "decision"}):
            fields["decision"] = decision
        return fields


def _heading(page: BeautifulSoup) -> str:
    heading = page.find("h1")
    return heading.get_text(" ", strip=True) if heading else ""
