"""项目中心, the project center: what the company is working on, and who does what.

Owns: its projects, their pages and their words.
Never: asks for a password; signing in is the kit's work (sso_client).
Asked by: a WSGI server, the demo, the test world.
"""
