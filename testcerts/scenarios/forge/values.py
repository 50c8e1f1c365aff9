"""Values of extensions (DER), and general names."""

from .der import integer, named_bits, octets, oid, sequence, tagged, tlv

USAGES = ("digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign",
          "encipherOnly", "decipherOnly")
REASONS = ("unused", "keyCompromise", "cACompromise", "affiliationChanged", "superseded", "cessationOfOperation",
           "certificateHold", "privilegeWithdrawn", "aACompromise")

OID = {
    "subjectDirectoryAttributes": "2.5.29.9", "subjectKeyIdentifier": "2.5.29.14", "keyUsage": "2.5.29.15",
    "subjectAltName": "2.5.29.17", "issuerAltName": "2.5.29.18", "basicConstraints": "2.5.29.19", "cRLNumber": "2.5.29.20",
    "reasonCode": "2.5.29.21", "invalidityDate": "2.5.29.24", "deltaCRLIndicator": "2.5.29.27",
    "issuingDistributionPoint": "2.5.29.28", "certificateIssuer": "2.5.29.29", "nameConstraints": "2.5.29.30",
    "cRLDistributionPoints": "2.5.29.31", "certificatePolicies": "2.5.29.32", "policyMappings": "2.5.29.33",
    "authorityKeyIdentifier": "2.5.29.35", "policyConstraints": "2.5.29.36", "extKeyUsage": "2.5.29.37",
    "freshestCRL": "2.5.29.46", "inhibitAnyPolicy": "2.5.29.54", "authorityInfoAccess": "1.3.6.1.5.5.7.1.1",
    "unknown": "1.3.6.1.4.1.32473.10.99", "ocspNoCheck": "1.3.6.1.5.5.7.48.1.5", "ocspNonce": "1.3.6.1.5.5.7.48.1.2"}
ANY_POLICY = "2.5.29.32.0"
EKU = {"any": "2.5.29.37.0", "serverAuth": "1.3.6.1.5.5.7.3.1", "clientAuth": "1.3.6.1.5.5.7.3.2",
       "timeStamping": "1.3.6.1.5.5.7.3.8", "OCSPSigning": "1.3.6.1.5.5.7.3.9"}


def extension(kind: str, value: bytes, critical: bool = False) -> bytes:
    return sequence(oid(OID.get(kind, kind)), *([b"\x01\x01\xff"] if critical else []), octets(value))


def basic_constraints(ca: bool, path_length: int | None = None) -> bytes:
    return sequence(*([b"\x01\x01\xff"] if ca else []), *([] if path_length is None else [integer(path_length)]))


def key_usage(*usages: str) -> bytes:
    return named_bits([USAGES.index(usage) for usage in usages])


def extended_key_usage(*usages: str) -> bytes:
    return sequence(*(oid(EKU.get(usage, usage)) for usage in usages))


def directory(name: bytes) -> bytes:
    return tagged(4, name)


def dns(text: str) -> bytes:
    return tlv(0x82, text.encode())


def mail(text: str) -> bytes:
    return tlv(0x81, text.encode())


def uri(text: str) -> bytes:
    return tlv(0x86, text.encode())


def ip(*octet: int) -> bytes:
    return tlv(0x87, bytes(octet))


def general_names(*names: bytes) -> bytes:
    return sequence(*names)


def key_identifier(key_id: bytes | None, issuer: bytes | None = None, serial: int | None = None) -> bytes:
    parts = [tlv(0x80, key_id)] if key_id is not None else []
    if issuer is not None:
        parts += [tagged(1, directory(issuer)), tlv(0x82, integer(serial)[2:])]
    return sequence(*parts)


def policies(*identifiers: str) -> bytes:
    return sequence(*(sequence(oid(one)) for one in identifiers))


def mappings(*pairs: tuple[str, str]) -> bytes:
    return sequence(*(sequence(oid(a), oid(b)) for a, b in pairs))


def policy_constraints(*, explicit: int | None = None, inhibit: int | None = None) -> bytes:
    return sequence(*(tlv(0x80 | tag, integer(value)[2:]) for tag, value in ((0, explicit), (1, inhibit)) if value is not None))


def name_constraints(*, permitted=(), excluded=()) -> bytes:
    """Subtrees are general names, or ready-made GeneralSubtrees."""
    def subtrees(bases):
        return [base if base[0] == 0x30 else sequence(base) for base in bases]
    return sequence(*(tagged(tag, *subtrees(bases)) for tag, bases in ((0, permitted), (1, excluded)) if bases))


def full_name(*names: bytes) -> bytes:
    """DistributionPointName"""
    return tagged(0, tagged(0, *names))


def relative_name(*attributes: bytes) -> bytes:
    return tagged(0, tagged(1, *attributes))


def reason_flags(tag: int, reasons) -> list[bytes]:
    return [tlv(0x80 | tag, named_bits([REASONS.index(reason) for reason in reasons])[2:])] if reasons else []


def point(name: bytes | None = None, *, reasons=(), issuer: bytes | None = None) -> bytes:
    """DistributionPoint"""
    parts = ([name] if name else []) + reason_flags(1, reasons) + ([tagged(2, directory(issuer))] if issuer else [])
    return sequence(*parts)


def points(*all_points: bytes) -> bytes:
    return sequence(*all_points)


def scope(name: bytes | None = None, *, users=False, cas=False, reasons=(), indirect=False, attributes=False) -> bytes:
    """IssuingDistributionPoint"""
    flags = ((1, users), (2, cas)), ((4, indirect), (5, attributes))
    before, after = ([tlv(0x80 | tag, b"\xff") for tag, on in half if on] for half in flags)
    return sequence(*([name] if name else []), *before, *reason_flags(3, reasons), *after)
