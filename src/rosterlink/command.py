"""The command line: `rosterlink reconcile`, `train`, `check`, `compare`.

Exit codes: 0 done; 2 wrong use or input that cannot be read, with one line on stderr that says
which file, row and heading; 1 anything else. Nothing is written unless a run succeeds. The heavy
libraries are imported where they are used, so that `--help` is quick.
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NoReturn

# The options that take rosters, what they are, and whether a run needs them.
ROSTER_OPTIONS = {
    "residents": ("户籍、流动人口等常住儿童名册（公安）", True),
    "roll": ("本地在校学生名册（学籍）", True),
    "roll-elsewhere": ("外地就读学生名册", False),
    "deferrals": ("缓学审批名册", False),
    "deaths": ("死亡名册", False),
    "exits": ("出境名册", False),
    "disabled": ("持证残疾儿童名册", False),
    "poverty": ("低收入家庭名册", False),
    "left-behind": ("留守儿童名册", False),
    "vaccination": ("预防接种名册", False),
    "kindergarten": ("幼儿园离园名册", False),
}


class WrongUse(Exception):
    """What was asked cannot be done as it was asked: exit 2, with this line."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line, without the usage above it."""
        raise WrongUse(f"{message}（用法见 {self.prog} --help）")


def main(argv: Sequence[str] | None = None) -> int:
    try:
        arguments = _parser().parse_args(argv)
        return _run(arguments)
    except WrongUse as error:
        return _say(str(error), 2)
    except KeyboardInterrupt:
        return _say("已中断，没有写出任何结果", 1)
    except BrokenPipeError:
        # Whoever read along has seen enough; the rest goes nowhere, so that exit says nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        # Its own words may quote a cell, so only its kind and place are told.
        return _say(f"内部错误 {_whereabouts(error)}，没有写出任何结果", 1)


def _run(arguments: argparse.Namespace) -> int:
    if arguments.task == "reconcile":
        _check_engine(arguments)
        gc.disable()  # a run makes hundreds of thousands of objects and hardly a cycle
    from rosterlink import runs

    task = {
        "reconcile": runs.reconcile,
        "train": runs.train,
        "check": runs.check,
        "compare": runs.compare,
    }
    try:
        return task[arguments.task](arguments)
    except runs.REFUSALS as error:
        raise WrongUse(str(error)) from error
    except BrokenPipeError:
        raise
    except OSError as error:
        return _say(f"读写失败：{error.strerror or type(error).__name__}，没有写出任何结果", 1)


def _check_engine(arguments: argparse.Namespace) -> None:
    if arguments.engine == "spark":
        from rosterlink.engines.spark import what_is_missing

        if missing := what_is_missing():
            raise WrongUse(missing)
    elif arguments.master:
        raise WrongUse("--master 只用于 --engine spark")


def _say(line: str, code: int) -> int:
    print("rosterlink:", " ".join(line.split()), file=sys.stderr)
    return code


def _whereabouts(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"（{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}）" if trace else ""
    return f"{type(error).__name__}{place}"


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="rosterlink",
        description="名册比对：从各部门的名册里找出没有就学的适龄儿童，并说明每一个的理由。",
    )
    tasks = parser.add_subparsers(dest="task", required=True, metavar="COMMAND")
    _add_reconcile(tasks.add_parser("reconcile", help="比对名册，结果写入一个文件夹"))
    _add_train(tasks.add_parser("train", help="用本地名册估计比对权重，写入一个 .json 文件"))
    check = tasks.add_parser("check", help="只读一个文件，列出其中的问题，不比对")
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument("--as", dest="roster", metavar="ROSTER", help="名册种类，不给则自行辨认")
    compare = tasks.add_parser(
        "compare", help="比较两次比对的结果：新增、未解决、已解决、已不在名册"
    )
    compare.add_argument("before", type=Path, metavar="OUT1")
    compare.add_argument("after", type=Path, metavar="OUT2")
    return parser


def _add_reconcile(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, metavar="OUT", help="结果文件夹，比对成功才写入")
    _add_rosters(parser)
    parser.add_argument(
        "--weights", type=Path, metavar="FILE", help="rosterlink train 写出的权重，不给则用自带的"
    )
    parser.add_argument("--previous", type=Path, metavar="OUT", help="上一次的结果文件夹，另列变化")
    parser.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb")
    parser.add_argument(
        "--master",
        metavar="URL",
        help="Spark 的主节点，例如 local[2] 或 spark://…:7077，只用于 --engine spark",
    )
    _add_bounds(parser)


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, metavar="FILE", help="权重文件（.json），成功才写入")
    _add_rosters(parser)
    _add_bounds(parser)


def _add_rosters(parser: argparse.ArgumentParser) -> None:
    rosters = parser.add_argument_group(
        "名册（.xlsx .xls .ods .csv .parquet，或一个 Parquet 文件夹；可重复给）"
    )
    for option, (words, required) in ROSTER_OPTIONS.items():
        rosters.add_argument(
            f"--{option}",
            dest=option,
            type=Path,
            action="append",
            default=[],
            required=required,
            metavar="FILE",
            help=words,
        )
    parser.add_argument(
        "--decisions",
        type=Path,
        metavar="FILE",
        help="人工判定的配对：left_row_id,right_row_id,same（1 同一人，0 不是）",
    )
    parser.add_argument(
        "--on", type=_day, required=True, metavar="YYYY-MM-DD", help="按哪一天判断，例如 2026-09-01"
    )


def _add_bounds(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--threads", type=_positive, metavar="N", help="最多用几个线程")
    parser.add_argument("--memory", type=_memory, metavar="8GB", help="最多用多少内存")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"日期应写作 2026-09-01，不是“{text}”") from None


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError("应为 1 以上的整数")
    return int(text)


def _memory(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d*(\.\d+)?\s*[KMGT]i?B", text, re.IGNORECASE):
        raise argparse.ArgumentTypeError("内存应写作 8GB 或 500MB")
    return text.replace(" ", "")


if __name__ == "__main__":
    sys.exit(main())
