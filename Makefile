# Everything runs from .venv; `make help` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help up verify destroy test test-all lint unit engine integration backend frontend e2e molecule molecule-rest
.PHONY: mutants load bench docs types pictures lock build clean

# The caller's shell is not the product's: a locale that is everywhere, the configuration of this
# folder also where Ansible would pass it over (world-writable), the engine of this machine.
ifeq ($(wildcard ansible.cfg),)
$(error Call it for its folder: make -C <folder of this Makefile>)
endif
HONOURED := DOCKER_HOST DOCKER_CERT_PATH DOCKER_TLS_VERIFY DOCKER_CONFIG ANSIBLE_BECOME% ANSIBLE_VAULT% \
  ANSIBLE_FORCE_COLOR ANSIBLE_NOCOLOR ANSIBLE_LOG_PATH ANSIBLE_VERBOSITY \
  PIP_CONFIG_FILE PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_NO_INDEX PIP_FIND_LINKS PIP_TRUSTED_HOST PIP_CERT \
  PIP_CLIENT_CERT PIP_KEYRING_PROVIDER PIP_PROXY PIP_TIMEOUT PIP_DEFAULT_TIMEOUT PIP_RETRIES PIP_CACHE_DIR \
  PIP_NO_CACHE_DIR PIP_DISABLE_PIP_VERSION_CHECK PIP_ROOT_USER_ACTION
unexport $(filter-out $(HONOURED),$(filter DOCKER_% COMPOSE_% BUILDX_% BUILDKIT_% ANSIBLE_% MOLECULE_% \
  PYTHON% PYTEST_% MYPY% RUFF_% UV_% GIT_% PIP_% LC_% LANGUAGE TZ SOURCE_DATE_EPOCH BASH_ENV CDPATH \
  SHELLOPTS BASHOPTS TAR_OPTIONS,$(.VARIABLES)))
export LC_ALL := C.UTF-8
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
export DOCKER_CONTEXT := default
export BUILDX_BUILDER := default

BIN := .venv/bin
# Said once more where sudo, or make's own questions, would not know of it.
CLEAN := env -u DOCKER_API_VERSION DOCKER_CONTEXT=default BUILDX_BUILDER=default LC_ALL=C.UTF-8
# The file with Ansible's password is sudo's too.
export SUDO_ASKPASS := $(CURDIR)/.config/askpass
SUDO := $(if $(filter 0,$(shell id -u)),,sudo $(if $(ANSIBLE_BECOME_PASSWORD_FILE),--askpass ))$(CLEAN)
# Ansible asks for sudo's password where sudo needs one; nobody can be asked without a terminal.
define play
@ask=; if [ "$$(id -u)" != 0 ] && [ -z "$${ANSIBLE_BECOME_PASSWORD_FILE-}" ] && ! sudo -n true 2>/dev/null; then \
  if ! command -v sudo >/dev/null; then echo 'Root is needed, or sudo: neither is here'; exit 1; fi; \
  if ! [ -t 0 ]; then echo 'sudo asks for a password, and there is no terminal to type it at: call make at one, or' \
    'name a file that holds it in ANSIBLE_BECOME_PASSWORD_FILE'; exit 1; fi; ask=--ask-become-pass; fi; \
$(BIN)/ansible-playbook $$ask $(1)
endef
DOCKER := $(SUDO) docker
# A base by its own name, or the one that was bootstrapped where no registry answers.
base = $(shell $(DOCKER) image inspect localhost/todo-stack/$(1) >/dev/null 2>&1 && echo localhost/todo-stack/)$(1)
CA_BUNDLE := $(firstword $(wildcard /etc/ssl/certs/ca-certificates.crt) /dev/null)
COMPOSE_TESTS = $(SUDO) env PYTHON_IMAGE=$(call base,python:3.12-slim) \
  POSTGRES_IMAGE=$(call base,postgres:17) CA_FILE=$(CA_BUNDLE) \
  docker compose --file backend/tests/compose.yaml
SOURCES := plugins tests molecule

help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

up: .venv/up ## Set this machine up: engine, images, running stack, proof
	$(call play,playbooks/local.yml)

verify: .venv/up ## Check what runs against the contracts; changes nothing
	$(call play,playbooks/verify.yml)

destroy: .venv/up ## Remove the stack from this machine; the database stays
	$(call play,playbooks/destroy.yml)

test: lint unit engine integration backend frontend e2e molecule ## Run every check

test-all: test molecule-rest ## Run every check, and the scenarios that `test` leaves out

lint: .venv/dev ## Lint everything
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy $(SOURCES)
	$(BIN)/yamllint --strict .
	$(BIN)/ansible-lint --offline --strict
	$(BIN)/hadolint backend/Dockerfile frontend/Dockerfile

