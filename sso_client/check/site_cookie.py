"""A cookie as a site sets it (RFC 6265 section 5.2)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SiteCookie:
    """Name, value and attributes; the attributes' names are small letters."""

    name: str
    value: str = field(repr=False)
    attributes: dict[str, str]

    @property
    def is_deletion(self) -> bool:
        """Whether it makes the browser forget the cookie."""
        return not self.value or self.attributes.get("max-age", "").strip() in {"0", "-1"}


def read_cookie(header: str) -> SiteCookie | None:
    """Return the cookie of one Set-Cookie header, None when it has no name."""
    pair, *rest = header.split(";")
    name, separator, value = pair.partition("=")
    if not separator or not name.strip():
        return None
    attributes: dict[str, str] = {}
    for part in rest:
        attribute, _, given = part.partition("=")
        attributes[attribute.strip().lower()] = given.strip()
    return SiteCookie(name.strip(), value.strip(), attributes)


def cookie_header(cookies: tuple[SiteCookie, ...]) -> str:
    """Return what a browser that has got these, in this order, sends back."""
    kept: dict[str, str] = {}
    for cookie in cookies:
        kept[cookie.name] = cookie.value
        if cookie.is_deletion:
            del kept[cookie.name]
    return "; ".join(f"{name}={value}" for name, value in kept.items())
