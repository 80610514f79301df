"""user_api: who works here. It asks the portal about each opaque token (RFC 7662).

Owns: the company's directory, one entry for each person, and its description.
Never: keeps a password or a token, or answers without the guard (sso_client.guard).
Asked by: the talent center, the mobile app, project_api, the demo, the test world.
"""
