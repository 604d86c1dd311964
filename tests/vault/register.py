"""Models for the tests of the vault, outside the list of installed rooms."""

from __future__ import annotations

from django.db import models
from django.test.utils import isolate_apps
from uuid6 import uuid7

from oosc.vault.fields import BlindIndexField, EncryptedField, EncryptedJSONField
from oosc.vault.managers import VaultQuerySet

with isolate_apps("oosc.vault") as ROOM:

    class Child(models.Model):
        id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
        name = models.CharField("姓名", max_length=40)
        id_no = EncryptedField("公民身份号码", label="test.Child.id_no", max_length=18)
        phone = EncryptedField("电话", label="test.Child.phone", blank=True, default="")
        circumstance = EncryptedJSONField("情形", label="test.Child.circumstance", default=dict)
        note = EncryptedField("备注", label="test.Child.note", null=True, blank=True)
        id_no_index = BlindIndexField(of="id_no", purpose="id_no", unique=True)
        id_no_last4 = BlindIndexField(of="id_no", purpose="id_no", last=4)
        phone_index = BlindIndexField(of="phone", purpose="phone")

        objects = VaultQuerySet.as_manager()

        class Meta:
            app_label = "vault"

        def __str__(self) -> str:
            return self.name

    class Guardian(models.Model):
        """Has the same key as its child, so that a ciphertext could be moved between tables."""

        id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
        id_no = EncryptedField("公民身份号码", label="test.Guardian.id_no", blank=True)

        objects = VaultQuerySet.as_manager()

        class Meta:
            app_label = "vault"

        def __str__(self) -> str:
            return str(self.id)


MODELS = [Child, Guardian]
