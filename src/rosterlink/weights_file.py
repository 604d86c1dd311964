"""Weights in a dated file of JSON: what they are, and what they were estimated from.

    {"format": "rosterlink weights 1", "day": "2026-09-01", "version": "0.1.0",
     "weights": {"name": {"same": 0.0, …}, …},  "measured": {"name": {"same": [one, two], …}, …},
     "rows": {"police_hukou": 18084, …}, "pairs": {…}, "iterations": 6, "log_likelihood": 123.4}

`measured` counts how often each level was met between rows of one child and of two. Nothing in it
is of a person. What the package is shipped with is such a file, too.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from rosterlink.levels import COMPARISONS
from rosterlink.reading import Unreadable
from rosterlink.weights import Weights

FORMAT = "rosterlink weights 1"
SHIPPED = "weights.json"
MOST_BITS = 40.0  # no level says as much

Counts = Mapping[str, Mapping[str, tuple[float, float]]]


@dataclass(frozen=True)
class Trained:
    """`measured`: of each level, how often it was met between rows of one child, and of two."""

    day: str
    version: str
    weights: Weights
    measured: Counts
    provenance: Mapping[str, Any] = field(default_factory=dict)  # Any: counts by name

    @property
    def about(self) -> dict[str, Any]:  # Any: JSON
        """What `summary.json` says of the weights of a run."""
        told = ("rows", "pairs", "iterations", "log_likelihood")
        return {
            "day": self.day,
            "version": self.version,
            **{key: self.provenance[key] for key in told if key in self.provenance},
        }


def shipped() -> Trained:
    return _trained((files("rosterlink") / SHIPPED).read_text(encoding="utf-8"), SHIPPED)


def read_weights(path: Path) -> Trained:
    """Read a file that `rosterlink train` wrote.

    Raises:
        Unreadable: no such file, no weights in it, or those of other levels than these.
    """
    if not path.is_file():
        raise Unreadable(f"没有这个文件：{path}")
    try:
        return _trained(path.read_text(encoding="utf-8"), path.name)
    except UnicodeDecodeError as error:
        raise Unreadable(_not_weights(path.name)) from error


def write_weights(path: Path, trained: Trained) -> None:
    """Write a file of weights, whole or not at all."""
    told = {
        "format": FORMAT,
        "day": trained.day,
        "version": trained.version,
        **trained.provenance,
        "weights": trained.weights,
        "measured": trained.measured,
    }
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    beside.replace(path)


def check_weights_target(path: Path) -> None:
    """Refuse to write over what is no file of weights.

    Raises:
        Unreadable: the folder is not there, or another file or folder stands in the place.
    """
    if not path.parent.is_dir():
        raise Unreadable(f"没有这个文件夹：{path.parent}")
    if path.suffix != ".json":
        raise Unreadable(f"权重文件应以 .json 结尾：{path.name}")
    if path.exists():
        try:
            read_weights(path)
        except Unreadable as error:
            raise Unreadable(f"{path.name} 已存在，且不是权重文件；请换一个文件名") from error


def _not_weights(name: str) -> str:
    return f"{name} 不是 rosterlink train 写出的权重文件"


def _trained(text: str, name: str) -> Trained:
    try:
        told = json.loads(text)
    except ValueError as error:
        raise Unreadable(_not_weights(name)) from error
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise Unreadable(_not_weights(name))
    if not _is_complete(told.get("weights")) or not _is_complete(told.get("measured"), pairs=True):
        raise Unreadable(f"{name} 中的权重与本版本的比对项目不符；请用本版本重新训练")
    weights, measured = told.pop("weights"), told.pop("measured")
    told.pop("format")
    day, version = str(told.pop("day", "")), str(told.pop("version", ""))
    return Trained(day, version, weights, _as_pairs(measured), told)


def _is_complete(given: Any, pairs: bool = False) -> bool:  # Any: JSON
    """Whether there is a number (or two) for each level, and for nothing else."""
    levels = {c.code: {level.code for level in c.levels} for c in COMPARISONS}
    if not isinstance(given, dict) or given.keys() != levels.keys():
        return False
    if not all(isinstance(of, dict) and of.keys() == levels[code] for code, of in given.items()):
        return False
    values = [value for of in given.values() for value in of.values()]
    if pairs:
        return all(isinstance(v, list) and len(v) == 2 and all(map(_is_count, v)) for v in values)
    return all(_is_number(v) and abs(v) <= MOST_BITS for v in values)


def _is_count(value: Any) -> bool:  # Any: JSON
    return _is_number(value) and value >= 0


def _is_number(value: Any) -> bool:  # Any: JSON
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _as_pairs(measured: Mapping[str, Mapping[str, list[float]]]) -> Counts:
    return {
        code: {level: (one, two) for level, (one, two) in of.items()}
        for code, of in measured.items()
    }
