"""project_api: the projects and tasks that people keep. It checks each token by the portal's keys (RFC 9068).

Owns: projects and tasks, each somebody's own, and their description.
Never: shows anything to anyone but its owner, or answers without the guard (sso_client.guard).
Asked by: the project center, the demo, the test world. It asks user_api for the owner's name, on her behalf (RFC 8693).
"""
