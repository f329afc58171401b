# make run    the dashboard on http://127.0.0.1:8501, with sample data when the database is new
# make test   everything: lint, types, unit, PostgreSQL and browser tests
# make quick  lint, types and the unit tests on SQLite without the slow ones: for the inner loop
# make failed what failed the last time
# make screenshots  every page as a picture, into docs/screenshots
# make plotly  the browser's chart library in the version that the installed Plotly was made for
# make fonts  what is sent in place of the fonts of the installed Streamlit
# make audit  compares the lock file with known advisories; needs the network
# make bench  speed and memory, each figure beside a yardstick from the same run

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check
JOBS   ?= 2

# Without bytecode every process compiles the tests and the product again: 7 seconds for each that runs tests.
export PYTHONDONTWRITEBYTECODE =

.PHONY: run test quick failed bench screenshots plotly fonts check lint types unit lock clean

run: $(VENV)/.run
	$(BIN)/outreach-results demo --if-new
	$(BIN)/outreach-results serve

test: $(VENV)/.test
	tests/install-programs
	$(MAKE) check

quick: $(VENV)/.test
	$(MAKE) lint types
	OUTREACH_TEST_EXAMPLES=10 $(BIN)/python -m pytest -q -n $(JOBS) -m "not slow and not browser and not postgres"

failed: $(VENV)/.test
	$(BIN)/python -m pytest -q --last-failed --last-failed-no-failures none

# ONLY=load,export measures some sections; see tests/performance/__main__.py.
bench: $(VENV)/.test
	tests/install-programs
	ONLY=$(ONLY) $(BIN)/python tests/performance

check: lint types unit

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy
	$(BIN)/mypy --config-file tests/mypy.ini

# A process runs whole files, so that it builds what a file shares once; in the order of collection, which ends with
# short ones.
unit:
	$(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder

screenshots: $(VENV)/.test
	$(BIN)/python docs/make_screenshots.py

# From the registry that npm is set up with. Run it after an update of Plotly: a test says so.
CHARTS  := src/outreach_results/server/plotly
PACKAGE := plotly.js-cartesian-dist-min
plotly: $(VENV)/.run
	set -e; folder=$$(mktemp -d); trap 'rm -r "$$folder"' EXIT; \
	version=$$($(BIN)/python -c 'from plotly.offline import get_plotlyjs_version as v; print(v())'); \
	npm pack --silent --pack-destination "$$folder" "$(PACKAGE)@$$version"; \
	tar -xzf "$$folder"/*.tgz -C "$$folder" --strip-components 1; \
	cp "$$folder"/plotly-cartesian.min.js "$$folder"/LICENSE $(CHARTS)/; \
	hash=$$(sha256sum $(CHARTS)/plotly-cartesian.min.js | cut -d ' ' -f 1); \
	printf '{"package": "%s", "version": "%s", "sha256": "%s"}\n' $(PACKAGE) "$$version" "$$hash" > $(CHARTS)/version.json

# Run it after an update of Streamlit: a test says so.
fonts: $(VENV)/.run
	$(PIP) "fonttools[woff]"
	$(BIN)/python docs/make_fonts.py

# The lock files hold every version and hash, and no index address; a stamp makes the second time quick.
$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make run PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.test: requirements-test.lock $(VENV)/.run
	$(PIP) --require-hashes -r requirements-test.lock
	touch $@

# After editing the dependencies in pyproject.toml.
lock:
	$(PIP) uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --extra build \
	    pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --extra build --extra test \
	    -c requirements.lock pyproject.toml -o requirements-test.lock

# In an environment of its own: its dependencies are none of the product's.
audit: $(VENV)/bin/python
	$(BIN)/python -m venv $(VENV)/audit
	$(VENV)/audit/bin/pip install --quiet --disable-pip-version-check pip-audit
	$(VENV)/audit/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
