"""What stands before every page."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_body_is_refused_by_its_announced_length():
    answer = Client().post("/healthz", b"", content_type="text/plain", CONTENT_LENGTH=str(2**30))

    assert answer.status_code == 413
    assert "一次最多提交 64 MB" in answer.content.decode()
    assert "default-src" in answer.headers["Content-Security-Policy"]
