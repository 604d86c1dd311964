# Every command first brings this clone to its lock files, and is quick when nothing changed.
# For every command: PORT=8000, and OOSC_DATA=folder where this installation's data lie.

SHELL := /bin/bash
PYTHON := .venv/bin/python

.PHONY: demo test serve check fix cover trace bench lock manage install
.DEFAULT_GOAL := help

help: ## list the commands
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 14

install:
	@make/install.sh

demo: install ## install, load the example subdistrict, serve
	@make/packages.sh fonts-noto-cjk && $(PYTHON) manage.py load_demo && exec $(PYTHON) manage.py serve

test: install ## install, run every test; ARGS=tests/cases for some
	@make/test.sh $(ARGS)

serve: install ## back up where there is something to migrate, migrate, serve this machine's own data
	@make/packages.sh fonts-noto-cjk || echo "Serving without the font: papers cannot be printed." >&2
	@exec $(PYTHON) manage.py serve

check: install ## format, lint, types, imports, templates, migrations; changes nothing
	@make/check.sh

fix: install ## mend what can be mended
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

cover: install ## say how much of the code the tests run through; fails under what is asked
	@make/cover.sh

trace: install ## write docs/traceability.md
	@$(PYTHON) make/trace.py

bench: install ## time the matching and the pages on made-up data, and write the figures
	@make/peers.sh
	@$(PYTHON) make/bench.py $(ARGS)

lock: install ## renew the lock files
	@make/lock.sh

manage: install ## any command of Django: make manage ARGS="back_up FILE"
	@$(PYTHON) manage.py $(ARGS)
