"""Clauses, code and tests: what the page says is built is held by a test, and the list is true."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from oosc.portal.duties import DUTIES

ROOT = Path(__file__).resolve().parents[2]


def trace():
    spec = importlib.util.spec_from_file_location("trace_of_clauses", ROOT / "make" / "trace.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_said_to_be_built_is_held_by_a_test():
    marks = trace().marks()

    assert [duty.id for duty in DUTIES if duty.is_built and not marks.get(duty.id)] == []


def test_the_list_of_clauses_is_as_the_sources_are():
    """`make trace` writes it."""
    made = trace()

    assert made.TARGET.read_text("utf-8") == made.report()
