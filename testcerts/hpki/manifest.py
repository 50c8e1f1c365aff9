"""Says in words what a generated file is, for people and for tests that look up a serial number or a name."""

from cryptography import x509
from profiles import HOLDERS


def rfc3339(moment) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def hexadecimal(serial: int) -> str:
    return serial.to_bytes(serial.bit_length() // 8 + 1, "big").hex().removeprefix("00")


def describe_certificate(file: str, content: bytes) -> dict:
    certificate = x509.load_der_x509_certificate(content)
    fields = {"kind": "certificate", "subject": certificate.subject.rfc4514_string(),
              "issuer": certificate.issuer.rfc4514_string(), "serial": hexadecimal(certificate.serial_number),
              "not_before": rfc3339(certificate.not_valid_before), "not_after": rfc3339(certificate.not_valid_after)}
    parts = file.split("/")
    if parts[0] == "holders":
        holder = HOLDERS[parts[1]]
        fields |= {"holder": parts[1], "name": holder.name, "name_ja": holder.name_ja,
                   "serial_number": holder.serial_number, "organization": holder.organisation,
                   "hc_roles": list(holder.roles)}
    return fields


def describe_crl(content: bytes) -> dict:
    crl = x509.load_der_x509_crl(content)
    number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    return {"kind": "crl", "issuer": crl.issuer.rfc4514_string(), "number": number,
            "this_update": rfc3339(crl.last_update), "next_update": rfc3339(crl.next_update),
            "revoked": [hexadecimal(entry.serial_number) for entry in crl]}


def describe(file: str, content: bytes) -> dict:
    if file.endswith(".cer"):
        return describe_certificate(file, content)
    if file.endswith(".crl"):
        return describe_crl(content)
    return {"kind": "test key"}
