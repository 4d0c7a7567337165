# Two commands matter: `make report` and `make test`. Both set everything up first.
PYTHON ?= python3
FOLDER ?= data/sample
OUT    ?= reports
LANGS  ?= es,en
BIN    := .venv/bin
READY  := .venv/ready
# A file stays with one worker, so that what its tests share is made once.
WORKERS := --numprocesses=auto --maxprocesses=4 --dist=loadfile

.DEFAULT_GOAL := help
.PHONY: help report test lint notebooks sample lock clean

help: ## Say what there is to make
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 14

$(READY): requirements.lock pyproject.toml
	@echo "Setting up .venv from requirements.lock (once, a minute or two) …"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed; say: make PYTHON=python3.12 …" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

report: $(READY) ## Write OUT/index.html from FOLDER (default: reports/ from data/sample)
	@echo "Writing $(OUT)/index.html from $(FOLDER) …"
	@$(BIN)/alignment report $(FOLDER) --out $(OUT) --lang $(LANGS)

test: $(READY) lint ## Run everything: lint, types, tests, notebooks
	@echo "Running the tests …"
	@$(BIN)/python -m pytest $(WORKERS)
	@echo "Running the notebooks and comparing their outputs …"
	@$(BIN)/python -m pytest --nbval notebooks --nbval-cell-timeout=300 -p no:cacheprovider $(WORKERS)

lint: $(READY) ## Style and types
	@echo "Checking style and types …"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

notebooks: $(READY) ## Execute the notebooks in place, outputs kept
	@echo "Executing the notebooks …"
	@$(BIN)/python tools/execute_notebooks.py

sample: $(READY) ## Write data/sample/ again, bit for bit
	@echo "Simulating the sample company …"
	@$(BIN)/alignment simulate data/sample --seed 100 --truth data/sample-truth.json

lock: $(READY) ## Write environment.yml from requirements.lock
	@$(BIN)/python tools/environment.py

clean: ## Remove what these commands made
	@rm -rf .venv reports .mypy_cache .pytest_cache .ruff_cache .hypothesis
