# make serve: set up everything and serve. make test: set up everything and test. `make` alone lists the rest.
# Written for GNU make 3.81 and later (macOS still ships that one).

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Tests run on two cores, whole files at a time: what is made for a file is made once.
BOTH := -n 2 --dist loadfile

# What is installed is written into stamp files; they are made again only when a lock or pyproject.toml changes.
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev

.DEFAULT_GOAL := help
.PHONY: help serve setup dev test test-fast check torture bench lint fmt docs openapi released lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

serve: $(RUNTIME) ## set up everything and serve on http://127.0.0.1:8000 (HOST, PORT)
	@$(BIN)/onrecord publish --if-empty
	@$(BIN)/onrecord build
	@exec $(BIN)/python wsgi.py

setup: $(RUNTIME) ## the environment in .venv, enough to serve

dev: $(DEV) ## the environment in .venv, with everything the tests need

test: lint ## set up everything, lint, check types and run the whole test suite (Python only)
	@$(BIN)/python -m pytest $(BOTH)

test-fast: $(DEV) ## the part of the test suite to run on every save: what is not slow, on SQLite
	@$(BIN)/python -m pytest -q $(BOTH) -m "not slow and not postgresql"

check: test ## make test, and what needs more than Python: a browser, Node, generated clients
	@$(BIN)/python -m pytest -rs tests/check

torture: $(DEV) ## two hundred kills over 50,000 records on both engines, an hour or more; writes docs/durability.md
	@$(BIN)/python -m tests.torture --write docs/durability.md

bench: $(DEV) ## measure speed and size beside peers (PART=list SIZE=10k: one part); all parts write docs/performance.md
	@$(BIN)/python -m benchmarks $(if $(PART),--part $(PART)) $(if $(SIZE),--size $(SIZE))

soak: $(DEV) ## mixed traffic while releases are loaded and workers killed, for SOAK_MINUTES (30), on SOAK_ENGINE (sqlite)
	@$(BIN)/python -m benchmarks.soak

lint: $(DEV) ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

fmt: $(DEV) ## put code and records in their one form
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .
	@$(BIN)/onrecord fmt

docs: $(DEV) ## write the reference pages and typed bodies from the schemas
	@$(BIN)/python -m dataset.generate

openapi: $(DEV) ## write openapi.yaml from the code
	@$(BIN)/python -m api openapi.yaml

released: $(DEV) ## write docs/released/openapi.json, the document that later ones must not break
	@$(BIN)/python -m api docs/released/openapi.json

lock: ## write requirements/*.txt anew from pyproject.toml (UPGRADE=1: the newest versions allowed)
	@sh requirements/lock.sh $(if $(UPGRADE),--upgrade)

clean: ## remove what make has made, but not the database
	@rm -rf $(VENV) .ruff_cache .mypy_cache .pytest_cache .hypothesis build dist tools/node_modules *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@sh requirements/venv.sh $(VENV)
	@touch $@

$(RUNTIME): requirements/runtime.txt pyproject.toml | $(VENV)/.made
	@echo "Installing what Onrecord needs into $(VENV) …"
	@$(PIP) install --require-hashes -r requirements/runtime.txt
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

$(DEV): requirements/dev.txt $(RUNTIME)
	@echo "Installing what its tests need into $(VENV) …"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@
