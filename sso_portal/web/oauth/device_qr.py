"""``/o/device/qr.svg``: a picture of the address where a device's code is answered, for its screen to show."""

from __future__ import annotations

import io
from urllib.parse import urlencode

from pyramid.httpexceptions import HTTPBadRequest
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.user_codes import read_user_code, show_user_code
from sso_portal.protocol.vocabulary import DEVICE_PATH


def draw(request: Request) -> Response:
    """Draw it for any code that could be one; nothing is looked up, so nothing is told about the code."""
    user_code = read_user_code(request.query_form.values.get("user_code", ""))
    if user_code is None:
        raise HTTPBadRequest
    # Imported here: most portals never draw one.
    import segno

    shown = show_user_code(user_code)
    picture = io.BytesIO()
    address = f"{request.portal.issuer}{DEVICE_PATH}?{urlencode({'user_code': shown})}"
    segno.make(address, error="m", micro=False).save(picture, kind="svg", scale=8, light="#fff", title=shown)
    response = Response(picture.getvalue(), content_type="image/svg+xml", charset="UTF-8")
    # The screens that show it are pages of other origins.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
