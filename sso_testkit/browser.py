"""A person's browser on WebTest: absolute addresses, one cookie jar for all hosts, redirects across them, tabs."""

from __future__ import annotations

from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urljoin, urlsplit

import webtest
from webtest.forms import Form

from sso_testkit.world import World

_REDIRECTS = {301, 302, 303, 307, 308}


class TooManyRedirects(AssertionError):
    """The sites send the person round in a circle; the message shows the way she went."""


class Tab:
    """One tab: what it shows, and where it has been."""

    def __init__(self, browser: Browser) -> None:
        """An empty tab of ``browser``."""
        self._browser = browser
        self.response: webtest.TestResponse | None = None
        self.hops: list[str] = []
        self._history: list[str] = []

    @property
    def page(self) -> webtest.TestResponse:
        """What the tab shows, with WebTest's whole interface."""
        if self.response is None:
            raise AssertionError("this tab has not opened anything yet")
        return self.response

    @property
    def url(self) -> str:
        """The address of the page shown."""
        return str(self.page.request.url)

    @property
    def text(self) -> str:
        """The page's source."""
        return str(self.page.text)

    def open(self, url: str) -> webtest.TestResponse:
        """Go to an address and follow where it leads."""
        return self._go("GET", urljoin(self.url, url) if self.response is not None else url, None)

    def submit(self, form: Form, name: str | None = None, value: str | None = None) -> webtest.TestResponse:
        """Submit a form, by the button ``name`` with ``value`` if there are several."""
        action = urljoin(self.url, form.action or self.url)
        fields = form.submit_fields(name, submit_value=value) if name else form.submit_fields()
        return self._go(form.method.upper(), action, fields, self._telling(action))

    def click(self, label: str) -> webtest.TestResponse:
        """Follow the link whose text is or contains ``label``."""
        for link in self.page.html.find_all("a", href=True):
            if label in " ".join(link.get_text(" ").split()):
                return self.open(str(link["href"]))
        raise AssertionError(f"there is no link {label!r} on {self.url}")

    def back(self) -> webtest.TestResponse:
        """The back button: the page before is fetched anew, as browsers do with pages that must not be stored."""
        if len(self._history) < 2:  # noqa: PLR2004 - the page shown, and one before
            raise AssertionError("there is no page to go back to")
        self._history.pop()
        return self.open(self._history.pop())

    def reload(self) -> webtest.TestResponse:
        """Fetch the page shown again."""
        return self.open(self._history.pop())

    def _telling(self, action: str) -> dict[str, str]:
        """What browsers tell with a posted form of where it stood (Fetch Metadata, and as the page's policy has it)."""
        page, target = urlsplit(self.url), urlsplit(action)
        same = page[:2] == target[:2]
        if self.page.headers.get("Referrer-Policy") == "no-referrer":
            told = {"Origin": "null"}
        else:
            told = {"Origin": f"{page.scheme}://{page.netloc}", **({"Referer": self.url} if same else {})}
        return {**told, "Sec-Fetch-Site": "same-origin" if same else "cross-site", "Sec-Fetch-Mode": "navigate"}

    def _go(
        self, method: str, url: str, fields: list[tuple[str, str]] | None, telling: dict[str, str] | None = None
    ) -> webtest.TestResponse:
        self.hops = []
        while True:
            self.hops.append(f"{method} {url}")
            if len(self.hops) > self._browser.redirect_limit:
                raise TooManyRedirects("\n".join(["redirected in circles:", *self.hops]))
            response = self._browser.request(method, url, fields, telling if method == "POST" else None)
            if response.status_int not in _REDIRECTS:
                break
            if response.status_int not in {307, 308}:
                method, fields = "GET", None
            url = urljoin(url, response.headers["Location"])
        self.response = response
        if method == "GET":
            self._history.append(url)
        return response

    # A person's steps at the portal -------------------------------------------------------------------------

    def sign_in(self, username: str, password: str, *, remember_me: bool = False) -> webtest.TestResponse:
        """Fill in the sign-in page that the tab shows and press its button."""
        form = self._form_with("password")
        form["username"] = username
        form["password"] = password
        if remember_me:
            form["remember_me"] = True
        return self.submit(form)

    def choose_account(self, username: str) -> webtest.TestResponse:
        """Press the button of one of the people on the account chooser, by her user name."""
        form = self._form_with("account")
        for button in self.page.html.find_all("button", attrs={"name": "account"}):
            if username in button.get_text(" ").split():
                return self.submit(form, "account", str(button["value"]))
        raise AssertionError(f"{username} is not one of the people on {self.url}")

    def agree(self, *scopes: str) -> webtest.TestResponse:
        """Press *Allow* on the consent page, with these scopes ticked."""
        form = self._form_with("decision")
        for box in form.fields.get("scope", []):
            box.checked = box._value in scopes
        return self.submit(form, "decision", "allow")

    def refuse(self) -> webtest.TestResponse:
        """Press *Decline* on the consent page."""
        return self.submit(self._form_with("decision"), "decision", "deny")

    def _form_with(self, field: str) -> Form:
        for form in self.page.forms.values():
            if field in form.fields:
                return form
        raise AssertionError(f"{self.url} shows no form with a field {field!r}; hops:\n" + "\n".join(self.hops))


class Browser(Tab):
    """A browser is its first tab; :meth:`new_tab` opens more with the same cookies."""

    def __init__(self, world: World, *, language: str = "en", redirect_limit: int = 20) -> None:
        """A browser without cookies that asks for pages in ``language``."""
        super().__init__(self)
        self.redirect_limit = redirect_limit
        self.language = language
        self.user_agent = "sso-testkit"
        self.address = "192.0.2.7"
        self.jar = CookieJar()
        self._app = webtest.TestApp(world, cookiejar=self.jar)

    def new_tab(self) -> Tab:
        """Another tab of the same browser."""
        return Tab(self)

    def request(
        self,
        method: str,
        url: str,
        fields: list[tuple[str, str]] | None,
        telling: dict[str, str] | None = None,
    ) -> webtest.TestResponse:
        """One request with this browser's cookies, redirects not followed, any status answered. ``telling``: further
        headers."""
        headers = {"Accept-Language": self.language, "User-Agent": self.user_agent, **(telling or {})}
        environ: dict[str, Any] = {"REMOTE_ADDR": self.address}
        if method == "POST":
            return self._app.post(url, fields or [], headers=headers, extra_environ=environ, status="*")
        return self._app.get(url, fields or None, headers=headers, extra_environ=environ, status="*")

    def cookies(self) -> dict[str, str]:
        """Every cookie the browser has, by host and name."""
        return {f"{cookie.domain} {cookie.name}": cookie.value or "" for cookie in self.jar}

    def forget(self, name: str) -> None:
        """Lose every cookie with this name."""
        for cookie in list(self.jar):
            if cookie.name == name:
                self.jar.clear(cookie.domain, cookie.path, cookie.name)
