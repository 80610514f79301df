"""The sites and APIs of one company, to see single sign-on from the outside.

Owns: project center, talent center, partner site, single-page app, mobile app, user_api, project_api, open_api, and the
command that runs one of them.
Never: imports the portal or stores a password; signing in and checking tokens is the kit's work (sso_client).
Asked by: people trying the demo, and the test world.
"""
