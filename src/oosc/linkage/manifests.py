"""The manifest of a run in words: all that it rests on, and the hash by which it is known."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from oosc.linkage.models import Run

LABELS = {"oosc": "平台、比对库", "duckdb": "DuckDB", "pyarrow": "Arrow"}
# The figures of the matching alone, in bits of evidence.
THRESHOLDS = {
    "link": "认定",
    "sure": "免人工",
    "alone": "只有彼此",
    "doubt": "存疑",
    "margin": "领先",
    "twice": "同侧再认",
    "keep": "保留",
}


def facts(run: Run) -> Iterator[tuple[str, str]]:
    """What stands in the manifest beside the rosters, as label and value."""
    told = run.manifest
    yield "判定日", str(told.get("on", run.judged_on))
    yield (
        "程序版本",
        "，".join(
            f"{LABELS.get(name, name)} {version}"
            for name, version in told.get("versions", {}).items()
        ),
    )
    yield "比对引擎", str(told.get("engine", "")) or "—"
    yield from _parameters(told.get("parameters", {}))
    yield "照办的人工判定", f"{told.get('decisions', 0):,} 条"


def digest(run: Run) -> str:
    """The hash of the manifest: two runs that rest on the same bear the same."""
    return hashlib.sha256(_canonical(run.manifest)).hexdigest()


def as_json(run: Run) -> bytes:
    """The manifest as a file, with what the run is called and its hash."""
    named = {"run": str(run), "region": run.region.code, "sha256": digest(run), **run.manifest}
    return json.dumps(named, ensure_ascii=False, indent=2).encode()


def _parameters(told: dict[str, Any]) -> Iterator[tuple[str, str]]:  # Any: JSON
    if "entry_age" in told:
        cutoff = f"{told.get('cutoff_month')} 月 {told.get('cutoff_day')} 日"
        yield "入学年龄", f"{cutoff}前满 {told['entry_age']} 周岁，义务教育 {told.get('years')} 年"
    if said := [f"{label} {told[name]:g}" for name, label in THRESHOLDS.items() if name in told]:
        yield "比对门槛（比特）", "，".join(said)


def _canonical(manifest: dict[str, Any]) -> bytes:  # Any: JSON
    words = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return words.encode()
