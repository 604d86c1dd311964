"""Who may come in, by user name and password."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from oosc.members.models import Officer


class OfficerBackend(BaseBackend):
    """Knows no permissions: those hang on posts, and the policy decides."""

    def authenticate(  # type: ignore[override]  # the names that our sign-in form sends
        self, request: HttpRequest | None, username: str = "", password: str = ""
    ) -> Officer | None:
        officer = Officer.objects.filter(username=username).first()
        if officer is None:
            make_password(password)  # an unknown name takes as long as a wrong password
            return None
        if officer.check_password(password) and officer.is_active:
            return officer
        return None

    def get_user(self, user_id: UUID) -> Officer | None:
        return Officer.objects.filter(pk=user_id, is_active=True).first()
