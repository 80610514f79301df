"""Where a template finds its words: in the catalogue of its site, or in the one that both sites share."""

from __future__ import annotations

from pyramid.i18n import get_localizer
from pyramid.threadlocal import get_current_request

SHARED_DOMAIN = "demo_sites"


class SharedWords:
    """Gettext for templates: the site's own catalogue first, then the one both sites share (domain ``demo_sites``)."""

    def __init__(self, domain: str) -> None:
        self.domain = domain

    def gettext(self, message: str) -> str:
        """The message in the language of the current request; the English message itself where nothing is found."""
        localizer = get_localizer(get_current_request())
        said = localizer.translate(message, domain=self.domain)
        return str(said if said != message else localizer.translate(message, domain=SHARED_DOMAIN))

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """The same for messages that depend on a number."""
        localizer = get_localizer(get_current_request())
        said = localizer.pluralize(singular, plural, count, domain=self.domain)
        if said in (singular, plural):
            said = localizer.pluralize(singular, plural, count, domain=SHARED_DOMAIN)
        return str(said)
