# The school improvement platform: everything a developer does. `make` alone lists it.

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
STAMP := $(VENV)/.set-up
PACKAGES := shared services/inspection services/triage services/brokering deploy/improve
SERVICES := inspection triage brokering
DATA ?= deploy/sample
ROLE ?=
ORG ?=
REGIONS ?=
PARTS ?=
PYTEST_WORKERS ?= 2

.PHONY: help setup run up down status reset token test drill bench lint format openapi lock sample

help: ## list these targets
	@echo "make <target>"
	@echo
	@sed -nE 's/^([a-z]+):.*## (.*)$$/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 12
	@echo
	@echo "State is in .platform/ or \$$PLATFORM_HOME; ports are \$$INSPECTION_PORT, \$$TRIAGE_PORT, \$$BROKERING_PORT (8001-8003)."

setup: $(STAMP) ## make .venv with everything in it (done by the others when needed)

# messages go to stderr: `make -s token` prints a token and nothing else
$(STAMP): requirements.lock $(PACKAGES:%=%/pyproject.toml) deploy/set-up.sh
	@VENV=$(VENV) PACKAGES="$(PACKAGES)" bash deploy/set-up.sh >&2
	@touch $@

run: $(STAMP) ## everything in the foreground: database, services, data (DATA=folder), a tour; Ctrl-C stops
	@$(PYTHON) -m improve.local run --data "$(DATA)"

up: $(STAMP) ## the platform in the background, or repair it; returns when all is ready; loads no data
	@$(PYTHON) -m improve.local up

down: $(STAMP) ## stop the platform; the data stays
	@$(PYTHON) -m improve.local down

status: $(STAMP) ## a table of processes; exit status 0 only if all are ready
	@$(PYTHON) -m improve.local status

reset: $(STAMP) ## stop the platform and delete its data
	@$(PYTHON) -m improve.local reset

token: $(STAMP) ## print an access token: ROLE=dfe [ORG=trust:5143] [REGIONS="North East,London"]
	@$(PYTHON) -m improve.local.token --role "$(ROLE)" --org "$(ORG)" --regions "$(REGIONS)"

test: $(STAMP) ## all tests, in minutes; heavy checks as a seeded slice
	@$(BIN)/pytest -n $(PYTEST_WORKERS) --dist loadfile

drill: $(STAMP) ## races, faults, fuzzing and damaged files at full size
	@DRILL=full $(BIN)/pytest -m drill

bench: $(STAMP) ## measure imports, runs, rounds and reads; PARTS="ledger reads" for some of it
	@$(PYTHON) -m tests.bench $(PARTS)

lint: $(STAMP) ## ruff, mypy, import-linter: all of them, whichever fails first
	@status=0; \
	$(BIN)/ruff check . || status=1; \
	$(BIN)/ruff format --check . || status=1; \
	$(BIN)/mypy $(PACKAGES:%=%/src) || status=1; \
	$(BIN)/lint-imports || status=1; \
	exit $$status

format: $(STAMP) ## let ruff format and repair
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

openapi: $(STAMP) ## write services/*/openapi.json from the code
	@set -e; for service in $(SERVICES); do $(PYTHON) -m shared.openapi $$service; done

lock: ## make requirements.lock anew from requirements.in
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header requirements.in --output-file requirements.lock

sample: $(STAMP) ## make the sample data in deploy/sample anew
	@$(PYTHON) -m improve.sample
