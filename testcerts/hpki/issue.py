"""Builds the certificates and CRLs of the test PKI. The same arguments give the same bytes."""

from datetime import datetime, timedelta, timezone

import keys
import profiles
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

JST = timezone(timedelta(hours=9))
ATTRIBUTES = {"C": x509.NameOID.COUNTRY_NAME, "O": x509.NameOID.ORGANIZATION_NAME, "OU": x509.NameOID.ORGANIZATIONAL_UNIT_NAME,
              "CN": x509.NameOID.COMMON_NAME, "serialNumber": x509.NameOID.SERIAL_NUMBER}
KEY_USAGES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
              "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
SUBJECT_DIRECTORY_ATTRIBUTES = x509.ObjectIdentifier("2.5.29.9")


def name(attributes) -> x509.Name:
    """C and serialNumber become PrintableString, the others UTF8String; one RDN each, in this order."""
    return x509.Name([x509.NameAttribute(ATTRIBUTES[key], value) for key, value in attributes])


def jst_midnight(moment: datetime) -> datetime:
    return moment.astimezone(JST).replace(hour=0, minute=0, second=0, microsecond=0)


def add_years(moment: datetime, years: int) -> datetime:
    if (moment.month, moment.day) == (2, 29):
        moment -= timedelta(days=1)
    return moment.replace(year=moment.year + years)


def last_second(begin: datetime, years: int) -> datetime:
    """14:59:59Z of the day on which `years` are over: the end of that day in Japan."""
    return jst_midnight(add_years(begin, years)) + timedelta(days=1, seconds=-1)


def tlv(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    assert len(body) < 65536
    length = bytes([len(body)]) if len(body) < 128 else \
        bytes([0x81, len(body)]) if len(body) < 256 else b"\x82" + len(body).to_bytes(2, "big")
    return bytes([tag]) + length + body


def oid(dotted: str) -> bytes:
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    body = b""
    for arc in (first * 40 + second, *rest):
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.insert(0, arc & 0x7F | 0x80)
        body += bytes(septets)
    return tlv(0x06, body)


def hc_role(roles) -> bytes:
    """SubjectDirectoryAttributes of ISO 17090-3; HCActorData and CodedData are both SETs."""
    actors = sorted(
        tlv(0x30, tlv(0xA0, tlv(0x31, tlv(0xA0, oid(profiles.HC_ROLE_SCHEME)), tlv(0xA2, tlv(0x0C, role.encode())))))
        for role in roles)
    return tlv(0x30, tlv(0x30, oid(profiles.HC_ROLE_ATTRIBUTE), tlv(0x31, tlv(0x31, *actors))))


def key_usage(*bits: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{bit: bit in bits for bit in KEY_USAGES})


def policy(identifier: str, cps: str | None) -> x509.CertificatePolicies:
    return x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(identifier), [cps] if cps else None)])


def point(general_name) -> x509.DistributionPoint:
    return x509.DistributionPoint([general_name], None, None, None)


def key_identifier(key: str) -> bytes:
    return x509.SubjectKeyIdentifier.from_public_key(keys.public_key(key)).digest


class Issuer:
    """What a CA puts into what it issues: its name, identifiers and key. `key` names another one for a forgery."""

    def __init__(self, ca: str, key: str | None = None):
        authority = profiles.CAS[ca]
        self.name = name(authority.subject)
        self.key_id = key_identifier(ca)
        self.serial = authority.serial
        parent = authority.issuer or ca
        self.parent_name = name(profiles.CAS[parent].subject)
        self.private_key = keys.private_key(key or ca)

    def authority_key_identifier(self, with_serial: bool = True) -> x509.AuthorityKeyIdentifier:
        if not with_serial:
            return x509.AuthorityKeyIdentifier(self.key_id, None, None)
        return x509.AuthorityKeyIdentifier(self.key_id, [x509.DirectoryName(self.parent_name)], self.serial)


def certificate(issuer: Issuer, subject, key: str, serial: int, begin: datetime, end: datetime, extensions) -> bytes:
    """DER. `extensions` are (extension, critical), written in that order."""
    builder = (x509.CertificateBuilder().issuer_name(issuer.name).subject_name(name(subject)).serial_number(serial)
               .public_key(keys.public_key(key)).not_valid_before(begin).not_valid_after(end))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer.private_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def crl(issuer: Issuer, this_update: datetime, revoked=(), *, number: int, hours: int = 96, full_aki: bool = True,
        scope: x509.IssuingDistributionPoint | None = None) -> bytes:
    """DER. `revoked` is (serial, moment, reason)."""
    builder = (x509.CertificateRevocationListBuilder().issuer_name(issuer.name).last_update(this_update)
               .next_update(this_update + timedelta(hours=hours)))
    for serial, moment, reason in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(moment)
        builder = builder.add_revoked_certificate(
            entry.add_extension(x509.CRLReason(x509.ReasonFlags(reason)), False).build())
    builder = builder.add_extension(issuer.authority_key_identifier(full_aki), False)
    builder = builder.add_extension(x509.CRLNumber(number), False)
    if scope:
        builder = builder.add_extension(scope, True)
    return builder.sign(issuer.private_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
