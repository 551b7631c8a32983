# `make demo` and `make test` need git, make and Python >= 3.11, nothing else. Both fill .venv themselves.

PYTHON ?= python3
VENV := .venv
# uv, Node.js and the tools live in the virtual environment; nothing else on the machine is used or changed.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# jsii takes JSII_NODE before PATH; the one in the environment is the one that the tests are about.
unexport JSII_NODE
# Compiled modules halve the time in which aws_cdk is imported.
unexport PYTHONDONTWRITEBYTECODE
READY := $(VENV)/.ready
# More than two cores do: many tests wait for processes.
JOBS ?= 3

.PHONY: demo test test-lowest test-newest test-resolved lint types unit golden clients docs site lock facts bench plots mutants build clean help

help: ## Say what each command does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: $(READY) ## Synthesize the quick start, show what it makes, and run its job here
	@rm -rf .cache/demo && CDK_OUTDIR=.cache/demo python examples/quickstart/app.py
	@batch-constructs show --tables .cache/demo
	@echo "batch-constructs local run .cache/demo Hello"
	@batch-constructs local run .cache/demo Hello 2>&1
	@echo "batch-constructs local run .cache/demo Hello --command 'sh -c \"exit 3\"'"
	@batch-constructs local run .cache/demo Hello --command 'sh -c "exit 3"' 2>&1 || test $$? = 3

test: lint types unit ## Lint, types and every test

test-lowest: RESOLUTION := lowest-direct
test-lowest: PYTHON_VERSION := 3.11
test-lowest: test-resolved ## Every test again, with the oldest versions that the package allows

test-newest: RESOLUTION := highest
test-newest: PYTHON_VERSION = $(shell python -c 'import platform; print(platform.python_version())')
test-newest: test-resolved ## Every test again, with the newest versions on the package index, of aws-cdk-lib above all

# The tools are those of the lock, what the package depends on is resolved anew.
test-resolved: $(READY)
	uv pip compile --quiet --upgrade --python-version $(PYTHON_VERSION) --resolution $(RESOLUTION) --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links pyproject.toml -o .cache/$(RESOLUTION).txt
	uv venv --quiet --allow-existing --python $(VENV)/bin/python .cache/$(RESOLUTION)
	uv pip sync --quiet --python .cache/$(RESOLUTION)/bin/python --require-hashes requirements.lock
	uv pip install --quiet --python .cache/$(RESOLUTION)/bin/python --requirement .cache/$(RESOLUTION).txt
	uv pip install --quiet --python .cache/$(RESOLUTION)/bin/python --no-deps --editable .
	PATH=$(CURDIR)/.cache/$(RESOLUTION)/bin:$$PATH pytest -n $(JOBS) --dist worksteal $(ARGS)

lint: $(READY)
	ruff check .
	ruff format --check .

types: $(READY)
	mypy

unit: $(READY)
	pytest -n $(JOBS) --dist worksteal

golden: $(READY) ## Write the examples' golden templates anew
	pytest tests/test_examples.py -k reviewed --snapshot-update
	cd examples/own_repository && pytest --snapshot-update

CLIENTS := airflow workflows
clients: $(READY) ## Run jobs of the local Batch with Airflow, Snakemake, Metaflow and Luigi (700 MB)
	for name in $(CLIENTS); do \
		uv venv --quiet --allow-existing --python $(VENV)/bin/python .cache/clients/$$name && \
		uv pip sync --quiet --python .cache/clients/$$name/bin/python tests/local/clients/$$name.txt || exit 1; \
	done
	CLIENTS=.cache/clients pytest -n $(JOBS) tests/local/clients $(ARGS)

docs: $(READY) ## Write the pages that are made from the code, and build the site (offline, strictly)
	python docs/build.py
	NO_MKDOCS_2_WARNING=1 mkdocs build --quiet --strict

site: docs ## The same, as hosts of sites call it

facts: $(READY) ## Regenerate the instance facts from moto's data (ARGS=--from-account: from yours)
	python -m batch_constructs.facts.regenerate $(ARGS)

bench: $(READY) ## Compare with hand-written L2 code and with moto, and time the rest
	python bench/run.py $(ARGS)
	python bench/local_batch.py

plots: $(READY) ## Measure how time grows with size, and draw it for the documentation
	python bench/growth.py docs/pictures

mutants: $(READY) ## Make small mistakes in the package, and count those that the tests notice (N=40 SEED=1 ROOMS=facts)
	python -m tests.mutants -n $(or $(N),40) $(if $(SEED),--seed $(SEED)) --jobs $(JOBS) $(ROOMS)

lock: ## Pin all tools anew, with their hashes
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-emit-find-links --extra node --group dev pyproject.toml -o requirements.lock
	for name in $(CLIENTS); do \
		uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url \
			--no-emit-find-links tests/local/clients/$$name.in -o tests/local/clients/$$name.txt || exit 1; \
	done

# Done again only when what it depends on has changed.
$(READY): requirements.lock pyproject.toml
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	test -x $(VENV)/bin/uv || $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv
	uv pip sync --quiet --python $(VENV)/bin/python --compile-bytecode --require-hashes requirements.lock
	uv pip install --quiet --python $(VENV)/bin/python --no-deps --editable .
	touch $@

build: $(READY) ## Make the wheel and the source distribution
	rm -rf dist
	uv build --quiet --no-build-isolation

clean: ## Remove what the commands made
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis cdk.out dist
