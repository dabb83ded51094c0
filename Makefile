# Needs Python 3.11+, make and the package registries; everything else is brought into the project.
# Each target prepares what it needs first; what is there already is not made again.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME CONDA_PREFIX
export PYTHON PYTHON310

PREPARE = @python=$$(scripts/find-python) && "$$python" -I scripts/prepare
NITKA = .venv/bin/nitka
PYTEST = .venv/bin/python -m pytest
ENGINE_PYTHON = PYTHONPATH=bot bot/.venv/bin/python
NPM = ../.tools/npm
SECONDS ?= 60
MESSAGES ?= 400
CUSTOMERS ?= 100000
PYTHON ?=
PYTHON310 ?=

.PHONY: help
help:  ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

.PHONY: up
up:  ## run everything here, print the addresses, stop on Ctrl-C
	$(PREPARE) service engine web
	@exec $(NITKA) up

.PHONY: up-platforms
up-platforms:  ## the same between a Telegram and a Slack of our own, with a page to type on
	$(PREPARE) tests engine web
	@exec .venv/bin/python -m tests.platforms $(ARGS)

.PHONY: setup
setup:  ## make the environments, Node.js, browser assets and a browser for the tests
	$(PREPARE) tests engine web browser

.PHONY: test
test: setup model  ## all tests but the long ones
	@cd web && $(NPM) test
	@$(ENGINE_PYTHON) -m pytest tests/engine/inside
	@$(PYTEST)

.PHONY: check
check:  ## format, lint, types, import rules, front end, training data, settings
	$(PREPARE) tests engine web
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@cd scripts/prepare && ../../.venv/bin/mypy --strict --follow-imports=silent --cache-dir ../../.mypy_cache/prepare .
	@.venv/bin/lint-imports
	@cd web && $(NPM) run check
	@$(ENGINE_PYTHON) -m engine.validate
	@$(NITKA) check

.PHONY: test-all
test-all: setup model  ## all tests, the long ones too
	@cd web && $(NPM) test
	@$(ENGINE_PYTHON) -m pytest tests/engine/inside
	@$(PYTEST) -m 'long or not long'

.PHONY: chaos
chaos: setup model  ## the kill campaign (SECONDS=60)
	@SECONDS=$(SECONDS) $(PYTEST) tests/chaos -m 'long or not long' -s

.PHONY: bench
bench: setup model  ## the benchmarks (SECONDS=60 MESSAGES=400)
	@.venv/bin/python -m bench --seconds $(SECONDS) --messages $(MESSAGES)

.PHONY: bench-desk
bench-desk: setup  ## the desk over a crowd (CUSTOMERS=100000 MESSAGES=5000000)
	@.venv/bin/python -m bench.desk --customers $(CUSTOMERS) \
	  --messages $(if $(filter file,$(origin MESSAGES)),5000000,$(MESSAGES))

.PHONY: train
train:  ## train a model, also if the present one fits
	$(PREPARE) service engine
	@$(NITKA) train

.PHONY: model
model:  # a model for the present bot/ and data/, trained only if there is none
	$(PREPARE) service engine
	@$(NITKA) train --if-needed

.PHONY: test-bot
test-bot: model  ## the bot's conversation and understanding tests, with a report (STOCK=1: beside stock Rasa)
	$(PREPARE) tests engine
	@beside=$(if $(STOCK),$$(.venv/bin/python -m bench.stock_pipeline)) && \
	  $(ENGINE_PYTHON) -m engine.report $${beside:+--beside "$$beside"}
	@$(PYTEST) tests/engine/test_conversations.py tests/engine/test_understand.py

.PHONY: fmt
fmt:  ## format everything
	$(PREPARE) tests web
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix-only --quiet .
	@cd web && $(NPM) run format

.PHONY: lock
lock:  ## lock the requirements anew
	$(PREPARE) service
	@for set in requirements requirements-dev requirements-tools requirements-node; do \
	  echo "• $$set.txt"; \
	  .tools/uv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	    --no-header --python-version 3.11 $$set.in -o $$set.txt || exit 1; done
	@echo "• bot/requirements.txt"
	@cd bot && ../.tools/uv/bin/uv pip compile --quiet --universal --generate-hashes \
	    --no-emit-index-url --no-header --python-version 3.10 requirements.in -o requirements.txt
