"""Owns the check of a site that is being connected: `sso-client check https://site…`, and what it looks at.
Never signs anybody in, changes anything, follows a redirect to somebody else, or prints a secret.
Asked by operators on the command line, and by tests with `examine`.
"""

from __future__ import annotations

from sso_client.check.case import Case, Wanted
from sso_client.check.examination import CODES, examine
from sso_client.check.finding import Finding, Outcome
from sso_client.check.settings_source import settings_of_stranger

__all__ = ["CODES", "Case", "Finding", "Outcome", "Wanted", "examine", "settings_of_stranger"]
