"""Where things are: the sign-in of Django, the endpoints of django-oauth-toolkit."""

from __future__ import annotations

from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def alive(_request: HttpRequest) -> HttpResponse:
    """Whether it is up."""
    return HttpResponse("up")


urlpatterns = [
    path("healthz", alive),
    path("login/", LoginView.as_view(template_name="login.html", next_page="/healthz")),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
]
