"""open_api: what a person has learnt, for sites of other companies, as far as she has agreed to it.

Owns: the catalogue of lessons and videos, who has finished which, and its description.
Never: tells anything about a person without her consent, or a name in its statistics.
Asked by: the partner site, anybody for the catalogue, the demo, the test world. It asks the portal about each token.
"""
