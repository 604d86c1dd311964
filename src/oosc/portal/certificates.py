"""A small authority of this installation alone, and the certificate of its server.

Whoever trusts the authority's certificate once needs nothing more when the server's is renewed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings

from oosc.kernel.refusal import Refused
from oosc.vault.keys import sync_folder

AUTHORITY_LASTS = timedelta(days=3650)
# Telephones refuse a server's certificate that lasts much longer than a year.
SERVER_LASTS = timedelta(days=397)
ALWAYS = ("localhost", "127.0.0.1")
LOST = "证书机构的私钥 ca.key 不在 {folder}。请把离线保存的那一份放回去再续，否则各电脑要重新信任。"


@dataclass(frozen=True)
class Made:
    authority: Path
    hosts: list[str]
    until: datetime
    is_new_authority: bool


def make(hosts: Sequence[str], now: datetime) -> Made:
    """Make or renew the server's certificate; the authority is made where there is none."""
    named = list(dict.fromkeys([*(host for host in hosts if host), *ALWAYS]))
    authority, signing_key, is_new = _authority(now)
    key = ec.generate_private_key(ec.SECP256R1())
    until = min(now + SERVER_LASTS, authority.not_valid_after_utc)
    certificate = (
        _builder(named[0], authority.subject, key, now, until)
        .add_extension(x509.SubjectAlternativeName([_name(host) for host in named]), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .add_extension(_known_by(authority), False)
        .sign(signing_key, hashes.SHA256())
    )
    _put("server.key", _key_bytes(key))
    _put("server.crt", _bytes(certificate) + _bytes(authority))
    return Made(_folder() / "ca.crt", named, until, is_new)


def in_use() -> x509.Certificate | None:
    """The certificate that the server shows, or None where there is none."""
    path: Path = settings.CERTIFICATE
    return x509.load_pem_x509_certificate(path.read_bytes()) if path.exists() else None


def hosts_of(certificate: x509.Certificate) -> set[str]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = (str(one) for one in names.get_values_for_type(x509.IPAddress))
    return {*names.get_values_for_type(x509.DNSName), *addresses}


def _authority(now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey, bool]:
    folder = _folder()
    if (folder / "ca.crt").exists():
        certificate = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
        if certificate.not_valid_after_utc > now + timedelta(days=30):
            return certificate, _held_key(folder / "ca.key"), False
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"保学证书机构 {now:%Y-%m-%d}")])
    certificate = (
        _builder("", name, key, now, now + AUTHORITY_LASTS)
        .subject_name(name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .add_extension(_may_sign(), True)
        .sign(key, hashes.SHA256())
    )
    _put("ca.key", _key_bytes(key))
    _put("ca.crt", _bytes(certificate))
    return certificate, key, True


def _held_key(path: Path) -> ec.EllipticCurvePrivateKey:
    if not path.exists():
        raise Refused(LOST.format(folder=path.parent))
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Refused(f"{path} 不是本平台做的私钥，请放回原来的那一份。")
    return key


def _builder(
    host: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, until: datetime
) -> x509.CertificateBuilder:
    builder = (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # for clocks that are a little behind
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    )
    if not host:
        return builder
    return builder.subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])]))


def _may_sign() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


def _known_by(authority: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    own = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _bytes(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _put(name: str, content: bytes) -> None:
    path = _folder() / name
    draft = path.with_name(f".{name}.draft")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    sync_folder(path.parent)


def _folder() -> Path:
    path: Path = settings.CERTIFICATE
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path.parent
