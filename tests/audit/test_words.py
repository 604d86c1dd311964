"""Every verb and every fact that is recorded anywhere has its words, and no word is left over."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from oosc.audit.words import FACTS, GROUPS, SEEING, VERBS

SOURCE = Path(__file__).resolve().parents[2] / "src" / "oosc"
VERB = re.compile(r"[a-z_]+\.[a-z_]+")
RECORDERS = ("trail.record", "trail.record_each")
# Facts of `**` and of a mapping, which no keyword names.
INSIDE = {
    "withdrawn", "to_person",  # run.roster_withdrawn
    "created", "changed", "unchanged", "doubtful",  # the counts of child.received
}  # fmt: skip


def _texts(tree: ast.AST) -> set[str]:
    values = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {value for value in values if isinstance(value, str) and VERB.fullmatch(value)}


def _recorded() -> tuple[dict[str, str], dict[str, str]]:
    """The verbs and the facts of every call, each with the file that has it."""
    verbs: dict[str, str] = {}
    facts: dict[str, str] = {}
    for path in SOURCE.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not ast.unparse(node.func).endswith(RECORDERS):
                continue
            named = _texts(node.args[0])
            # A verb in a variable is one of those that its module spells out.
            for verb in named or {text for text in _texts(tree) if text in VERBS}:
                verbs[verb] = str(path)
            assert named or isinstance(node.args[0], ast.Name), path
            facts |= {k.arg: str(path) for k in node.keywords if k.arg not in (None, "by")}
    return verbs, facts


def test_every_verb_has_its_words_and_none_is_left_over():
    verbs, _ = _recorded()

    assert {verb: path for verb, path in verbs.items() if verb not in VERBS} == {}
    assert set(VERBS) - set(verbs) == set()


def test_every_fact_has_its_name_and_none_is_left_over():
    _, facts = _recorded()

    assert {fact: path for fact, path in facts.items() if fact not in FACTS} == {}
    assert set(FACTS) - set(facts) - INSIDE == set()


@pytest.mark.parametrize("words", [*VERBS.values(), *FACTS.values()])
def test_words_are_chinese(words):
    assert not re.search(r"[a-z_]", words)


def test_every_verb_is_in_a_group_of_the_filter_and_every_group_has_some():
    starts = {start for _, beginnings in GROUPS.values() for start in beginnings}

    assert [verb for verb in VERBS if not verb.startswith(tuple(starts))] == []
    assert [s for s in starts if not any(verb.startswith(s) for verb in VERBS)] == []


def test_what_counts_as_seeing_a_child_is_recorded():
    assert set(SEEING) <= set(VERBS)
