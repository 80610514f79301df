"""Fourth floor, back door: the operators' commands.

Owns: the words, options and exit statuses of `sso-portal`.
Never: holds a rule; services do.
Asked by: operators and scripts.
"""
