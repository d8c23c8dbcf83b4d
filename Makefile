# Every target explains itself: run `make` alone for the list.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export SCRIBEKIT_OUTPUT ?= demo_output
SEED ?= random
# What the caller's shell happens to hold must not reach the tests or the demo.
MODELS := $(VENV)/models
CLEAN_ENV := env -u ASSEMBLYAI_API_KEY -u ASSEMBLYAI_BASE_URL -u PYTHONDONTWRITEBYTECODE
# All tests of a file run in one process. How many processes there are, and which files come first, says tests/conftest.py.
# A process that dies is not replaced: its test fails, and the others go on. With a new one, xdist may wait for ever.
PYTEST = $(BIN)/python -m pytest --numprocesses=auto --dist=loadfile --no-loadscope-reorder --max-worker-restart=0

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# The stamp is newer than what it was made from, so a second call installs nothing.
$(READY): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python tools/install.py "pip into $(VENV)" "pip>=25.1"
	@$(BIN)/python tools/install.py "scribekit and all that its tests need (once; one to two minutes)" --editable ".[local]" --group dev
	@touch $@

.PHONY: install
install: $(READY) ## Make .venv with everything that the other targets need

.PHONY: demo
demo: $(READY) ## Transcribe the sample library on this machine and show every step
	@$(BIN)/python tools/fetch_models.py $(MODELS)
	@$(CLEAN_ENV) SCRIBEKIT_CACHE=$(abspath $(MODELS)) $(BIN)/python tools/demo.py --output $(SCRIBEKIT_OUTPUT)

.PHONY: test
test: $(READY) ## Run all tests: unit, service, engine, notebooks, browser
	@tools/chromium.sh $(BIN)/python
	@$(BIN)/python tools/fetch_models.py $(MODELS)
	@$(CLEAN_ENV) SCRIBEKIT_TEST_MODELS=$(abspath $(MODELS)) $(PYTEST) --nbmake --nbmake-timeout=-1 tests notebooks

.PHONY: test-quick
test-quick: $(READY) ## Run the tests that need no browser, no real recogniser, no notebook and no more than a second or two each
	@$(CLEAN_ENV) $(PYTEST) -p no:nbmake -m "not browser and not notebook and not recogniser and not long" --hypothesis-profile=quick

.PHONY: check
check: $(READY) ## Lint, format, types, import floors, clean notebooks, widgets as built
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python tools/check_notebooks.py notebooks
	@$(BIN)/python tools/write_table_docs.py --check
	@$(BIN)/python tools/write_option_docs.py --check
	@tools/frontend.sh $(BIN)/python check

.PHONY: widgets
widgets: $(READY) ## Build the widgets' browser side from frontend/ into the package
	@tools/frontend.sh $(BIN)/python build

.PHONY: bench
bench: $(READY) ## Measure the engine beside the SDK's own group calls, then all else (three quarters of an hour)
	@$(CLEAN_ENV) $(BIN)/python benchmarks/bench_batch.py
	@$(CLEAN_ENV) $(BIN)/python benchmarks/bench_batch.py --suite large
	@$(CLEAN_ENV) $(BIN)/python benchmarks/bench_frames.py
	@$(CLEAN_ENV) $(BIN)/python benchmarks/bench_search.py --recordings 5000
	@$(CLEAN_ENV) $(BIN)/python benchmarks/bench_plan.py
	@$(CLEAN_ENV) $(BIN)/python benchmarks/bench_review.py
	@$(CLEAN_ENV) $(BIN)/python benchmarks/bench_tables.py --recordings 5000 --index

.PHONY: nasty
nasty: $(READY) ## Take ten times more generated manifests, transcripts and references through every verb (make nasty SEED=7)
	@$(CLEAN_ENV) $(PYTEST) -p no:nbmake tests/journeys/test_nasty_*.py --hypothesis-profile=deep --hypothesis-seed=$(SEED)

.PHONY: chaos
chaos: $(READY) ## Transcribe through twenty seeds of every fault and of outages, and check the service's counters
	@$(CLEAN_ENV) $(BIN)/python benchmarks/chaos.py

.PHONY: notebook
notebook: $(READY) ## Open the notebooks in JupyterLab
	@$(BIN)/jupyter lab notebooks

.PHONY: pictures
pictures: $(READY) ## Take the README's pictures of the widgets, from the real thing
	@tools/chromium.sh $(BIN)/python
	@$(CLEAN_ENV) $(BIN)/python tools/take_pictures.py

.PHONY: clean
clean: ## Remove what the other targets made, .venv included
	rm -rf $(VENV) demo_output artefacts dist frontend/node_modules frontend/built-tests .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
