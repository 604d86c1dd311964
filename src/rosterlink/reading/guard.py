"""Run a child on a workbook, within limits, in a folder of its own."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rosterlink.reading.answer import Unreadable
from rosterlink.reading.limits import Limits

VERDICT_BYTES = 1_000_000

REFUSALS = {
    "password": "工作簿设有密码，请取消密码后另存再上传。",
    "memory": "工作簿内容过大，读取时超出内存限额，请拆分或删除多余的格式后再上传。",
    "sheets": "工作簿里的工作表过多，请只保留表格所在的工作表。",
    "columns": "工作表的列过多，请删除表格右侧多余的列后另存再上传。",
    "rows": "工作表的行过多，请删除表格下方多余的行后另存再上传。",
    "corrupt": "工作簿已损坏或格式不对，无法读取，请用表格软件打开后另存为 .xlsx 再上传。",
}
DIED = "工作簿无法在限定的时间和内存内读完，请用表格软件另存为 .xlsx，并删除表格以外的内容。"

# Nothing of the caller's environment reaches the child but where temporary files go; Arrow's
# own allocators reserve address space by the gigabyte, which would count against the limit.
ENVIRONMENT = {"ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}


@contextmanager
def child(
    script: str, workbook: Path, limits: Limits, told: bytes = b""
) -> Iterator[tuple[Path, dict[str, Any]]]:  # Any: the verdict is JSON
    """Run a script of this folder on a workbook; yield its folder and its verdict.

    `told` is what it reads from its input. Its folder, with rows in clear, lies where Python puts
    temporary files (`tempfile.tempdir`), and is gone when the block ends.

    Raises:
        Unreadable: the child refused the workbook, was killed, or died of it.
    """
    with tempfile.TemporaryDirectory(prefix="rosterlink-") as name:
        folder = Path(name)
        _run(script, workbook, folder, limits, told)
        yield folder, _verdict(folder)


def _run(script: str, workbook: Path, folder: Path, limits: Limits, told: bytes) -> None:
    command = [sys.executable, "-I", str(Path(__file__).with_name(script))]
    arguments = [str(workbook.absolute()), str(folder), json.dumps(asdict(limits))]
    try:
        subprocess.run(
            command + arguments,
            cwd=folder,
            env=ENVIRONMENT | {"TMPDIR": str(folder)},
            input=told,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds,
            check=False,  # how it ended is read from the verdict, or from there being none
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(DIED) from error


def _verdict(folder: Path) -> dict[str, Any]:  # Any: the verdict is JSON
    path = folder / "verdict.json"
    if not path.is_file() or path.stat().st_size > VERDICT_BYTES:
        raise Unreadable(DIED)
    verdict: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))  # Any: JSON
    if "error" in verdict:
        raise Unreadable(REFUSALS[verdict["error"]])
    return verdict
