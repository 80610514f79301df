#!/usr/bin/env bash
# Make sure that the browser tests find a Chromium: the one there is, else Debian's package.
set -euo pipefail

for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
  if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1; then
    exit 0
  fi
done

if ! command -v apt-get >/dev/null 2>&1; then
  echo "The browser tests need Chromium. Install it, or name it in the environment variable CHROMIUM." >&2
  exit 1
fi
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q
# The second package has the Chinese letters.
$as_root apt-get install -y -q --no-install-recommends chromium fonts-noto-cjk
