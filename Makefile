# Two commands do all the set-up on a fresh machine:
#   make demo   listens to examples/ and writes JSON, MIDI and a picture to out/
#   make test   lint, types and every fast test; tests that need data or another program skip with a reason
# and, in many minutes:
#   make test-slow   the tests marked slow
PYTHON ?= python3
VENV := .venv
TEST_VENV := .venv-test
PIP_FLAGS := --quiet --disable-pip-version-check

.PHONY: demo transcribe test test-slow lint translations clean

demo: $(VENV)/installed
	@mkdir -p out
	@$(VENV)/bin/python -m runtime.analyze examples/*.ogg --quality best --out out --format json,midi,png

# The transcriber basic-pitch for --transcribe basic-pitch: only its model file is used, none of its dependencies
transcribe: $(VENV)/installed
	$(VENV)/bin/pip install $(PIP_FLAGS) --no-deps 'basic-pitch>=0.4,<0.5'
	@$(VENV)/bin/python -c 'from runtime.transcribe import load; print(load("basic-pitch").identity)'

test: $(TEST_VENV)/installed lint
	$(TEST_VENV)/bin/python -m pytest -m 'not slow' $(PYTEST_FLAGS)

test-slow: $(TEST_VENV)/installed
	$(TEST_VENV)/bin/python -m pytest -m slow $(PYTEST_FLAGS)

lint: $(TEST_VENV)/installed
	$(TEST_VENV)/bin/ruff check .
	$(TEST_VENV)/bin/ruff format --check .
	$(TEST_VENV)/bin/mypy
	$(TEST_VENV)/bin/lint-imports

$(VENV)/installed: pyproject.toml
	$(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info < (3, 14), "Python 3.11 to 3.13 is needed, this is %s; try: make PYTHON=python3.12" % sys.version.split()[0]'
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install $(PIP_FLAGS) -e '.[cpu,plot]'
	@touch $@

$(TEST_VENV)/installed: pyproject.toml
	$(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info < (3, 14), "Python 3.11 to 3.13 is needed, this is %s; try: make PYTHON=python3.12" % sys.version.split()[0]'
	$(PYTHON) -m venv $(TEST_VENV)
	$(TEST_VENV)/bin/pip install $(PIP_FLAGS) -e '.[cpu,plot,bridge,train,export,test]'
	@touch $@

# The MuseScore plugin's words: from the translators' .ts files to .qm (needs Qt's lrelease) and texts.js
translations:
	$(PYTHON) musescore_plugin/translations/build.py

clean:
	rm -rf $(VENV) $(TEST_VENV) out build dist *.egg-info
