"""Whose request is it? The network address, seen through reverse proxies that the settings name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


def client_address(environ: Mapping[str, Any], trusted_proxies: Collection[str]) -> str:
    """The last address of ``X-Forwarded-For`` that is not a trusted proxy; the peer's own when it is not trusted.

    Whatever stands further left was written by someone we do not know and is ignored.
    """
    address = str(environ.get("REMOTE_ADDR", ""))
    if address in trusted_proxies:
        hops = [hop.strip() for hop in str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",") if hop.strip()]
        while address in trusted_proxies and hops:
            address = hops.pop()
    return address[:64]
