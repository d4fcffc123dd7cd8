# Each target works by itself on a fresh checkout: the environment is made when it is first needed
# and again when what it is made from has changed.

PYTHON := .venv/bin/python
READY := .venv/.ready

.PHONY: run demo test guarantees soak check static screenshots screenshots-current bench format lock

run: $(READY)
	@$(PYTHON) -m sessionscope

demo: $(READY)
	@$(PYTHON) -m sessionscope demo

test: $(READY)
	$(PYTHON) -m pytest

guarantees: $(READY)
	$(PYTHON) -m tests.guarantees

soak: $(READY)
	$(PYTHON) -m pytest -m soak --log-cli-level=info

check: static test screenshots-current

static: $(READY)
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy
	.venv/bin/lint-imports --no-logo

screenshots: $(READY)
	$(PYTHON) screenshots/take.py

screenshots-current: $(READY)
	$(PYTHON) screenshots/take.py --check

bench: $(READY)
	$(PYTHON) benchmarks/ingest.py
	$(PYTHON) benchmarks/fairness.py

format: $(READY)
	$(PYTHON) -m ruff format
	$(PYTHON) -m ruff check --fix

# Needs uv: resolves anew what pyproject.toml asks for, and writes it down for uv and for pip.
lock:
	uv lock
	uv export --frozen --quiet --no-emit-project --no-annotate --output-file .ci/requirements.txt

$(READY): pyproject.toml uv.lock .ci/requirements.txt .ci/environment
	@.ci/environment
	@touch $@
