"""`check_deployment`: one line for each thing, and exit 1 where one is wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from oosc.audit import chain, trail
from oosc.kernel import clock
from oosc.portal import certificates, deployment
from oosc.portal.deployment import Verdict
from oosc.vault import keys

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sound(settings, tmp_path, monkeypatch):
    """An installation with nothing wrong: a certificate, a day that is not fixed."""
    monkeypatch.delenv("OOSC_TODAY")
    settings.DATA_DIR = tmp_path
    settings.CERTIFICATE = tmp_path / "keys" / "server.crt"
    settings.SECURE = True
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = True
    settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.ALLOWED_HOSTS = ["baoxue.example.lan"]
    certificates.make(["baoxue.example.lan"], clock.now())
    keys.ring()
    keys.secret(tmp_path / "keys", "django")
    tmp_path.chmod(0o700)


def _wrong(now: datetime | None = None):
    """The lines that say something is wrong; what the machine lacks is not the test's."""
    machine = ("磁盘", "字体", "SQLite 的", "工作日历")
    found = deployment.lines(now or clock.now())
    return [
        line.sentence
        for line in found
        if line.verdict is Verdict.BAD and not any(word in line.sentence for word in machine)
    ]


def test_a_sound_installation_has_no_wrong_line():
    assert _wrong() == []


def test_a_key_that_others_can_read(tmp_path):
    (tmp_path / "keys" / "django").chmod(0o444)

    assert any("别的用户能读密钥：django" in line for line in _wrong())


def test_a_day_that_is_fixed(monkeypatch):
    monkeypatch.setenv("OOSC_TODAY", "2026-09-21")

    assert any("日期被 OOSC_TODAY 固定住了" in line for line in _wrong())


def test_any_host(settings):
    settings.ALLOWED_HOSTS = ["*"]

    assert any("OOSC_HOSTS 写了 *" in line for line in _wrong())


def test_another_host_without_a_certificate(settings):
    settings.CERTIFICATE.unlink()

    assert any("写了别的主机，但没有证书" in line for line in _wrong())


def test_a_host_that_the_certificate_lacks(settings):
    settings.ALLOWED_HOSTS = ["other.example.lan"]

    assert any("证书里没有 other.example.lan" in line for line in _wrong())


def test_a_certificate_that_has_run_out():
    certificates.make(["baoxue.example.lan"], clock.now() - timedelta(days=400))

    assert any("证书已过期" in line for line in _wrong())


def test_a_certificate_that_runs_out_soon_is_a_note():
    certificates.make(["baoxue.example.lan"], clock.now() - timedelta(days=380))

    found = [line for line in deployment.lines(clock.now()) if "到期" in line.sentence]

    assert [line.verdict for line in found] == [Verdict.NOTE]


def test_a_trail_that_nobody_seals():
    trail.record("test.done", by=None)

    assert any("超过一分钟仍未封印" in line for line in _wrong(clock.now() + timedelta(minutes=2)))
    chain.seal_waiting()
    assert _wrong(clock.now() + timedelta(minutes=2)) == []


def test_a_clock_that_went_back():
    trail.record("test.done", by=None)
    chain.seal_waiting()

    assert any("时钟倒退了" in line for line in _wrong(clock.now() - timedelta(days=1)))


def test_debug(settings):
    settings.DEBUG = True

    assert any("OOSC_DEBUG 开着" in line for line in _wrong())


def test_the_command_fails_where_one_is_wrong(settings, capsys):
    settings.ALLOWED_HOSTS = ["*"]

    with pytest.raises(CommandError, match=r"有 \d+ 项不对"):
        call_command("check_deployment")

    assert "[不对] OOSC_HOSTS 写了 *" in capsys.readouterr().out


def test_django_finds_nothing_to_warn_of():
    call_command("check", "--deploy", "--fail-level", "WARNING")
