"""A story over the portal and two sites, and every secret that there was in it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from sso_testkit import SingleSignOn
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL, PROJECT_CENTER, TALENT_CENTER


def stored_by(folder: Path, client_id: str) -> dict[str, str]:
    """The tokens that a site keeps for the person."""
    (store,) = folder.rglob(f"{client_id}.sqlite3")
    connection = sqlite3.connect(store)
    names = ("access_token", "refresh_token", "id_token")
    row = connection.execute(f"SELECT {', '.join(names)} FROM site_session").fetchone()
    connection.close()
    return dict(zip(names, row, strict=True))


def story(sso: SingleSignOn, folder: Path) -> dict[str, str]:
    """Sign in at two sites, fail once, refresh a token and sign out; answers every secret that there was."""
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "a wrong password, typed once")
    browser.sign_in("zp", "penadmin")
    project = stored_by(folder, "project-center")
    callback = next(hop for hop in browser.hops if "/sso/callback?" in hop)
    browser.open(f"{TALENT_CENTER}/mine")
    talent = stored_by(folder, "talent-center")
    secret = "the secret of talent-center in this world"
    rp = RelyingParty(sso, "talent-center", secret, f"{TALENT_CENTER}/")
    renewed = rp.refresh(talent["refresh_token"]).json
    rp.refresh(talent["refresh_token"])
    # Clients that put things where they do not belong; the portal refuses, and must not write them down either.
    rp.http().get(f"{PORTAL}/o/userinfo/?access_token={renewed['access_token']}", status=400)
    rp.http().post(f"{PORTAL}/o/token/?refresh_token={renewed['refresh_token']}", {}, status=400)
    secrets = {f"cookie {name}": value for name, value in browser.cookies().items() if len(value) > 20}
    assert len(secrets) >= 4, "session and CSRF of the portal, and a session at each site"
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.submit(next(form for form in browser.page.forms.values() if form.action.endswith("/sign-out")))
    return secrets | {
        "code": parse_qs(urlsplit(callback).query)["code"][0],
        "password": "penadmin",
        "wrong password": "a wrong password, typed once",
        "client secret": secret,
        "secret of the portal": "a secret for the in-process world only",
        **{f"project {name}": value for name, value in project.items()},
        **{f"talent {name}": value for name, value in talent.items()},
        "renewed access": renewed["access_token"],
        "renewed refresh": renewed["refresh_token"],
    }
