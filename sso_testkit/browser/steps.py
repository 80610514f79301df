"""A person's steps at the portal, in her own words."""

from __future__ import annotations

import webtest
from bs4.element import Tag
from webtest.forms import Form

from sso_testkit.browser.filling import Filling


class Steps(Filling):
    """A tab as far as a person signs in, agrees, refuses, changes who she is and leaves."""

    def sign_in(self, username: str, password: str | None = None, *, remember_me: bool = False) -> webtest.TestResponse:
        """Fill in the sign-in page that the tab shows and press its button. Without a ``password`` it is the one that
        the world knows: the person was made by ``sso.add_person``, or is one of the demo's."""
        form = self._form_with("password")
        form["username"] = username
        form["password"] = self._password_of(username) if password is None else password
        if remember_me:
            form["remember_me"] = True
        return self.submit(form)

    def choose_account(self, username: str) -> webtest.TestResponse:
        """Press the button of one of the people on the account chooser, by her user name."""
        form = self._form_with("account")
        for button in self._people():
            if username in button.get_text(" ").split():
                return self.submit(form, "account", str(button["value"]))
        raise AssertionError(f"{username} is not one of the people on {self.url}")

    def switch_account(self, username: str, password: str | None = None) -> webtest.TestResponse:
        """Go on as somebody else: by the page's own way to the account chooser if it has one, and signing her in where
        she is not yet."""
        self._go_to_chooser()
        if any(username in button.get_text(" ").split() for button in self._people()):
            self.choose_account(username)
        elif self._people():
            self._follow_link(self._way_on("account=new"))
        return self.sign_in(username, password) if self._has_form_with("password") else self.page

    def agree(self, *scopes: str) -> webtest.TestResponse:
        """Press *Allow* on the consent page, with these scopes ticked."""
        form = self._form_with("decision")
        for box in form.fields.get("scope", []):
            box.checked = box._value in scopes
        return self.submit(form, "decision", "allow")

    def refuse(self) -> webtest.TestResponse:
        """Press *Decline* on the consent page."""
        return self.submit(self._form_with("decision"), "decision", "deny")

    def sign_out(self, *, everybody: bool = False) -> webtest.TestResponse:
        """Sign out at the portal, and so everywhere; ``everybody``: all people of this browser."""
        self.open(f"{self._browser.portal}/o/logout/")
        if not self._has_form_with("decision"):
            raise self._unseen("the portal does not ask whether to sign out: nobody is signed in in this browser")
        several = self.page.html.find("button", attrs={"name": "decision", "value": "sign_out_all"})
        answer = "sign_out_all" if everybody and several is not None else "sign_out"
        return self.submit(self._form_with("decision"), "decision", answer)

    def enter_device_code(self, user_code: str) -> webtest.TestResponse:
        """Type the code that a device shows (RFC 8628 section 3.3); who is signed in is asked about the device next."""
        if self.response is None or not self._has_form_with("user_code"):
            self.open(f"{self._browser.portal}/o/device/")
        form = self._form_with("user_code")
        form["user_code"] = user_code
        return self.submit(form)

    def _password_of(self, username: str) -> str:
        if username not in self._browser.passwords:
            raise AssertionError(f"the world knows no password of {username!r}: sso.add_person({username!r}) makes her")
        return self._browser.passwords[username]

    def _go_to_chooser(self) -> None:
        if self.response is not None and self._people():
            return
        at_portal = self.response is not None and self.url.startswith(self._browser.portal)
        way = self._way_on("prompt=select_account") if at_portal else ""
        if way:
            self._follow_link(way)
        else:
            self.open(f"{self._browser.portal}/o/login/?prompt=select_account")

    def _people(self) -> list[Tag]:
        """The buttons of the account chooser."""
        if self.page.content_type != "text/html":
            return []
        return list(self.page.html.find_all("button", attrs={"name": "account"}))

    def _way_on(self, parameter: str) -> str:
        """Where the first link with this parameter leads, empty when the page has none."""
        if self.page.content_type != "text/html":
            return ""
        found = [str(link["href"]) for link in self.page.html.find_all("a", href=True)]
        return next((href for href in found if parameter in href), "")

    def _form_with(self, field: str) -> Form:
        for form in self._forms():
            if field in form.fields:
                return form
        raise self._unseen(f"{self.url} shows no form with a field {field!r}")

    def _has_form_with(self, field: str) -> bool:
        return any(field in form.fields for form in self._forms())

    def _forms(self) -> list[Form]:
        return list(self.page.forms.values()) if self.page.content_type == "text/html" else []
