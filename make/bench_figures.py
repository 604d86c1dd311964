"""What the parts of the bench share: a figure, and how a command is timed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ON = "2026-09-01"
Figure = tuple[str, str, str, str]  # what, measured, budget, remark


def timed(
    command: Sequence[str], environment: Mapping[str, str] | None = None
) -> tuple[float, int]:
    """Run a command; return its seconds and the most memory of it or a child of its, in MB."""
    probe = (
        "import resource, subprocess, sys, time;"
        "began = time.perf_counter();"
        "code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode;"
        "took = time.perf_counter() - began;"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024;"
        "print(took, used); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, *command],
        env={**os.environ, **(environment or {})},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    seconds, megabytes = done.stdout.split()
    return float(seconds), int(megabytes)


def bin_(name: str) -> str:
    return str(Path(sys.executable).parent / name)
