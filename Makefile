# Everything starts here. A fresh machine needs Python >= 3.11 with venv, and make.
.DEFAULT_GOAL := help
.PHONY: help setup env demo serve test fast bench faults fuzz lint types migrations tests browser one-fault chromium
SHELL := /bin/sh

SERVE ?= 1
JOBS ?= 2
PYTEST_ARGS ?=
BIN := .venv/bin
# Checks and tests work on servers of their own, never on those of the demonstration.
CHECK := GUANAI_DEBUG=1 GUANAI_VAR_DIR="$(CURDIR)/var/test" GUANAI_EMBEDDED_DURABLE=0 $(BIN)
PYTEST := $(CHECK)/python -m pytest -q $(PYTEST_ARGS)

# $(call step,words,command): says what it does, and how long it took.
define step
@printf '\n==> %s\n' '$(1)'; begin=$$(date +%s); $(2) || { code=$$?; printf '==> failed: %s\n' '$(1)'; exit $$code; }; \
printf '    %s: %s s\n' '$(1)' "$$(( $$(date +%s) - begin ))"
endef

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: .venv/.ready ## the virtual environment from requirements.lock

.venv/.ready: requirements.lock .ci/setup
	$(call step,Installing the packages of requirements.lock into .venv,sh .ci/setup)
	@touch $@

demo: setup ## a county with a year of records, its year-end files, and the pages (SERVE=0 stops after the files)
	@$(BIN)/python manage.py demo $(if $(filter 0,$(SERVE)),--no-serve,--serve)

serve: setup ## the pages of what make demo made
	@$(BIN)/python manage.py serve

env: ## a .env with random secrets for docker compose; never overwrites one
	@sh .ci/environment

test: setup chromium ## all that a release needs
	@trap '$(CHECK)/python manage.py servers stop' EXIT; \
	begin=$$(date +%s); \
	$(MAKE) --no-print-directory lint types migrations tests browser one-fault || exit 1; \
	printf '\nAll passed in %s s.\n' "$$(( $$(date +%s) - begin ))"

fast: setup ## the inner loop: tests without browser, benchmarks, faults and whatever is slow
	$(call step,Fast tests,$(PYTEST) -n $(JOBS) --dist loadgroup -m 'not browser and not bench and not faults and not slow')

lint: setup ## ruff and the direction of imports
	$(call step,Lint (ruff),$(BIN)/ruff check && $(BIN)/ruff format --check)
	$(call step,Direction of imports,$(BIN)/lint-imports)

types: setup ## mypy, strict
	$(call step,Types (mypy strict),$(CHECK)/mypy)

migrations: setup ## models and migrations agree
	$(call step,Migrations match the models,$(CHECK)/python manage.py makemigrations --check --dry-run)

tests: setup
	$(call step,Tests,$(PYTEST) -n $(JOBS) --dist loadgroup -m 'not browser and not bench and not faults')

browser: setup chromium ## the browser tests
	$(call step,Browser tests,$(PYTEST) tests/browser -m browser)

one-fault: setup
	$(call step,One fault of each kind,$(PYTEST) tests/faults -m 'faults and not slow')

faults: setup ## real processes killed and cut off, the long form
	$(call step,Faults,$(PYTEST) tests/faults -m faults)

bench: setup ## ratios to the stand-ins
	$(call step,Benchmarks,$(PYTEST) -m bench -s)

fuzz: setup ## hostile input, the long form
	$(call step,Hostile input,$(PYTEST) -n $(JOBS) -m fuzz --hypothesis-profile fuzz)

chromium: setup
	@sh .ci/chromium
