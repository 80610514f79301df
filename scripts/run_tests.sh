#!/usr/bin/env bash
# First the tests that may run beside each other, then those that start processes of their own and want the machine
# to themselves. Arguments go to pytest; they may leave one half without tests, but not both.
set -euo pipefail
cd "$(dirname "$0")/.."

arguments=$#
empty_halves=0

half() {
  local status=0
  .venv/bin/python -m pytest "$@" || status=$?
  # 5 is how pytest says that nothing was selected.
  if [ "$status" != 5 ] || [ "$arguments" = 0 ]; then
    return "$status"
  fi
  empty_halves=$((empty_halves + 1))
}

# Thousands of small databases: kept in memory where there is room for them.
memory() {
  [ -w /dev/shm ] && [ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)" -gt 4000000 ] 2>/dev/null
}

if [ -z "${TMPDIR:-}" ] && memory; then
  export TMPDIR=/dev/shm
  half -n 2 --dist worksteal -m "not browser and not load" "$@"
  unset TMPDIR
else
  half -n 2 --dist worksteal -m "not browser and not load" "$@"
fi
half -m "browser or load" "$@"
if [ "$empty_halves" = 2 ]; then
  echo "These arguments select no test." >&2
  exit 5
fi
