"""A site on Flask that signs people in with Authlib, and knows nothing of the kit or of the world it is in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session, url_for


def make_flask_site(settings: Mapping[str, str]) -> Flask:
    """``/`` says who is signed in, ``/sign-in`` goes to the portal, ``/callback`` comes back."""
    app = Flask(__name__)
    app.secret_key = "the key of the Flask site"
    oauth = OAuth(app)
    oauth.register(
        "portal",
        client_id=settings["CLIENT_ID"],
        client_secret=settings["CLIENT_SECRET"],
        server_metadata_url=settings["SERVER_METADATA_URL"],
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256"},
    )

    @app.get("/")
    def home() -> Any:
        return f"hello {session['name']}" if "name" in session else redirect(url_for("sign_in"))

    @app.get("/sign-in")
    def sign_in() -> Any:
        return oauth.portal.authorize_redirect(url_for("callback", _external=True))

    @app.get("/callback")
    def callback() -> Any:
        token = oauth.portal.authorize_access_token()
        session["name"] = oauth.portal.userinfo(token=token)["preferred_username"]
        return redirect(url_for("home"))

    return app
