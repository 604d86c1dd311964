"""Logs: JSON lines, without anything personal."""

from __future__ import annotations

import json
import logging
import re

# The last net: an identity number or a phone that found its way into a log line, and Chinese words
# that somebody typed into an address, which Django writes as escapes.
_PERSONAL = re.compile(r"\d{15,18}[\dXx]?|1[3-9]\d{9}|(?:\\+u[0-9A-Fa-f]{4})+|(?:%[0-9A-Fa-f]{2})+")


class Redact(logging.Filter):
    """Blots out whatever looks like an identity number, a phone or a name in an address."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _PERSONAL.sub("[已遮]", record.getMessage())
        record.args = ()
        return True


class Json(logging.Formatter):
    """One line of JSON. A traceback names places in the code, never values."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.msg,
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _places(record)
        return json.dumps(line, ensure_ascii=False)


def _places(record: logging.LogRecord) -> list[str]:
    places = []
    trace = record.exc_info[2] if record.exc_info else None
    while trace:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-12:]
