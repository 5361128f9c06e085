# `make` or `make help` lists what there is. Every target sets up what it needs first.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || echo python3)
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
MINISTACK := build/ministack
CFN_LINT := build/cfn-lint
# Whether a switch is on: YES=0 asks, and so does the YES=false of a pipeline's environment.
on = $(filter-out 0 n no off false N No NO Off OFF False FALSE,$(1))
unexport PYTHONDONTWRITEBYTECODE # or every process of the tests compiles what it imports again

.PHONY: docs docs-api help setup test check unit eval eval-documents test-ministack chaos format lock demo dev token webhook-inbox dlq redrive clean \
	test-frontend example app app-build package audit detector check-template test-deployed deploy destroy status run inspect cost bench latency scale

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[36m%-16s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Create the virtual environment with pinned dependencies

$(READY): requirements.txt requirements-dev.txt
	@command -v $(PYTHON) >/dev/null || { echo "Casework needs Python 3.11; $(PYTHON) is not on the PATH. Name yours: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v[:2] == (3, 11) else f"Casework needs Python 3.11, and $(PYTHON) is {v[0]}.{v[1]}. Name yours: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@$(BIN)/python -m compileall -q app.py chalicelib clients emulator infra
	@touch $@

check: $(READY) ## Check format, lint, types and imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports

test: check ## Run the checks and the whole test suite, on all cores
	$(BIN)/python -m pytest -n auto

unit: $(READY) ## Run the quick tests only (unit and contract), on all cores
	$(BIN)/python -m pytest -n auto tests/unit tests/contract

test-ministack: $(READY) $(MINISTACK)/.ready ## Run the contracts on a second emulator of AWS, stricter than the first
	$(BIN)/python -m tests.contract.ministack --venv $(MINISTACK)

chaos: $(READY) ## Disturb a run of 100 jobs and check every guarantee: make chaos [JOBS=100] [SECONDS=120] [SEED=1]
	$(BIN)/python -m tests.reliability.chaos --jobs "$(or $(JOBS),100)" --seconds "$(or $(SECONDS),120)" --seed "$(or $(SEED),1)"

NODE_READY := frontend/node_modules/.package-lock.json

$(NODE_READY): frontend/package.json frontend/package-lock.json
	@node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null || { echo "The frontend needs Node 20.19 or later, with npm."; exit 1; }
	cd frontend && npm ci --ignore-scripts --no-audit --no-fund

test-frontend: $(READY) $(NODE_READY) ## Check and test the TypeScript client in Chromium (Node 20.19+; installs Chromium on Debian as root)
	@.ci/chromium
	cd frontend && npm run --silent check && CASEWORK_PYTHON="$(abspath $(BIN)/python)" npm run --silent test

example: $(READY) $(NODE_READY) ## Serve the example page with the whole system behind it
	cd frontend && CASEWORK_PYTHON="$(abspath $(BIN)/python)" npm run --silent example

app: $(READY) $(NODE_READY) ## Build the caseworker's app and serve it, with the whole system and sample cases behind it
	cd frontend && CASEWORK_PYTHON="$(abspath $(BIN)/python)" npm run --silent app

app-build: $(NODE_READY) ## Write the app's static files to frontend/app/dist: make app-build [API=https://…] (config.json: docs/app.md)
	cd frontend && CASEWORK_API="$(API)" npm run --silent app-build

eval: $(READY) ## Measure the analyses on every case of tests/data: make eval [CASE=name] [QUICK=1] [WRITE=1]; real models with their keys set, kept with RECORD=1
	$(BIN)/python -m evals $(if $(CASE),--case "$(CASE)") $(if $(call on,$(QUICK)),--quick) $(if $(call on,$(WRITE)),--write)

eval-documents: $(READY) ## Measure how well documents are read: make eval-documents [FOLDER=PDFs with their true text]
	$(BIN)/python -m evals.documents $(if $(FOLDER),"$(FOLDER)")

format: $(READY) ## Format the code and fix what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

demo: $(READY) ## Start everything, run all analyses on the sample case, show what they found
	$(BIN)/python -m clients.demo

dev: $(READY) ## Run the whole system in the foreground, restarting on change
	$(BIN)/python -m infra.local

webhook-inbox: $(READY) ## Show the webhooks that arrive on this machine: make webhook-inbox [PORT=7804]
	@$(BIN)/python -m infra.local.webhook_inbox --port "$(or $(PORT),7804)"

token: $(READY) ## Print a development token: make token USER=u1 ROLE=user|admin
	@$(BIN)/python -m infra.local.token --user "$(USER)" --role "$(or $(ROLE),user)"

dlq: $(READY) ## List the dead letters of a stage: make dlq STAGE=dev|staging|prod [JSON=1]
	@$(BIN)/python -m infra.ops dlq --stage "$(or $(STAGE),dev)" $(if $(call on,$(JSON)),--json)

redrive: $(READY) ## Move dead letters back into their lane: make redrive STAGE=… [DRY_RUN=1] [LANE=high|normal] [JOB=id] [JSON=1]
	@$(BIN)/python -m infra.ops redrive --stage "$(or $(STAGE),dev)" $(if $(call on,$(DRY_RUN)),--dry-run) $(if $(LANE),--lane "$(LANE)") $(if $(JOB),--job "$(JOB)") $(if $(call on,$(JSON)),--json)

deploy: $(READY) ## Deploy a stage to AWS: make deploy STAGE=staging|prod [PARAMETERS="JwksUrl=https://…"] [ARCH=…] [YES=1] [WATCH=minutes] [REPLACE=name]
	$(BIN)/python -m infra.deploy up --stage "$(STAGE)" --architecture "$(or $(ARCH),arm64)" --parameters "$(PARAMETERS)" \
		--replace "$(REPLACE)" --watch "$(WATCH)" $(if $(call on,$(YES)),--yes)

destroy: $(READY) ## Delete a stage from AWS: make destroy STAGE=… CONFIRM=casework-…
	$(BIN)/python -m infra.deploy down --stage "$(STAGE)" --confirm "$(CONFIRM)"

$(MINISTACK)/.ready $(CFN_LINT)/.ready build/audit/.ready: build/%/.ready: infra/deploy/requirements/%.txt $(READY)
	$(PYTHON) -m venv build/$*
	build/$*/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

detector: $(READY) build/detector/.ready ## Train the injection detector on evals/detector/texts, and print how well it does: make detector [DRY_RUN=1]
	PYTHONPATH=. build/detector/bin/python -m evals.detector $(if $(call on,$(DRY_RUN)),--dry-run)

build/detector/.ready: evals/detector/requirements.txt requirements.txt
	$(PYTHON) -m venv build/detector
	build/detector/bin/pip install --quiet --disable-pip-version-check --requirement requirements.txt --requirement $<
	@touch $@

check-template: $(READY) $(CFN_LINT)/.ready ## Check what would be deployed, without AWS: the template, its permissions, its limits
	$(BIN)/python -m infra.deploy.check_template --cfn-lint $(CFN_LINT)/bin/cfn-lint

test-deployed: $(READY) $(MINISTACK)/.ready ## Deploy the package to an emulated AWS and test it over HTTP
	MINISTACK_VENV=$(MINISTACK) $(BIN)/python -m pytest tests/deployed --timeout 1200

package: $(READY) ## Build the deployment package: make package [STAGE=staging|prod] [ARCH=arm64|x86_64] [WRITE=1: THIRD-PARTY.md]
	$(BIN)/python -m infra.deploy.package --stage "$(or $(STAGE),staging)" --architecture "$(or $(ARCH),arm64)" $(if $(call on,$(WRITE)),--write)

audit: $(READY) build/audit/.ready ## Check what ships for known vulnerabilities
	$(BIN)/python -m infra.deploy.audit --pip-audit build/audit/bin/pip-audit

status: $(READY) ## Show open jobs, queues and failures of a stage: make status STAGE=dev|staging|prod [IDS=1] [JSON=1]
	@$(BIN)/python -m infra.ops status --stage "$(or $(STAGE),dev)" $(if $(call on,$(IDS)),--ids) $(if $(call on,$(JSON)),--json)

inspect: $(READY) ## Show one job, with its timeline and errors: make inspect STAGE=… JOB=id [JSON=1]
	@$(BIN)/python -m infra.ops inspect --stage "$(or $(STAGE),dev)" --job "$(JOB)" $(if $(call on,$(JSON)),--json)

cost: $(READY) ## Show what the model providers cost: make cost STAGE=… [SINCE=7d|2026-06-01] [MODELS=1] [JSON=1]
	@$(BIN)/python -m infra.ops cost --stage "$(or $(STAGE),dev)" --since "$(or $(SINCE),7d)" $(if $(call on,$(MODELS)),--models) $(if $(call on,$(JSON)),--json)

run: $(READY) ## Start an analysis and follow it: make run STAGE=… CASE=id ANALYSIS=call|agent|form7801 [JSON=1]
	@$(BIN)/python -m infra.ops run --stage "$(or $(STAGE),dev)" --case "$(CASE)" --analysis "$(ANALYSIS)" $(if $(call on,$(JSON)),--json)

docs: $(READY) ## Write the pages of docs/ that come from the code
	$(BIN)/python -m docs.builder.configuration
	$(BIN)/python -m benchmarks.cost --write > /dev/null

docs-api: $(READY) ## Write docs/api.md from a run of the local system
	$(BIN)/python -m docs.builder.api

bench: $(READY) build/bench-venv/.ready $(MINISTACK)/.ready ## Compare cost and speed with other systems: make bench [WRITE=1 writes docs/performance.md]
	$(BIN)/python -m benchmarks $(if $(call on,$(WRITE)),--write)

latency: $(READY) build/bench-venv/.ready $(MINISTACK)/.ready ## Measure how long users wait for each sign of a job, on two systems: make latency [WRITE=1 writes docs/performance.md]
	$(BIN)/python -m benchmarks.latency $(if $(call on,$(WRITE)),--write)

scale: $(READY) build/bench-venv/.ready ## Simulate waiting times at 1, 10 and 100 times the load: make scale [WRITE=1 writes docs/scale.md]
	$(BIN)/python -m benchmarks.scale $(if $(call on,$(WRITE)),--write)

build/bench-venv/.ready: benchmarks/requirements-peers.txt
	$(PYTHON) -m venv build/bench-venv
	build/bench-venv/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

lock: ## Write the exact versions of pyproject.toml's dependencies to requirements*.txt
	$(PYTHON) -m venv build/lock && build/lock/bin/pip install --quiet uv==0.13.9
	build/lock/bin/uv pip compile --quiet --no-header --annotation-style line --python-version 3.11 pyproject.toml -o requirements.txt
	build/lock/bin/uv pip compile --quiet --no-header --no-annotate --python-version 3.11 --generate-hashes -c requirements.txt pyproject.toml -o requirements.hashes.txt
	build/lock/bin/uv pip compile --quiet --no-header --annotation-style line --python-version 3.11 --group dev -c requirements.txt pyproject.toml -o requirements-dev.txt

clean: ## Remove what the targets above made
	rm -rf $(VENV) build dist frontend/node_modules frontend/dist frontend/app/dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
