"""A stand-in for the company's Android and iOS apps on the command line: what they do, told step by step.

Owns: the three ways in which an app comes to a token (password, browser, device), and what it does with one.
Never: prints a token, a code or a password, or keeps them when it ends.
Asked by: people trying the demo: ``python -m demo_sites.mobile_app``.
"""
