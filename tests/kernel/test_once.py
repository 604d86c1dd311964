"""A question is answered once while a page is read, and anew everywhere else."""

from __future__ import annotations

import pytest

from oosc.kernel.once import once, reading


@pytest.fixture
def asked():
    return []


@pytest.fixture
def ask(asked):
    @once
    def answer(what: str, *, loud: bool = False) -> list[str]:
        asked.append(what)
        return [what.upper() if loud else what]

    return answer


def test_outside_of_reading_every_call_asks(ask, asked):
    ask("a"), ask("a")

    assert asked == ["a", "a"]


def test_while_a_page_is_read_each_question_is_asked_once(ask, asked):
    with reading():
        assert ask("a") is ask("a")
        assert ask("a", loud=True) == ["A"]
        ask("b")

    assert asked == ["a", "a", "b"]


def test_the_next_page_asks_anew(ask, asked):
    for _ in range(2):
        with reading():
            ask("a")

    assert asked == ["a", "a"]


def test_a_page_that_breaks_leaves_no_answers_behind(ask, asked):
    @once
    def breaks() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"), reading():
        breaks()

    ask("a"), ask("a")
    assert asked == ["a", "a"]


def test_two_questions_of_the_same_words_are_two(ask, asked):
    @once
    def other(what: str) -> str:
        return "other"

    with reading():
        assert ask("a") == ["a"]
        assert other("a") == "other"
