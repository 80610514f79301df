"""What ``sso_testkit`` shows to those who use it."""

from sso_testkit.browser import Browser as Browser
from sso_testkit.browser import Tab as Tab
from sso_testkit.clock import MovableClock as MovableClock
from sso_testkit.sso import SingleSignOn as SingleSignOn
from sso_testkit.world import World as World
