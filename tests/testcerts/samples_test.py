#!/usr/bin/python3
"""The sample referrals are what they claim to be, and their author is the holder who signs them in tests."""

import json
import sys
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "testcerts/hpki"))

from profiles import HOLDERS  # noqa: E402

FHIR = (ROOT / "tests/samples/referral_fhir.json").read_bytes()
CDA = (ROOT / "tests/samples/referral_cda.xml").read_bytes()
AUTHOR, ADDRESSEE = HOLDERS["doctor1"], HOLDERS["doctor2"]
V3 = {"v3": "urn:hl7-org:v3"}


def no_duplicates(pairs):
    assert len({key for key, _ in pairs}) == len(pairs), pairs
    return dict(pairs)


def references(node):
    if isinstance(node, dict):
        yield from ([node["reference"]] if "reference" in node else [])
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from references(child)


class Fhir(unittest.TestCase):
    def setUp(self):
        self.bundle = json.loads(FHIR, object_pairs_hook=no_duplicates)
        self.resources = {entry["fullUrl"]: entry["resource"] for entry in self.bundle["entry"]}

    def test_document(self):
        self.assertEqual(("Bundle", "document"), (self.bundle["resourceType"], self.bundle["type"]))
        composition = self.bundle["entry"][0]["resource"]
        self.assertEqual(("Composition", "57133-1"), (composition["resourceType"], composition["type"]["coding"][0]["code"]))
        self.assertNotIn("signature", self.bundle)

    def test_references_resolve_and_every_resource_is_used(self):
        used = set(references(self.bundle["entry"]))
        self.assertEqual(len(self.bundle["entry"]), len(self.resources))
        self.assertEqual(set(list(self.resources)[1:]), used)

    def test_names(self):
        names = [resource["name"][0]["text"] for resource in self.resources.values() if resource["resourceType"] == "Practitioner"]
        self.assertEqual([AUTHOR.name_ja, ADDRESSEE.name_ja], names)
        organisations = [resource["name"] for resource in self.resources.values() if resource["resourceType"] == "Organization"]
        self.assertEqual([AUTHOR.organisation_ja, ADDRESSEE.organisation_ja], organisations)

    def test_four_byte_characters(self):
        for document in (FHIR, CDA):
            self.assertIn("𠮷田".encode(), document)


class Cda(unittest.TestCase):
    def test_document(self):
        document = ElementTree.fromstring(CDA)
        self.assertEqual("{urn:hl7-org:v3}ClinicalDocument", document.tag)
        self.assertEqual("57133-1", document.find("v3:code", V3).get("code"))
        author = document.find("v3:author//v3:assignedPerson/v3:name", V3)
        self.assertEqual(AUTHOR.name_ja, "\u3000".join(part.text for part in author))
        self.assertEqual(AUTHOR.organisation_ja, document.findtext("v3:author//v3:representedOrganization/v3:name", namespaces=V3))


if __name__ == "__main__":
    unittest.main()
