"""Two web sites of one company, to see single sign-on from the outside.

Owns: the project center, the talent center, and the command that runs one of them.
Never: imports the portal or stores a password; signing in is the kit's work (sso_client).
Asked by: people trying the demo, and the test world.
"""
