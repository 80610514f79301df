"""人才中心, the talent center: who works here, where, and what they are good at.

Owns: the profiles of people, their pages and their words.
Never: asks for a password; signing in is the kit's work (sso_client).
Asked by: a WSGI server, the demo, the test world.
"""
