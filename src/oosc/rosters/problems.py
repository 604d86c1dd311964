"""The problems of a roster, as they are kept: places and sentences, never what a cell said."""

from __future__ import annotations

import json
from collections.abc import Iterable

from rosterlink.reading import Problem


def to_json(problems: Iterable[Problem]) -> bytes:
    return json.dumps(
        [[p.sheet, p.row, p.column, p.heading, p.problem] for p in problems], ensure_ascii=False
    ).encode()


def from_json(data: bytes, file: str) -> tuple[Problem, ...]:
    return tuple(Problem(file, *place) for place in json.loads(data))
