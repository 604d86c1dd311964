"""What the clauses are called on a page."""

from __future__ import annotations

import pytest

from oosc.kernel import notice


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("SQ-2a（通知未写时限）", "社区居委会（二）（通知未写时限）"),
        ("MZ-3b", "社会事务办〔民政〕（三）"),
        ("《未成年人保护法》第十一条", "《未成年人保护法》第十一条"),
        ("GB-1", "GB-1"),
    ],
)
def test_a_clause_is_called_by_its_body_and_numeral(code: str, words: str):
    assert notice.in_words(code) == words
