"""Write docs/traceability.md: for each clause its code and its tests, and where there is none.

A test belongs to a clause by its mark `clause("SQ-2a")`, on itself or on its file; code by
citing the clause, in a docstring, a grant or a basis.
"""

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "traceability.md"
CLAUSE = re.compile(r"\b(?:GW|ZZ|JZ|SD|SQ|JY|TZ|GA|MZ|SF|LD|XC|WT|WJ|SC|ZF|TF|XX)-\d[a-e]?\b")
# These name every clause by their nature.
LISTS_OF_ALL = {"src/oosc/portal/duties.py"}

HEAD = """# 条款、代码、测试

由 `make trace` 生成，不手改。

- **测试**来自测试上的标记 `clause("…")`；没有测试的条款照实列出。
- **代码**是引用该条款的文件。

"""


def main() -> None:
    TARGET.write_text(report(), encoding="utf-8")


def report() -> str:
    headings = re.findall(r"^### (\S+) (.+)$", _read(ROOT / "docs/notice.md"), re.MULTILINE)
    code, tests = _citations(), marks()
    unknown = set(tests) - {clause for clause, _ in headings}
    if unknown:
        sys.exit(f"No such clause in docs/notice.md: {', '.join(sorted(unknown))}")
    held = [clause for clause, _ in headings if tests[clause]]
    lines = [f"{len(headings)} 条（分项）中，{len(held)} 条有测试。\n\n"]
    lines.append("| 条款 | 单位 | 代码 | 测试 |\n| --- | --- | --- | --- |\n")
    for clause, body in headings:
        names = "<br>".join(tests[clause]) or "—"
        places = "<br>".join(f"`{path}`" for path in code[clause]) or "—"
        lines.append(f"| {clause} | {body} | {places} | {names} |\n")
    return HEAD + "".join(lines)


def _citations() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for path in _tracked("src"):
        name = str(path.relative_to(ROOT))
        if name not in LISTS_OF_ALL:
            for clause in sorted(set(CLAUSE.findall(_read(path)))):
                found[clause].append(name.removeprefix("src/"))
    return found


def marks() -> dict[str, list[str]]:
    """Return the tests of each clause that has some."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in _tracked("tests"):
        if path.suffix == ".py":
            for clause, test in _marked_tests(ast.parse(_read(path))):
                found[clause].append(f"`{path.relative_to(ROOT / 'tests')}::{test}`")
    return found


def _marked_tests(module: ast.Module) -> Iterator[tuple[str, str]]:
    of_file = [
        clause
        for node in module.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
        for clause in _clauses(node.value)
    ]
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            own = [clause for mark in node.decorator_list for clause in _clauses(mark)]
            for clause in dict.fromkeys([*of_file, *own]):
                yield clause, node.name


def _clauses(marks: ast.expr) -> Iterator[str]:
    for call in ast.walk(marks):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.clause":
            yield from (str(one.value) for one in call.args if isinstance(one, ast.Constant))


def _tracked(folder: str) -> list[Path]:
    """Return the files of a folder that git knows: what is only lying about does not count."""
    names = subprocess.check_output(["git", "ls-files", "-z", folder], cwd=ROOT, text=True)
    return [ROOT / name for name in sorted(names.split("\0")) if name.endswith((".py", ".html"))]


def _read(path: Path) -> str:
    return path.read_text("utf-8")


if __name__ == "__main__":
    main()
