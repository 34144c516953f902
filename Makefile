# Two commands do all the set-up on a fresh machine:
#   make demo   listens to examples/ and writes JSON, MIDI and a picture to out/
#   make test   lint, types and every fast test; tests that need data or another program skip with a reason
# and, in many minutes:
#   make test-slow   the tests marked slow
#   make cluster-demo   a Dask cluster on this machine and a hundred recordings through it
PYTHON ?= python3
VENV := .venv
TEST_VENV := .venv-test
TOOL_VENV := .venv-tools
PIP_FLAGS := --quiet --disable-pip-version-check
CHECK_PYTHON := $(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info < (3, 15), "Python 3.11 to 3.14 is needed, this is %s; try: make PYTHON=python3.12" % sys.version.split()[0]'

.PHONY: demo cluster-demo test test-slow lint audit sbom translations mext clean

demo: $(VENV)/installed
	@mkdir -p out
	@$(VENV)/bin/mezzoforte analyze examples/*.ogg --quality best --out out --format json,midi,png

cluster-demo: $(VENV)/installed
	$(VENV)/bin/pip install $(PIP_FLAGS) -e '.[cpu,cluster]'
	@$(VENV)/bin/python -m benchmarks.batch.demo --out out/cluster

test: $(TEST_VENV)/installed lint
	$(TEST_VENV)/bin/python -m pytest -m 'not slow' -n auto --maxprocesses 4 --dist worksteal $(PYTEST_FLAGS)

test-slow: $(TEST_VENV)/installed
	$(TEST_VENV)/bin/python -m pytest -m slow $(PYTEST_FLAGS)

lint: $(TEST_VENV)/installed
	$(TEST_VENV)/bin/ruff check .
	$(TEST_VENV)/bin/ruff format --check .
	$(TEST_VENV)/bin/mypy
	$(TEST_VENV)/bin/lint-imports

# Known weaknesses of what a user installs, where PyPI's advisories answer
audit: $(VENV)/installed $(TOOL_VENV)/installed
	@$(TOOL_VENV)/bin/python .ci/audit.py "$$($(VENV)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"

# What a user installs, as a CycloneDX bill of materials beside the wheel
sbom: $(VENV)/installed $(TOOL_VENV)/installed
	@mkdir -p dist
	@$(TOOL_VENV)/bin/cyclonedx-py environment $(VENV)/bin/python --pyproject pyproject.toml --output-file dist/mezzoforte.cdx.json

$(VENV)/installed: pyproject.toml
	@$(CHECK_PYTHON)
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install $(PIP_FLAGS) -e '.[cpu,plot,bridge,page]'
	@touch $@

$(TEST_VENV)/installed: pyproject.toml
	@$(CHECK_PYTHON)
	$(PYTHON) -m venv $(TEST_VENV)
	$(TEST_VENV)/bin/pip install $(PIP_FLAGS) --upgrade 'pip>=25.1'
	$(TEST_VENV)/bin/pip install $(PIP_FLAGS) -e '.[cpu,plot,parquet,cluster,bridge,page]' --group train --group export --group test
	@touch $@

# Apart, so that what looks at an installation is no part of it
$(TOOL_VENV)/installed:
	$(PYTHON) -m venv $(TOOL_VENV)
	$(TOOL_VENV)/bin/pip install $(PIP_FLAGS) 'pip-audit>=2.7,<3' 'cyclonedx-bom>=7,<8'
	@touch $@

# The MuseScore plugin's words: from the table of words to .ts, .qm (needs Qt's lrelease) and words.js
translations:
	$(PYTHON) -m musescore_plugin.translations.build

# The MuseScore plugin as an extension for MuseScore 4.6 and later: dist/mezzoforte-VERSION.mext
mext: $(VENV)/installed
	@$(VENV)/bin/python -m bridge.mext

clean:
	rm -rf $(VENV) $(TEST_VENV) $(TOOL_VENV) out build dist *.egg-info
