"""What each operation costs, measured against the running portal.

Owns: one file for each measured operation, the client that drives it, the table that is printed.
Never: is installed, is imported by the portal, or believes an answer that it has not looked at.
Asked by: `make bench`.
"""
