"""Put the third-party files that browsers load into build/static/vendor/, from node_modules/.

Only these files are served. The icons are one sprite of those that our pages name.
Files that have not changed are left alone.
"""

import gzip
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ROOT / "node_modules"
VENDOR = ROOT / "build" / "static" / "vendor"

SERVED = {
    "bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "signature_pad.umd.min.js": "signature_pad/dist/signature_pad.umd.min.js",
}
SPRITE = "bootstrap-icons.svg"


def main() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name, source in SERVED.items():
        _put(name, _without_source_map((PACKAGES / source).read_text("utf-8")))
    _put(SPRITE, _sprite((PACKAGES / "bootstrap-icons" / SPRITE).read_text("utf-8")))


def _without_source_map(text: str) -> str:
    """Drop the mention of a file that is not served."""
    return re.sub(r"(/\*|//)# sourceMappingURL=\S+( \*/)?", "", text)


def _sprite(whole: str) -> str:
    """Return the sprite with only those of its 2,000 icons that our pages name."""
    named = _words_in_quotes()
    symbol = re.compile(r'<symbol [^>]*id="([^"]+)">.*?</symbol>', re.DOTALL)
    return symbol.sub(lambda found: found[0] if found[1] in named else "", whole)


def _words_in_quotes() -> set[str]:
    """Return every word in our sources that could name an icon: a few too many do no harm."""
    sources = [path for end in ("html", "py", "js") for path in (ROOT / "src").rglob(f"*.{end}")]
    words = re.compile(r"""["'#|]([a-z0-9][a-z0-9-]*)["'|]""")
    return {word for path in sources for word in words.findall(path.read_text("utf-8"))}


def _put(name: str, text: str) -> None:
    content = text.encode()
    target = VENDOR / name
    if target.exists() and target.read_bytes() == content:
        return
    target.write_bytes(content)
    # The server hands out the compressed one beside it where the browser takes it.
    target.with_name(f"{name}.gz").write_bytes(gzip.compress(content, mtime=0))


if __name__ == "__main__":
    main()
