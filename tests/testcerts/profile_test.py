#!/usr/bin/python3
"""Field by field: what the HPKI's certificates and CRLs are known to contain, read from the DER by a parser that the
generator does not write with."""

import unittest
from datetime import timedelta
from pathlib import Path

from asn1crypto import crl, x509

FIXED = Path(__file__).resolve().parents[2] / "testcerts/hpki/fixed"
ARC = "1.2.392.100495.1.5.1"
HC_ROLE = {
    "doctor1": "30343032 0606288185420001 3128312630 24A0223120 A00C060A2A830886910F01060101 A2100C0E" + b"Medical Doctor".hex(),
    "pharmacist": "3030302E 0606288185420001 3124312230 20A01E311C A00C060A2A830886910F01060101 A20C0C0A" + b"Pharmacist".hex(),
}
END_ENTITY = ["authority_key_identifier", "key_identifier", "key_usage", "subject_alt_name", "crl_distribution_points",
              "subject_directory_attributes", "certificate_policies"]


def certificate(file: str) -> x509.Certificate:
    return x509.Certificate.load((FIXED / file).read_bytes())


def revocation_list(file: str) -> crl.CertificateList:
    return crl.CertificateList.load((FIXED / file).read_bytes())


def extensions(holder) -> dict:
    """name -> (critical, parsed value, DER)"""
    return {extension["extn_id"].native: (extension["critical"].native, extension["extn_value"].parsed,
                                          extension["extn_value"].contents) for extension in holder}


def of(file: str) -> dict:
    return extensions(certificate(file)["tbs_certificate"]["extensions"])


def rdns(name) -> list:
    """One (attribute, string type, text) for each RDN."""
    names = []
    for rdn in name.chosen:
        assert len(rdn) == 1
        names.append((rdn[0]["type"].native, type(rdn[0]["value"].chosen).__name__, rdn[0]["value"].native))
    return names


def points(found) -> list:
    names = [point["distribution_point"].chosen[0] for point in found["crl_distribution_points"][1]]
    return [f"{name.name}:{name.native['common_name'] if name.name == 'directory_name' else name.native}" for name in names]


