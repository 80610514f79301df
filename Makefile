# The menu. `make help` reads the words behind the ## of each line.
.DEFAULT_GOAL := help
SHELL := /usr/bin/env bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

CATALOGUES := $(shell find sso_portal demo_sites -name '*.po')

BENCHES := bench-peers bench-profile bench-growth bench-memory bench-overload bench-restart

.PHONY: help demo test check format docs catalogues bench $(BENCHES) clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "On Debian: apt-get install python3-venv"; exit 1; }

$(STAMPS)/demo: setup.py pyproject.toml $(CATALOGUES) | $(BIN)/python
	@echo "Installing (once) …"
	@$(PIP) install -e .
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: setup.py pyproject.toml | $(BIN)/python
	@echo "Installing what tests and checks need (once) …"
	@$(PIP) install -e '.[dev]'
	@mkdir -p $(STAMPS) && touch $@ $(STAMPS)/demo

demo: $(STAMPS)/demo  ## portal and sites with seeded people, until Ctrl-C (ARGS="--base-port 9100")
	@exec $(BIN)/sso-portal demo $(ARGS)

test: $(STAMPS)/dev catalogues  ## every test: unit, storage, flow, security, architecture, then load and Chromium (ARGS="tests/flows -k tab")
	@scripts/ensure_chromium.sh
	@scripts/ensure_nginx.sh
	@scripts/ensure_node_clients.sh $(BIN)/python
	@scripts/run_tests.sh $(ARGS)

check: $(STAMPS)/dev  ## format, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@PYTHONPATH=. $(BIN)/python scripts/settings_manual.py --check docs/settings.md
	@PYTHONPATH=. $(BIN)/python scripts/testkit_reference.py --check docs/testing-reference.md

format: $(STAMPS)/dev  ## put the code in shape
	@$(BIN)/ruff check --fix -q . || true
	@$(BIN)/ruff format .

docs: $(STAMPS)/dev  ## write the settings manual and the test kit's reference from the code, and draw the pictures from a real flow
	@PYTHONPATH=. $(BIN)/python scripts/settings_manual.py docs/settings.md
	@PYTHONPATH=. $(BIN)/python scripts/testkit_reference.py docs/testing-reference.md
	@PYTHONPATH=. $(BIN)/python scripts/draw_flows.py docs

bench: $(STAMPS)/dev  ## what each operation costs, compared with the last saved run (ARGS="refresh --rounds 5")
	@PYTHONPATH=. $(BIN)/python -m benchmarks $(ARGS)

bench-peers: $(STAMPS)/dev  ## the same for other providers too, which are installed once below benchmarks/.cache
	@PYTHONPATH=. $(BIN)/python -m benchmarks.peers $(ARGS)

bench-profile: $(STAMPS)/dev  ## where each microsecond of an operation goes
	@PYTHONPATH=. $(BIN)/python -m benchmarks.profile_operations $(ARGS)

bench-growth: $(STAMPS)/dev  ## a full database beside an empty one (ARGS="--people 100000 --expired 1000000")
	@PYTHONPATH=. $(BIN)/python -m benchmarks.growth $(ARGS)

bench-memory: $(STAMPS)/dev  ## memory over an hour of load (ARGS="--minutes 5")
	@PYTHONPATH=. $(BIN)/python -m benchmarks.memory $(ARGS)

bench-overload: $(STAMPS)/dev  ## five hundred sign-ins at once while refreshes go on
	@PYTHONPATH=. $(BIN)/python -m benchmarks.overload $(ARGS)

bench-restart: $(STAMPS)/dev  ## requests that fail while processes are replaced under load
	@PYTHONPATH=. $(BIN)/python -m benchmarks.restart $(ARGS)

catalogues: $(STAMPS)/dev  ## compile the translations
	@$(BIN)/python scripts/compile_catalogues.py

clean:  ## forget everything that can be made again, the demo's data too
	@rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis demo-data test-results tests/clients/node_modules benchmarks/.cache
