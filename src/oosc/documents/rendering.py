"""From words to paper: a PDF by Typst, from a layout and plain data.

The data go in as JSON, never as source, so nothing an officer types can become an instruction.
The same words always give the same bytes.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from oosc.documents.glyphs import drawable

if TYPE_CHECKING:
    import typst

LAYOUTS = Path(__file__).parent / "layouts"
# A paper's date stands in its words; the file carries none, so equal words are equal files.
NO_MOMENT = 0

_one_at_a_time = Lock()


def pdf(layout: str, data: dict[str, Any]) -> bytes:  # Any: what JSON holds, as the layout reads it
    """Return the PDF of a layout, named without its ending.

    Raises:
        Refused: the machine lacks the font.
        FileNotFoundError: there is no such layout.
    """
    source = LAYOUTS / f"{layout}.typ"
    if not source.is_file():
        raise FileNotFoundError(layout)
    words = json.dumps(_drawable(data), ensure_ascii=False)
    with _one_at_a_time:
        made = _compiler(source).compile(
            format="pdf", sys_inputs={"data": words}, timestamp=NO_MOMENT
        )
    assert isinstance(made, bytes)  # a PDF is one file; only pictures are a list
    return made


@lru_cache(maxsize=8)
def _compiler(source: Path) -> typst.Compiler:
    """Finding the fonts costs a fifth of a second: one compiler a layout, kept."""
    import typst  # 40 MB to load, which most processes never need

    return typst.Compiler(source, root=LAYOUTS)


def _drawable(value: Any) -> Any:  # Any: JSON in, the same JSON out
    if isinstance(value, str):
        return drawable(value)
    if isinstance(value, dict):
        return {key: _drawable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_drawable(one) for one in value]
    return value