class Profile(unittest.TestCase):
    def test_root(self):
        root, found = certificate("trust/signature/root.cer"), of("trust/signature/root.cer")
        self.assertEqual(["country_name", "organization_name", "organizational_unit_name", "organizational_unit_name"],
                         [kind for kind, _, _ in rdns(root.subject)])
        self.assertEqual(1, root.serial_number)
        self.assertEqual((True, None), (found["basic_constraints"][0], found["basic_constraints"][1]["path_len_constraint"].native))
        self.assertNotIn("certificate_policies", found)
        self.assertEqual(["directory_name:RARL", "uniform_resource_identifier:http://hpki.shomei.example/repository/rlist/rarl.crl"],
                         points(found))

    def test_subordinate_cas(self):
        for file, policy, suffix in (("trust/signature/sign_ca.cer", ".1.3.1", "-forNonRepudiation"),
                                     ("trust/authentication/auth_ca.cer", ".2.3.1", "-forAuthentication-forIndividual")):
            ca, found = certificate(file), of(file)
            common_name = rdns(ca.subject)[-1][2]
            self.assertTrue(common_name.startswith("HPKI-01-") and common_name.endswith(suffix), common_name)
            critical, value, _ = found["certificate_policies"]
            self.assertEqual((True, ARC + policy), (critical, value[0]["policy_identifier"].native))
            self.assertEqual("certification_practice_statement", value[0]["policy_qualifiers"][0]["policy_qualifier_id"].native)
            self.assertEqual((True, {"key_cert_sign", "crl_sign"}), (found["key_usage"][0], found["key_usage"][1].native))
            self.assertEqual((True, True), (found["basic_constraints"][0], found["basic_constraints"][1]["ca"].native))
            self.assertIsNone(found["basic_constraints"][1]["path_len_constraint"].native)
            self.assertEqual(["directory_name:SARL", "uniform_resource_identifier:http://hpki.shomei.example/repository/rlist/sarl.crl"],
                             points(found))
            self.assert_full_aki(found, "trust/signature/root.cer")

    def assert_full_aki(self, found: dict, issuer: str):
        aki, ca = found["authority_key_identifier"][1], certificate(issuer)
        self.assertEqual(ca.key_identifier, aki["key_identifier"].native)
        self.assertEqual(ca.issuer.dump(), aki["authority_cert_issuer"][0].chosen.untag().dump())
        self.assertEqual(ca.serial_number, aki["authority_cert_serial_number"].native)

    def test_signature_certificate(self):
        doctor, found = certificate("holders/doctor1/signature.cer"), of("holders/doctor1/signature.cer")
        self.assertEqual(END_ENTITY, list(found))
        self.assertEqual([("country_name", "PrintableString", "JP"), ("organization_name", "UTF8String", "Shomei Higashi Clinic"),
                          ("common_name", "UTF8String", "Hanako Sato"), ("serial_number", "PrintableString", "D1000017")],
                         rdns(doctor.subject))
        self.assertEqual((True, {"non_repudiation"}), (found["key_usage"][0], found["key_usage"][1].native))
        self.assertEqual((True, ARC + ".1.0.1"),
                         (found["certificate_policies"][0], found["certificate_policies"][1][0]["policy_identifier"].native))
        alternative = found["subject_alt_name"][1][0].chosen.native
        self.assertEqual(("佐藤\u3000花子", "D1000017"), (alternative["common_name"], alternative["serial_number"]))
        self.assertEqual(["uniform_resource_identifier:http://crl.shomei.example/sign/crl-sign.crl"], points(found))
        self.assertLess(doctor.serial_number, 1 << 16)
        self.assertEqual(["15:00:00", "14:59:59"], [t.strftime("%H:%M:%S") for t in (doctor.not_valid_before, doctor.not_valid_after)])
        self.assert_full_aki(found, "trust/signature/sign_ca.cer")

    def test_authentication_certificate(self):
        found = of("holders/doctor1/authentication.cer")
        self.assertEqual(END_ENTITY, list(found))
        self.assertEqual((True, {"digital_signature"}), (found["key_usage"][0], found["key_usage"][1].native))
        self.assertEqual(ARC + ".2.0.1", found["certificate_policies"][1][0]["policy_identifier"].native)
        self.assert_full_aki(found, "trust/authentication/auth_ca.cer")

    def test_hc_role_bytes(self):
        for who, expected in HC_ROLE.items():
            for use in ("signature", "authentication"):
                critical, _, der = of(f"holders/{who}/{use}.cer")["subject_directory_attributes"]
                self.assertEqual((False, bytes.fromhex(expected)), (critical, der))
        for who in ("clerk", "admin"):
            self.assertNotIn("subject_directory_attributes", of(f"holders/{who}/signature.cer"))

    def test_crls(self):
        for name in ("sarl", "rarl", "sign_ca", "auth_ca", "staff_ca", "tsa_ca"):
            body = revocation_list(f"crl/{name}.crl")["tbs_cert_list"]
            found = extensions(body["crl_extensions"])
            self.assertEqual("v2", body["version"].native)
            self.assertEqual(timedelta(hours=96), body["next_update"].native - body["this_update"].native)
            self.assertLessEqual({"authority_key_identifier", "crl_number"}, set(found))
            if name not in ("sarl", "rarl"):
                self.assertNotIn("issuing_distribution_point", found)
                continue
            critical, scope, _ = found["issuing_distribution_point"]
            self.assertTrue(critical and scope["only_contains_ca_certs"].native)
            self.assertEqual(name.upper(), scope["distribution_point"].chosen[0].chosen.native["common_name"])

    def test_next_crls(self):
        for ca in ("sign_ca", "auth_ca"):
            now, following = (revocation_list(f"{folder}/{ca}.crl") for folder in ("crl", "crl_next"))
            self.assertEqual(now.crl_number_value.native + 1, following.crl_number_value.native)
            entries = [body["tbs_cert_list"]["revoked_certificates"] for body in (now, following)]
            self.assertEqual(len(entries[0]) + 1, len(entries[1]))
            self.assertEqual("key_compromise", entries[1][-1].crl_reason_value.native)


if __name__ == "__main__":
    unittest.main()
