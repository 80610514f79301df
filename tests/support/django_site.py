"""A site on Django that signs people in with requests-oauthlib, and knows nothing of the kit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import django
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from requests_oauthlib import OAuth2Session

PORTAL_SETTINGS: dict[str, str] = {}
"""Django has its settings once in a process; so has this site."""


def _session(**more: Any) -> OAuth2Session:
    told = PORTAL_SETTINGS
    return OAuth2Session(
        told["CLIENT_ID"], scope="openid profile", redirect_uri=told["REDIRECT_URI"], pkce="S256", **more
    )


def home(request: HttpRequest) -> HttpResponse:
    """Who is signed in, or the way to the portal."""
    if "name" in request.session:
        return HttpResponse(f"hello {request.session['name']}")
    oauth = _session()
    url, state = oauth.authorization_url(f"{PORTAL_SETTINGS['ISSUER']}/o/authorize/")
    request.session["attempt"] = [state, oauth._code_verifier]
    return HttpResponseRedirect(url)


def callback(request: HttpRequest) -> HttpResponse:
    """Redeem the code and ask who it is."""
    issuer, secret = PORTAL_SETTINGS["ISSUER"], PORTAL_SETTINGS["CLIENT_SECRET"]
    state, verifier = request.session.pop("attempt")
    oauth = _session(state=state)
    oauth._code_verifier = verifier
    answer = request.build_absolute_uri()
    oauth.fetch_token(f"{issuer}/o/token/", authorization_response=answer, client_secret=secret, timeout=5)
    request.session["name"] = oauth.get(f"{issuer}/o/userinfo/", timeout=5).json()["preferred_username"]
    return HttpResponseRedirect("/")


urlpatterns = [path("", home), path("sso/callback", callback)]


def make_django_site(told: Mapping[str, str]) -> Callable[..., Any]:
    """The site as a WSGI application."""
    PORTAL_SETTINGS.update(told)
    if not django_settings.configured:
        django_settings.configure(
            ROOT_URLCONF=__name__,
            SECRET_KEY="the key of the Django site",
            ALLOWED_HOSTS=["*"],
            MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
            SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
            USE_TZ=True,
        )
        django.setup(set_prefix=False)
    return WSGIHandler()
