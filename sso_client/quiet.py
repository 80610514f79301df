"""Keeps secrets out of the log of a library.

requests-oauthlib writes the bodies of token requests and answers to its log at level DEBUG: codes, verifiers, tokens.
A site that turns on debugging for everything must not find those in its log, so those records are dropped for good.
"""

from __future__ import annotations

import logging


class _NoDebug(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno > logging.DEBUG


_NO_DEBUG = _NoDebug()


def silence_token_logging() -> None:
    """Drop the DEBUG records of requests-oauthlib's session module; calling it again changes nothing."""
    logging.getLogger("requests_oauthlib.oauth2_session").addFilter(_NO_DEBUG)
