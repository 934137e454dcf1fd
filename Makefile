# Everything here needs only Python (3.11 or newer), make and a network.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: report test lab bench notebooks lock sample clean

report: $(STAMP)  ## the main job: the sample portfolio, from exports to published reports
	$(BIN)/pmo run

test: export PYTHONDONTWRITEBYTECODE =
test: $(STAMP)  ## lint, types and all tests; kernels and commands in them start from bytecode
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n auto --dist worksteal

lab: $(STAMP)  ## JupyterLab on the notebooks
	$(BIN)/pmo check --quiet || test $$? -eq 1
	$(BIN)/jupyter lab --notebook-dir=. notebooks/03_kpi_report.ipynb

bench: $(STAMP)  ## speed, as ratios measured in one run
	PYTHONPATH=. $(BIN)/python tests/bench.py

# pip, not uv: it obeys a company's own pip settings, and compiles bytecode as it installs.
$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; sys.exit('Python 3.11 or newer is needed, this is ' + sys.version.split()[0]) if sys.version_info < (3, 11) else None"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

notebooks: $(STAMP)  ## write the parameters, as pmo_lib.parameters declares them, into the notebooks
	$(BIN)/python -m pipelines.notebooks

lock:  ## renew requirements.lock: exact versions and hashes for every system, no addresses
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet "uv>=0.13"
	.venv-lock/bin/uv pip compile --quiet --universal --upgrade --generate-hashes --no-header \
		--group dev pyproject.toml --output-file requirements.lock
	rm -rf .venv-lock

sample: $(STAMP)  ## write the synthetic portfolio anew
	$(BIN)/pmo sample data/raw

clean:  ## all that was generated
	rm -rf .venv .venv-lock data/processed .mypy_cache .pytest_cache .ruff_cache .hypothesis build *.egg-info
