"""Sites that know the time from ``datetime.now()``, and nothing of the kit."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import jwt
import requests
from flask import Flask, redirect, request, session

_IDLE = timedelta(minutes=30)


def make_site_of_datetimes(_settings: Mapping[str, str]) -> Flask:
    """``/`` remembers when somebody came, for half an hour."""
    app = Flask(__name__)
    app.secret_key = "the key of the site of datetimes"

    @app.get("/")
    def home() -> str:
        came = datetime.fromisoformat(session["came"]) if "came" in session else None
        now = datetime.now(UTC)
        if came is None or now - came > _IDLE:
            session["came"] = now.isoformat()
            return "welcome"
        return f"here since {(now - came) // timedelta(minutes=1)} minutes"

    return app


def make_site_with_pyjwt(settings: Mapping[str, str]) -> Flask:
    """``/`` says who is signed in; the id_token is checked by PyJWT, the rest is done by hand."""
    app = Flask(__name__)
    app.secret_key = "the key of the site with PyJWT"

    @app.get("/")
    def home() -> Any:
        if "name" in session:
            return f"hello {session['name']}"
        session["verifier"] = secrets.token_urlsafe(48)
        question = {
            "client_id": settings["CLIENT_ID"],
            "redirect_uri": settings["REDIRECT_URI"],
            "response_type": "code",
            "scope": "openid profile",
            "code_challenge": _challenge(session["verifier"]),
            "code_challenge_method": "S256",
        }
        return redirect(f"{_metadata()['authorization_endpoint']}?{urlencode(question)}")

    @app.get("/sso/callback")
    def callback() -> Any:
        sent_before = {"redirect_uri": settings["REDIRECT_URI"], "code_verifier": session.pop("verifier")}
        form = {"grant_type": "authorization_code", "code": request.args["code"], **sent_before}
        who = (settings["CLIENT_ID"], settings["CLIENT_SECRET"])
        answer = requests.post(_metadata()["token_endpoint"], data=form, auth=who, timeout=5).json()
        subject = _checked(answer["id_token"])["sub"]
        proof = {"Authorization": f"Bearer {answer['access_token']}"}
        person = requests.get(_metadata()["userinfo_endpoint"], headers=proof, timeout=5).json()
        session["name"] = person["preferred_username"] if person["sub"] == subject else "nobody"
        return redirect("/")

    def _metadata() -> dict[str, Any]:
        found: dict[str, Any] = requests.get(settings["SERVER_METADATA_URL"], timeout=5).json()
        return found

    def _checked(id_token: str) -> dict[str, Any]:
        keys = jwt.PyJWKClient(_metadata()["jwks_uri"])
        key = keys.get_signing_key_from_jwt(id_token)
        return jwt.decode(
            id_token, key, algorithms=["ES256", "RS256"], audience=settings["CLIENT_ID"], issuer=settings["ISSUER"]
        )

    return app


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
