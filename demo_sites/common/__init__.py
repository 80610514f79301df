"""What the demo sites need and none should write twice.

Owns: setting a site up, the choice of language, security headers, the words of the sign-in story.
Never: knows what a site is about, or how it looks.
Asked by: the app factory of each demo site.
"""
