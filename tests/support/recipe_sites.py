"""The sites of the recipes in a world, and tokens that are no logout tokens for them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import webtest

from sso_client import read_settings
from sso_client.check import Case, Outcome, Wanted, examine
from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import header_of, key_for, signed, unsigned
from sso_testkit.faults.signed_tokens import claims_of
from sso_testkit.site import Site
from sso_testkit.sso import PORTAL, PROJECT_CENTER
from tests.support.recipes import files_of, module_of

FLASK = "https://flask-shop.example.test"
DJANGO = "https://django-desk.example.test"
PYRAMID = "https://shop.example.test"
FLASK_RECIPE = "connect-a-flask-site.md"
DJANGO_RECIPE = "connect-a-django-site.md"
PYRAMID_RECIPE = "connect-a-pyramid-site.md"

_FLASK_CLIENT = {
    "client_id": "flask-shop",
    "redirect_uris": ["/callback"],
    "backchannel_logout_uri": "/backchannel-logout",
}
_DJANGO_CLIENT = {
    "client_id": "django-desk",
    "redirect_uris": ["/portal/callback"],
    "backchannel_logout_uri": "/portal/backchannel-logout",
}


def add_flask_site(sso: SingleSignOn, folder: Path, **changed: str) -> Site:
    """The Flask recipe in the world; settings are ``changed`` by name."""
    told = {"SECRET_KEY": "a secret of the shop", "STORE": str(folder / "ended.sqlite3"), "SITE": FLASK, **changed}
    make = module_of(FLASK_RECIPE, "shop.py").make_app
    return sso.add_site(FLASK, make, client=_FLASK_CLIENT, settings=told)


def write_django_project(folder: Path) -> None:
    """What the Django recipe tells to make, in ``folder``: the files that ``startproject`` makes, with its own."""
    # In a process of its own: it would leave Django with other settings.
    subprocess.run([sys.executable, "-m", "django", "startproject", "desk", str(folder)], check=True, timeout=60)
    (folder / "portal_login").mkdir()
    (folder / "portal_login" / "__init__.py").touch()
    for name, source in files_of(DJANGO_RECIPE).items():
        path = folder / name
        before = path.read_text("utf-8") if name == "desk/settings.py" else ""
        path.write_text(before + source, "utf-8")
    with (folder / "desk" / "settings.py").open("a") as settings:
        settings.write('ALLOWED_HOSTS = ["*"]\nDEBUG = False\n')


def add_django_site(sso: SingleSignOn, folder: Path, proxy: Callable[[Any], Any] = lambda site: site) -> Site:
    """The Django recipe, which is in ``folder``, in the world. Django has its settings once in a process."""
    return sso.add_site(DJANGO, lambda settings: proxy(_started(settings, folder)), client=_DJANGO_CLIENT)


def proxy_that_ends_tls(site: Any) -> Any:
    """What stands before most sites: to them it speaks plain http, and says so in a header."""

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        return site({**environ, "wsgi.url_scheme": "http", "HTTP_X_FORWARDED_PROTO": "https"}, start_response)

    return answer


def _started(settings: Mapping[str, str], folder: Path) -> Any:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "desk.settings",
        "PORTAL_ISSUER": settings["ISSUER"],
        "PORTAL_CLIENT_ID": settings["CLIENT_ID"],
        "PORTAL_CLIENT_SECRET": settings["CLIENT_SECRET"],
        "PORTAL_SITE": DJANGO,
    }
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    call_command("makemigrations", "portal_login", verbosity=0)
    call_command("migrate", verbosity=0)
    from portal_login import tokens  # type: ignore[import-not-found]

    # Each world has keys of its own.
    tokens.keys.cache_clear()
    return application


def answer_at(sso: SingleSignOn, callback: str) -> str:
    """The address at which the portal's latest answer has come to a site."""
    return [hop.url for hop in sso.journal.hops if hop.url.startswith(f"{callback}?")][-1]


def leave_one_site(browser: Browser, client_id: str) -> None:
    """Sign out of one site alone, at the portal."""
    browser.open(f"{PORTAL}/account/devices")
    forms = [form for form in browser.page.forms.values() if "client_id" in form.fields]
    browser.submit(next(form for form in forms if form["client_id"].value == client_id))


def set_cookies(sso: SingleSignOn, address: str) -> list[str]:
    """Every cookie that a site has set so far."""
    headers = [pair for hop in sso.journal.hops if hop.url.startswith(address) for pair in hop.response_headers]
    return [value.strip() for name, value in headers if name.lower() == "set-cookie"]


def forged_are_refused(sso: SingleSignOn, address: str, client_id: str) -> None:
    """Tell a site, where somebody has just signed in, each forgery: it refuses all of them."""
    redeemed = next(hop for hop in reversed(sso.journal.hops) if hop.url == f"{PORTAL}/o/token/")
    http = webtest.TestApp(sso.world)
    for reason, token in forgeries(sso, client_id, json.loads(redeemed.body)["id_token"]):
        answer = http.post(address, {"logout_token": token}, status="*")
        assert (answer.status_int, answer.json["error"]) == (400, "invalid_request"), reason
    assert http.post(address, {}, status="*").status_int == 400
    assert http.get(address, status="*").status_int == 405


def forgeries(sso: SingleSignOn, client_id: str, id_token: str) -> Iterator[tuple[str, str]]:
    """What is no logout token for a site, by the reason; ``id_token`` is of somebody who is signed in there."""
    now = sso.clock.now()
    event = {"http://schemas.openid.net/event/backchannel-logout": {}}
    claims = {
        "iss": PORTAL,
        "aud": client_id,
        "sub": "x",
        "sid": claims_of(id_token)["sid"],
        "iat": now,
        "exp": now + 60,
        "jti": "1",
        "events": event,
    }
    kid = header_of(id_token)["kid"]
    yield "nothing", ""
    yield "words", "no token at all"
    yield "three parts", "a.b.c"
    yield "other letters", "令牌.令牌.令牌"
    yield "huge", "e" * 60_000
    yield "unsigned", unsigned(claims)
    yield "another key with the right name", signed(claims, key_for("ES256"), kid=kid, typ="logout+jwt")
    yield "another key", signed(claims, key_for("ES256"), kid="unheard-of", typ="logout+jwt")
    yield "an id_token", id_token


def anothers_is_refused(sso: SingleSignOn, browser: Browser, address: str) -> None:
    """Tell a site the good logout token that the project center was sent, about the same session."""
    browser.open(f"{PROJECT_CENTER}/mine")
    leave_one_site(browser, "project-center")
    sent = [
        dict(hop.form)["logout_token"] for hop in sso.journal.hops if hop.url.startswith(PROJECT_CENTER) and hop.form
    ]
    answer = webtest.TestApp(sso.world).post(address, {"logout_token": sent[-1]}, status="*")
    assert (answer.status_int, answer.json["error"]) == (400, "invalid_request")


def what_the_site_check_says(sso: SingleSignOn, site: Site, *, sign_in: str, backchannel_logout: str) -> dict[str, str]:
    """What is wrong with a site and what could not be seen, by the code of the line (docs/recipes/check-a-site.md)."""
    wanted = Wanted(
        site=site.address,
        settings=read_settings(site.settings),
        sign_in=sign_in,
        backchannel_logout=backchannel_logout,
        frontchannel_logout="none",
    )
    findings = examine(Case(wanted, http=sso.world.http, clock=sso.clock))
    return {finding.code: finding.says for finding in findings if finding.outcome is not Outcome.RIGHT}
