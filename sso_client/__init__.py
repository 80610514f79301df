"""Owns what a relying site needs to let people sign in at an OpenID Connect portal: redirect, checks, tokens, sessions.
Never imports anything of a portal, and never lets a token or a secret reach a browser or a log.
Asked by sites: a Pyramid site with `config.include("sso_client.pyramid")`, any other with `Kit`.
"""

from __future__ import annotations

from sso_client.clock import Clock, SystemClock
from sso_client.demand import Demand
from sso_client.errors import (
    AnswerMalformed,
    AttemptUnknown,
    CodeRefused,
    DemandUnmet,
    IdTokenRefused,
    IssuerMixedUp,
    PortalRefused,
    PortalUnavailable,
    SettingsProblem,
    SignInFailed,
    SignInRequired,
    SsoClientError,
)
from sso_client.identity import Identity
from sso_client.kit import Kit
from sso_client.settings import Settings, read_settings
from sso_client.story import Step, Story, shown_length, tell_call
from sso_client.urls import local_path

__all__ = [
    "AnswerMalformed",
    "AttemptUnknown",
    "Clock",
    "CodeRefused",
    "Demand",
    "DemandUnmet",
    "IdTokenRefused",
    "Identity",
    "IssuerMixedUp",
    "Kit",
    "PortalRefused",
    "PortalUnavailable",
    "Settings",
    "SettingsProblem",
    "SignInFailed",
    "SignInRequired",
    "SsoClientError",
    "Step",
    "Story",
    "SystemClock",
    "local_path",
    "read_settings",
    "shown_length",
    "tell_call",
]
