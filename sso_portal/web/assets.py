"""Static files: few and small, kept in memory, under addresses that name their content and may be cached for ever."""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.hashing import content_hash
from sso_portal.settings.areas import Brand

_FOLDER = Path(__file__).parent / "static"
_FOR_EVER = "public, max-age=31536000, immutable"


class Assets:
    """The files of the static folder and the stylesheet that the brand settings make."""

    def __init__(self, brand: Brand) -> None:
        """Read everything once."""
        self._files = {path.name: _read(path) for path in sorted(_FOLDER.iterdir()) if path.is_file()}
        self._files["brand.css"] = _brand_stylesheet(brand).encode()
        self._addresses = {name: f"/static/{content_hash(raw)}/{name}" for name, raw in self._files.items()}

    def address(self, name: str) -> str:
        """Where a file is served. Raises :class:`KeyError` for a file that is not there."""
        return self._addresses[name]

    def file(self, name: str) -> bytes | None:
        """A file's content."""
        return self._files.get(name)


def _read(path: Path) -> bytes:
    return _condensed(path.read_text("utf-8")).encode() if path.suffix == ".css" else path.read_bytes()


def _condensed(stylesheet: str) -> str:
    """A stylesheet without comments and without the blanks that only people need."""
    bare = re.sub(r"/\*.*?\*/", "", stylesheet, flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*|(:)\s+", r"\1\2", bare).strip()


def _brand_stylesheet(brand: Brand) -> str:
    light = f"--accent:{brand.accent};--accent-text:#ffffff"
    dark = f"--accent:{brand.accent_dark};--accent-text:#14171c"
    return (
        f":root,:root[data-theme=light]{{{light}}}"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}"
        f":root[data-theme=dark]{{{dark}}}"
    )


def includeme(config: Configurator) -> None:
    """Serve the files."""
    config.registry.assets = Assets(config.registry.brand)
    config.add_route("static", "/static/{hash}/{name}")
    config.add_view(_serve, route_name="static", request_method=("GET", "HEAD"))
    config.add_route("favicon", "/favicon.ico")
    config.add_view(_favicon, route_name="favicon", request_method=("GET", "HEAD"))


def _serve(request: Request) -> Response:
    name = request.matchdict["name"]
    raw = request.registry.assets.file(name)
    if raw is None:
        raise HTTPNotFound
    response = Response(raw, content_type=mimetypes.guess_type(name)[0] or "application/octet-stream")
    if response.content_type.startswith("text/"):
        response.charset = "UTF-8"
    current = request.registry.assets.address(name) == request.path
    response.headers["Cache-Control"] = _FOR_EVER if current else "no-cache"
    return response


def _favicon(request: Request) -> Response:
    response = Response(request.registry.assets.file("favicon.svg"), content_type="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
