"""Installations of a test's own, with nothing in them or filled once."""

from __future__ import annotations

import pytest

from installations import installed


@pytest.fixture
def empty(tmp_path):
    """An installation that nothing was done in yet."""
    with installed(tmp_path / "empty") as made:
        yield made


@pytest.fixture(scope="session")
def _model(tmp_path_factory, migrated):
    """Filled once; every test gets a copy."""
    with installed(tmp_path_factory.mktemp("model") / "data", migrated) as made:
        made.run("fill")
        yield made


@pytest.fixture
def filled(_model, tmp_path):
    """An installation with a child, an encrypted file and a trail."""
    with installed(tmp_path / "filled", _model) as made:
        yield made
