"""One form that arrived without a session, and how it is sealed: by two keys in two places.

A form is encrypted (RFC 7516, A256GCM) with a key of which one half lies in the store and the other in a cookie, so
that neither the store nor the browser alone can read it.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from sso_client.json_answer import read_object
from sso_client.posted_form import Field

_ENCRYPTION = {"alg": "dir", "enc": "A256GCM"}


class _LargerRegistry(jwe.JWERegistry):
    """A form may be larger than what the library takes from strangers; ours are bounded before."""

    max_ciphertext_length = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ParkedForm:
    """A form. path: where it was sent to, with its query.   page: the page it stood on, "" when not known."""

    path: str
    page: str
    fields: tuple[Field, ...] = field(repr=False)


def seal(form: ParkedForm, half: str, secret: str) -> str:
    """Return `form` encrypted; `half` and `secret` are the two halves of the key."""
    content = {"path": form.path, "page": form.page, "fields": form.fields}
    return jwe.encrypt_compact(_ENCRYPTION, json.dumps(content, ensure_ascii=False), _key(half, secret))


def unseal(sealed: str, half: str, secret: str) -> ParkedForm | None:
    """Return what `seal` has sealed, or None when it cannot be opened with these halves."""
    registry = _LargerRegistry(algorithms=list(_ENCRYPTION.values()))
    try:
        opened = jwe.decrypt_compact(sealed, _key(half, secret), registry=registry)
        content = read_object(opened.plaintext or b"")
        fields = tuple((str(name), str(value)) for name, value in content["fields"])
        return ParkedForm(content["path"], content["page"], fields)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _key(half: str, secret: str) -> OctKey:
    return OctKey.import_key(hmac.digest(half.encode(), secret.encode("utf-8", "replace"), "sha256"))