unit: .venv/dev ## Unit tests, and plays that need no engine
	$(BIN)/pytest tests/unit tests/plays

engine: .venv/up ## Have an engine and the base images on this machine
	$(call play,playbooks/local.yml --tags docker_engine --tags base_images)

integration: engine .venv/dev ## Modules against this machine's engine
	$(BIN)/pytest tests/integration

backend: engine ## Backend: types, then tests against a real PostgreSQL
	$(COMPOSE_TESTS) run --rm --build tests
	$(COMPOSE_TESTS) down --volumes

# The document of the API, which the frontend's types are made from, where it stands to both here, too.
FRONTEND_RUN = $(DOCKER) run --rm --init --network none \
  --mount "type=bind,src=$(CURDIR)/backend/openapi.json,dst=/backend/openapi.json,readonly" todo-frontend-dev npm run
FRONTEND_IMAGE = $(DOCKER) build --quiet --target development --tag todo-frontend-dev \
  --build-arg NODE_IMAGE=$(call base,node:20-slim) --secret id=ca,src=$(CA_BUNDLE) frontend

frontend: engine ## Frontend: types, lint, unit tests, tests of the built server
	$(FRONTEND_IMAGE)
	for check in types:check typecheck lint test test:build; do $(FRONTEND_RUN) $$check; done

types: engine ## Write the document of the backend's API, and the frontend's types from it
	$(COMPOSE_TESTS) build --quiet tests
	$(DOCKER) run --rm --network none todo-backend-tests python -m tests.description >backend/openapi.json
	$(FRONTEND_IMAGE)
	$(FRONTEND_RUN) --silent types >frontend/src/api.d.ts

e2e: .venv/dev /usr/bin/chromium ## This machine end to end, with a browser
	$(BIN)/pytest tests/e2e

pictures: .venv/dev /usr/bin/chromium ## Take the README's pictures of the running stack anew
	$(BIN)/pytest tests/e2e -k 'a_day_with_tasks or does_as_it_is_told or phone_in_the_dark'
	cp artifacts/screenshots/tasks.png artifacts/screenshots/assistant.png artifacts/screenshots/phone-dark.png docs/images/

# Throwaway hosts: one scenario after the other, with the seconds that each took at the end.
SCENARIOS := default
REST := environment checkout update releases operations takeover stacks debian13 fleet faults mutants
# How many plays the scenario `faults` ends at a random moment.
FAULTS_KILLS ?= 20
HOSTS := /usr/bin/mmdebstrap /usr/bin/ssh-keygen /usr/bin/chromium
define scenarios
@times=; for one in $(1); do begun=$$SECONDS; \
  $(SUDO) env PATH="$(abspath $(BIN)):$$PATH" FAULTS_KILLS=$(FAULTS_KILLS) $(BIN)/molecule test --scenario-name $$one; \
  times+="$$(printf '%6d s  %s' $$((SECONDS - begun)) $$one)"$$'\n'; done; printf '%s' "$$times"
endef

molecule: engine .venv/dev $(HOSTS) ## A scenario on a throwaway host: bare install to proof, twice
	$(call scenarios,$(SCENARIOS))

molecule-rest: engine .venv/dev $(HOSTS) ## The other scenarios
	$(call scenarios,$(REST))

mutants: engine .venv/dev $(HOSTS) ## Break a stack in many ways; each must be caught by its test
	$(call scenarios,mutants)

clean: ## Remove what the scenarios left, also interrupted ones: hosts, volumes, images, processes
	$(SUDO) python3 molecule/resources/clean.py

load: engine ## A short load on the running backend: requests a second, p50 and p99
	$(COMPOSE_TESTS) build tests
	$(DOCKER) run --rm --network host todo-backend-tests python -m tests.load

bench: .venv/up .cache/bench/up ## Ratios against community.docker, compose and bake; takes a while
	$(BIN)/python bench/run.py

.cache/bench/up: bench/requirements.txt
	python3 -m venv .cache/bench
	.cache/bench/bin/pip install --quiet --require-hashes --requirement bench/requirements.txt
	@touch $@

/usr/bin/ssh-keygen: PACKAGE := openssh-client
/usr/bin/chromium /usr/bin/mmdebstrap /usr/bin/ssh-keygen:
	$(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends $(or $(PACKAGE),$(@F))

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

docs: .venv/dev ## Write the contracts' variables into README.md, and docs/contract.md
	$(BIN)/python docs/variables.py
	$(BIN)/python docs/contract.py

lock: .venv/dev ## Renew the lock files after a change of pyproject.toml
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --group dev pyproject.toml -o requirements-dev.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 bench/requirements.in -o bench/requirements.txt

build: .venv/up ## Build the collection's tarball into dist/
	$(BIN)/ansible-galaxy collection build --force --output-path dist
