"""The key ring: a file of mode 0400, made at the first start, never in the environment.

Data are encrypted under the current of up to 255 master keys; a rotation adds one, and the
older ones stay until nothing lies under them. The blind index has a master of its own, which a
rotation leaves alone: otherwise half the register could not be found while the other half is
being written anew.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from filelock import FileLock

MASTER_BYTES = 32
HIGHEST_ID = 255  # a key's id is the first byte of what it encrypted
READABLE_BY_OTHERS = 0o077


class UnsafeKeys(Exception):
    """A key file is open to others, or is not one of ours: nothing may start with it."""


@dataclass(frozen=True)
class KeyRing:
    current: int
    masters: dict[int, bytes]
    index_master: bytes
    _aeads: dict[int, AESGCM] = field(default_factory=dict, repr=False)
    _index_keys: dict[str, bytes] = field(default_factory=dict, repr=False)

    def aead(self, key_id: int) -> AESGCM:
        """Return the cipher under a key. Raises KeyError where the ring lacks it."""
        if key_id not in self._aeads:
            self._aeads[key_id] = AESGCM(derive(self.masters[key_id], "oosc.vault.cipher"))
        return self._aeads[key_id]

    def index_key(self, purpose: str) -> bytes:
        if purpose not in self._index_keys:
            self._index_keys[purpose] = derive(self.index_master, f"oosc.vault.index:{purpose}")
        return self._index_keys[purpose]

    @property
    def next_id(self) -> int:
        if max(self.masters) == HIGHEST_ID:
            raise UnsafeKeys("密钥环已满（255 把），请联系开发人员。")
        return max(self.masters) + 1

    def as_json(self) -> bytes:
        masters = {str(id_): _text(master) for id_, master in self.masters.items()}
        ring = {"current": self.current, "keys": masters, "index": _text(self.index_master)}
        return json.dumps(ring, indent=1).encode()


def derive(master: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(master)


def secret(folder: Path, name: str) -> str:
    """Return the secret kept in a file of this name; the first to ask makes it."""
    path = folder / name
    if not path.exists():
        _publish(path, secrets.token_urlsafe(48).encode())
    _refuse_if_exposed(path, path.stat().st_mode)
    return path.read_text()


# The ring as last read, with what the file looked like then: another process may rotate.
_held: tuple[object, KeyRing] | None = None
# The folder of the settings, and the file in it. Every value asks, so no path is built for each.
_where: tuple[Path | None, str] = (None, "")


def ring() -> KeyRing:
    """Return the key ring of this installation, read again whenever its file has changed."""
    global _held
    file = _file()
    try:
        found = os.stat(file)
    except FileNotFoundError:
        _refuse_if_lost()
        _publish(Path(file), _new_ring().as_json())
        found = os.stat(file)
    look = (file, found.st_ino, found.st_mtime_ns, found.st_mode)
    if _held is None or _held[0] != look:
        _refuse_if_exposed(Path(file), found.st_mode)
        _held = (look, _read(Path(file)))
    return _held[1]


def _refuse_if_lost() -> None:
    """A new ring beside files that an old one encrypted would hide that the old one is gone."""
    if any((settings.DATA_DIR / "files").glob("??/*")):
        raise UnsafeKeys(
            "密钥环 keys/ring.json 不见了，已有的数据无法打开。请从保管处放回密钥环再启动。"
        )


def add_key() -> KeyRing:
    """Add a master key and make it the current one."""
    with _writing():
        old = ring()
        masters = {**old.masters, old.next_id: secrets.token_bytes(MASTER_BYTES)}
        _replace(_path(), KeyRing(old.next_id, masters, old.index_master))
    return ring()


def forget_old_keys() -> KeyRing:
    """Drop every master but the current one. What still lies under them is lost."""
    with _writing():
        old = ring()
        masters = {old.current: old.masters[old.current]}
        _replace(_path(), KeyRing(old.current, masters, old.index_master))
    return ring()


def _file() -> str:
    global _where
    folder: Path = settings.DATA_DIR
    if folder is not _where[0]:
        _where = (folder, str(folder / "keys" / "ring.json"))
    return _where[1]


def _path() -> Path:
    return Path(_file())


def _writing() -> FileLock:
    ring()  # makes the folder
    return FileLock(_path().with_suffix(".lock"))


def _new_ring() -> KeyRing:
    return KeyRing(
        1, {1: secrets.token_bytes(MASTER_BYTES)}, index_master=secrets.token_bytes(MASTER_BYTES)
    )


def _read(path: Path) -> KeyRing:
    try:
        ring = json.loads(path.read_bytes())
        masters = {int(id_): base64.b64decode(text) for id_, text in ring["keys"].items()}
        read = KeyRing(ring["current"], masters, base64.b64decode(ring["index"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnsafeKeys(f"密钥文件 {path} 已损坏，请从备份中恢复这个文件。") from error
    if read.current not in masters or {len(m) for m in masters.values()} != {MASTER_BYTES}:
        raise UnsafeKeys(f"密钥文件 {path} 不完整，请从备份中恢复这个文件。")
    return read


def _refuse_if_exposed(path: Path, mode: int) -> None:
    if mode & READABLE_BY_OTHERS:
        raise UnsafeKeys(f"密钥文件 {path} 能被其他用户读取，请执行 chmod 400 {path} 后再启动。")


def _publish(path: Path, content: bytes) -> None:
    """Put a new file in place whole. Where two processes start at once, the first one's stays."""
    draft = _draft(path, content)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    sync_folder(path.parent)


def _replace(path: Path, ring: KeyRing) -> None:
    os.replace(_draft(path, ring.as_json()), path)
    sync_folder(path.parent)


def _draft(path: Path, content: bytes) -> Path:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()
