"""A small register of its own, so that the vault is tested without the rooms above it."""

from __future__ import annotations

import pytest
from django.db import connection

from oosc.vault import fields
from vault import register


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture(scope="session")
def register_tables(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            for model in register.MODELS:
                editor.create_model(model)
        yield
        with connection.schema_editor() as editor:
            for model in register.MODELS:
                editor.delete_model(model)


@pytest.fixture
def registered(register_tables, db, monkeypatch):
    """The tables of the register, which stand in no room's list of models."""
    monkeypatch.setattr(fields, "apps", register.ROOM)
