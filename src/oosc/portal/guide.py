"""操作手册, served as pages: the Markdown of docs/guide, of which it reads what is used there.

The folder stands among the static files by a link, so that the built package carries it too and
its pictures are served as any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

FOLDER = Path(__file__).parent / "static" / "guide"
FRONT = "README"
LEAST_OF_A_SEARCH = 2  # characters

_PICTURE = re.compile(r"!\[([^\]]*)\]\(([\w.-]+)\)")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_CODE = re.compile(r"`([^`]+)`")
_RULE = re.compile(r"\|[\s|:-]+\|")


@dataclass(frozen=True)
class Page:
    """One page of the manual, by the name of its file."""

    name: str
    title: str
    text: str

    @property
    def address(self) -> str:
        return _address(self.name)

    @property
    def html(self) -> SafeString:
        body = self.text.partition("\n")[2]
        return mark_safe("\n".join(_blocks(body)))  # our own text, escaped


@dataclass(frozen=True)
class Hit:
    """A line of the manual in which the words stand."""

    page: Page
    line: str


@cache
def pages() -> dict[str, Page]:
    """Every page, in the order of the table in front."""
    found = {path.stem: _read(path) for path in FOLDER.glob("*.md")}
    named = [target.removesuffix(".md") for _, target in _LINK.findall(found[FRONT].text)]
    order = [FRONT, *dict.fromkeys(name for name in named if name in found)]
    return {name: found[name] for name in [*order, *sorted(set(found) - set(order))]}


def search(words: str) -> list[Hit]:
    """The lines in which all the words stand, page by page."""
    wanted = words.lower().split()
    if len("".join(wanted)) < LEAST_OF_A_SEARCH:
        return []
    return [
        Hit(page, line)
        for page in pages().values()
        for line in map(_plain, page.text.splitlines())
        if line and all(word in line.lower() for word in wanted)
    ]


def _read(path: Path) -> Page:
    text = path.read_text("utf-8")
    return Page(path.stem, text.partition("\n")[0].removeprefix("# "), text)


def _address(name: str) -> str:
    return reverse("portal:guide") if name == FRONT else reverse("portal:guide_page", args=[name])


def _blocks(text: str) -> Iterator[str]:
    """Headings, lists, tables and paragraphs: what lies between two empty lines, by its kind."""
    for kind, group in groupby(text.splitlines(), key=_kind):
        lines = list(group)
        if kind == "heading":
            yield from (_heading(line) for line in lines)
        elif kind == "item":
            yield "<ul>" + "".join(f"<li>{_inline(line[2:])}</li>" for line in lines) + "</ul>"
        elif kind == "row":
            yield _table(lines)
        elif kind == "words":
            yield f"<p>{_inline(' '.join(lines))}</p>"


def _kind(line: str) -> str:
    if not line.strip():
        return "gap"
    starts = {"#": "heading", "- ": "item", "|": "row"}
    return next((kind for start, kind in starts.items() if line.startswith(start)), "words")


def _heading(line: str) -> str:
    level = len(line) - len(line.lstrip("#"))
    return f"<h{level}>{_inline(line[level:].strip())}</h{level}>"


def _table(lines: list[str]) -> str:
    head, *rows = [_cells(line) for line in lines if not _RULE.fullmatch(line)]
    columns = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    table = (
        f"<table class='bx-table'><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>"
    )
    return f"<div class='bx-scroll' tabindex='0' role='region' aria-label='表'>{table}</div>"


def _cells(line: str) -> list[str]:
    return [_inline(cell.strip()) for cell in line.strip().strip("|").split("|")]


def _inline(text: str) -> str:
    text = _CODE.sub(r"<code>\1</code>", escape(text))
    text = _BOLD.sub(r"<b>\1</b>", text)
    text = _PICTURE.sub(lambda m: f'<img src="{static("guide/" + m[2])}" alt="{m[1]}">', text)
    return _LINK.sub(lambda m: _linked(m[1], m[2]), text)


def _linked(words: str, target: str) -> str:
    """A link to another page of the manual; what lies outside of it is only named."""
    name = target.removesuffix(".md")
    if name not in pages():
        return words
    shown = pages()[name].title if words == target else words
    return f'<a href="{_address(name)}">{shown}</a>'


def _plain(line: str) -> str:
    """A line as it is read: without marks."""
    if _RULE.fullmatch(line) or _PICTURE.fullmatch(line.strip()):
        return ""
    line = _LINK.sub(r"\1", _PICTURE.sub("", line))
    return line.replace("**", "").replace("`", "").strip("#-| ").replace(" | ", "　")
