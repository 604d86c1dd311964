"""Nothing personal is written to a log."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from oosc.portal.logs import Json, Redact


def _logged(message: str, *arguments: object, error: bool = False) -> dict[str, object]:
    trace = sys.exc_info() if error else None
    record = logging.LogRecord("oosc", logging.ERROR, "x.py", 1, message, arguments, trace)
    assert Redact().filter(record)
    return json.loads(Json().format(record))


@pytest.mark.parametrize(
    "number", ["990001201603071236", "99000120160307123X", "990001160307123", "13800001234"]
)
def test_a_number_in_a_line_is_blotted_out(number):
    line = _logged("row %s refused", f"号码{number}。")

    assert number not in json.dumps(line, ensure_ascii=False)
    assert "[已遮]" in line["message"]


def test_a_traceback_names_places_and_no_values():
    try:
        raise ValueError("竹知远 990001201603071236")
    except ValueError:
        line = _logged("failed", error=True)

    text = json.dumps(line, ensure_ascii=False)
    assert line["error"] == "ValueError"
    assert "test_logs.py" in text
    assert "竹知远" not in text
    assert "9900012016" not in text
