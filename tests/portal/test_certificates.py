"""The certificate of the server, and the small authority that signs it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.x509 import verification
from django.core.management import call_command

from oosc.audit.models import Event
from oosc.kernel.refusal import Refused
from oosc.portal import certificates

NOW = datetime(2026, 9, 21, 8, tzinfo=UTC)
HOSTS = ["baoxue.example.lan", "192.0.2.10"]


@pytest.fixture(autouse=True)
def keys(settings, tmp_path):
    settings.CERTIFICATE = tmp_path / "keys" / "server.crt"
    return settings.CERTIFICATE.parent


def _trusted(keys, host, at=NOW):
    """Whether a browser that trusts the authority trusts the server under this name."""
    authority = x509.load_pem_x509_certificate((keys / "ca.crt").read_bytes())
    store = verification.Store([authority])
    server, *_ = x509.load_pem_x509_certificates((keys / "server.crt").read_bytes())
    verifier = verification.PolicyBuilder().store(store).time(at)
    verifier.build_server_verifier(x509.DNSName(host)).verify(server, [])


def test_who_trusts_the_authority_trusts_the_server(keys):
    made = certificates.make(HOSTS, NOW)

    _trusted(keys, "baoxue.example.lan")
    _trusted(keys, "localhost")
    assert certificates.hosts_of(certificates.in_use()) == {*HOSTS, "localhost", "127.0.0.1"}
    assert made.until - NOW == timedelta(days=397)
    assert made.is_new_authority


def test_under_another_name_it_is_not_trusted(keys):
    certificates.make(HOSTS, NOW)

    with pytest.raises(verification.VerificationError):
        _trusted(keys, "elsewhere.example")


def test_the_keys_are_for_this_account_alone(keys):
    certificates.make(HOSTS, NOW)

    assert {path.stat().st_mode & 0o777 for path in keys.iterdir()} == {0o400}
    assert keys.stat().st_mode & 0o077 == 0


def test_renewed_it_is_trusted_without_doing_anything(keys):
    certificates.make(HOSTS, NOW)
    authority = (keys / "ca.crt").read_bytes()
    later = NOW + timedelta(days=390)

    made = certificates.make(HOSTS, later)

    assert (keys / "ca.crt").read_bytes() == authority
    assert not made.is_new_authority
    _trusted(keys, "baoxue.example.lan", at=NOW + timedelta(days=700))


def test_without_the_authoritys_key_it_says_to_put_it_back(keys):
    certificates.make(HOSTS, NOW)
    (keys / "ca.key").unlink()

    with pytest.raises(Refused, match=r"把离线保存的那一份放回去"):
        certificates.make(HOSTS, NOW)

    _trusted(keys, "baoxue.example.lan")


@pytest.mark.django_db
def test_the_command_keeps_the_hosts_when_it_renews(keys, capsys):
    call_command("make_certificate", "--host", "baoxue.example.lan")
    assert "受信任的根证书颁发机构" in capsys.readouterr().out

    call_command("make_certificate")

    assert "baoxue.example.lan" in certificates.hosts_of(certificates.in_use())
    assert "受信任的根证书颁发机构" not in capsys.readouterr().out


@pytest.mark.django_db
def test_making_one_is_in_the_trail():
    call_command("make_certificate", host=HOSTS)

    event = Event.objects.get(verb="certificate.made")
    assert set(HOSTS) <= set(event.facts["hosts"])
