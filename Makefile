# Everything runs from .venv; `make help` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help up verify destroy test lint unit backend frontend engine e2e molecule lock build clean

BIN := .venv/bin
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
PLAY := $(BIN)/ansible-playbook
SOURCES := plugins tests molecule/default/tests

help: ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

up: .venv/up ## Set this machine up: engine, images, running stack, proof
	$(PLAY) playbooks/local.yml

verify: .venv/up ## Check what runs against the contracts; changes nothing
	$(PLAY) playbooks/verify.yml

destroy: .venv/up ## Remove the stack from this machine; the database stays
	$(PLAY) playbooks/destroy.yml

test: lint unit engine backend frontend e2e molecule ## Run every check

lint: .venv/dev ## Lint everything
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy $(SOURCES)
	$(BIN)/yamllint --strict .
	$(BIN)/ansible-lint --offline --strict
	$(BIN)/hadolint backend/Dockerfile frontend/Dockerfile

unit: .venv/dev ## Unit tests; no engine needed
	$(BIN)/pytest tests/unit

engine: .venv/up ## Have an engine and the base images on this machine
	$(PLAY) playbooks/local.yml --tags docker_engine,base_images

.venv/bin/python:
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'Python 3.11 or newer is needed as python3'; exit 1; }
	@python3 -c 'import ensurepip' 2>/dev/null \
	  || { $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq python3-venv; }
	python3 -m venv .venv

.venv/up: .venv/bin/python requirements.txt
	$(BIN)/pip install --quiet --require-hashes --requirement requirements.txt
	@touch $@

.venv/dev: .venv/up requirements-dev.txt
	$(BIN)/pip install --quiet --require-hashes --requirement requirements-dev.txt
	@touch $@

lock: .venv/dev ## Renew the lock files after a change of pyproject.toml
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --group dev pyproject.toml -o requirements-dev.txt

build: .venv/up ## Build the collection's tarball into dist/
	$(BIN)/ansible-galaxy collection build --force --output-path dist
