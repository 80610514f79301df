"""Makes its database: one person, one silent client, one client for machines."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def make_key(file: Path) -> None:
    """An RSA key as most have it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    file.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))


def furnish(told: dict[str, str]) -> None:
    """Migrate, and add what the benchmark needs."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from oauth2_provider.models import get_application_model

    call_command("migrate", verbosity=0)
    get_user_model().objects.create_user(told["username"], "zp@example.test", told["password"])
    # Its default, a PBKDF2 hash that is made again at each request, would be most of what is measured.
    common = {"client_secret": told["secret"], "hash_client_secret": False, "client_type": "confidential"}
    applications = get_application_model().objects
    applications.create(
        **common,
        client_id=told["client_id"],
        name="Bench",
        authorization_grant_type="authorization-code",
        redirect_uris=told["callback"],
        skip_authorization=True,
        algorithm="RS256",
    )
    applications.create(
        **common, client_id=told["machine_id"], name="Machine", authorization_grant_type="client-credentials"
    )


if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    make_key(Path(told["folder"]) / "signing.pem")
    django.setup()
    furnish(told)
