# Everything starts here; only Python 3.11 (or later) and make are needed.

.PHONY: setup run test test-long bench docs translations requirements pictures package

setup:            ## make .venv and compile the translations
	@tools/setup

run: setup        ## a demonstration on this machine: http://localhost:8000
	@bin/paraat run

test:             ## all tests, with the time of every stage
	@tools/setup development
	@.venv/bin/python tools/test.py

test-long:        ## the same with many more examples, and the slow ones
	@tools/setup development
	@PARAAT_HYPOTHESIS=long .venv/bin/python tools/test.py

bench:            ## the benchmarks; ONLY=name for one
	@tools/setup development
	@.venv/bin/python -m tests.benchmarks $(ONLY)

docs:             ## write docs/settings.md and docs/commands.md from the code
	@tools/setup development
	@COLUMNS=200 .venv/bin/python tools/documentation.py

translations:     ## take every text from code and templates into the catalogues
	@tools/setup development
	@.venv/bin/python tools/translations.py update

requirements:     ## renew requirements*.txt after a change of pyproject.toml
	@.venv/bin/python tools/requirements.py

pictures:         ## take the pictures of the documentation from a running demonstration
	@tools/setup development
	@.venv/bin/python tools/pictures.py

package:          ## the wheel, with compiled translations and static files, in dist/
	@tools/setup development
	@.venv/bin/python tools/package.py
