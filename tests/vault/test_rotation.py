"""A new key for everything, in steps that can be stopped anywhere."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import models

from oosc.vault import files, keys, rotation
from vault.register import Child, Guardian

pytestmark = pytest.mark.usefixtures("registered")


@pytest.fixture
def children(monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 2)
    return Child.objects.bulk_create(
        Child(name=f"孩子{n}", id_no=f"35058220150304{n:04}", phone="", circumstance={"n": n})
        for n in range(5)
    )


def rotate(**options: bool) -> str:
    out = io.StringIO()
    call_command("rotate_keys", stdout=out, **options)
    return out.getvalue()


def test_without_commit_it_only_lists(children):
    said = rotate()

    assert "当前密钥 1，密钥环共 1 把" in said
    assert "test.Child.id_no　密钥 1：5 行" in said
    assert "test.Child.phone　无密文" in said
    assert keys.ring().current == 1


def test_everything_moves_to_the_new_key(children):
    indexes = list(Child.objects.order_by("pk").values_list("id_no_index"))

    said = rotate(commit=True)

    assert "test.Child.id_no：已改写 2 行" in said
    assert "test.Child.circumstance　密钥 2：5 行" in said
    assert [child.circumstance for child in Child.objects.order_by("pk")] == [
        {"n": n} for n in range(5)
    ]
    assert list(Child.objects.order_by("pk").values_list("id_no_index")) == indexes


def test_a_stopped_rotation_goes_on_under_the_same_key(children):
    keys.add_key()
    steps = rotation.rotate()
    assert next(steps) == ("test.Child.circumstance", 2)
    steps.close()
    assert rotation.is_unfinished()

    rotate(commit=True)

    assert keys.ring().current == 2
    assert not rotation.is_unfinished()
    assert rotation.counts()["test.Child.circumstance"] == {2: 5}


def test_a_row_that_arrives_late_under_the_old_key_is_found(children):
    late = Child.objects.values_list("id_no").get(pk=children[0].pk)
    rotate(commit=True)

    _put(children[0], *late)

    assert list(rotation.rotate()) == [("test.Child.id_no", 1)]


def test_old_keys_are_forgotten_only_when_nothing_needs_them(children):
    keys.add_key()
    with pytest.raises(CommandError, match="--commit"):
        rotate(forget_old=True)

    said = rotate(commit=True, forget_old=True)

    assert "当前密钥 2，密钥环共 1 把" in said
    assert Child.objects.order_by("pk")[4].id_no == "350582201503040004"


def test_an_empty_register_can_be_rotated():
    Guardian.objects.create(id_no="")

    rotate(commit=True)

    assert keys.ring().current == 2


def test_the_keys_of_files_move_and_the_files_do_not(registered, monkeypatch, data_dir):
    monkeypatch.undo()
    key = files.store(b"scan")
    [path] = [path for path in (data_dir / "files").rglob("*") if path.is_file()]
    before = path.read_bytes()

    rotate(commit=True, forget_old=True)

    assert files.read(key) == b"scan"
    assert path.read_bytes() == before


def _put(child, sealed):
    value = models.Value(sealed, output_field=Child._meta.get_field("id_no"))
    models.QuerySet(Child).filter(pk=child.pk).update(id_no=value)
