#!/usr/bin/env bash
# Make sure that the test of a site behind a proxy finds an nginx: the one there is, else Debian's package.
set -euo pipefail

PATH="$PATH:/usr/sbin:/usr/local/sbin"
for candidate in "${NGINX:-}" nginx; do
  if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1; then
    exit 0
  fi
done

if ! command -v apt-get >/dev/null 2>&1; then
  echo "One test needs nginx. Install it, or name it in the environment variable NGINX." >&2
  exit 1
fi
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q
# Only the program is wanted: its package would start a server on port 80.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
  $as_root chmod +x "$policy"
  trap '$as_root rm -f "$policy"' EXIT
fi
$as_root apt-get install -y -q --no-install-recommends nginx-light
