"""`shomei verify`: reports in files, and several files at once."""

import shutil
import unittest
import xml.etree.ElementTree as ElementTree

from command import TRUST, CommandTest, process, shomei, with_pin
from soft_token import SoftToken

SAMPLES = process.REPOSITORY / "tests/samples"
ETSI = "{http://uri.etsi.org/19102/v1.2.1#}"
HOSTILE = "<img src=x onerror=alert(1)>.xml"


class VerifyTest(CommandTest):
    @classmethod
    def setUpClass(cls) -> None:
        cls.token = SoftToken()
        cls.addClassCleanup(cls.token.close)

    def setUp(self) -> None:
        super().setUp()
        self.signed = self.folder / "referral.signed.xml"
        self.sign(SAMPLES / "referral_cda.xml", "--out", self.signed, "--format", "xades")

    def sign(self, *arguments: object) -> None:
        outcome = with_pin(SoftToken.PIN, "sign", *arguments, "--key", self.token.uri("17"), environment=self.token.environment)
        self.assertEqual(outcome.status, 0, outcome.err)

    def changed(self, name: str) -> object:
        path = self.folder / name
        path.write_bytes(self.signed.read_bytes().replace("佐藤".encode(), "加藤".encode(), 1))
        self.assertNotEqual(path.read_bytes(), self.signed.read_bytes())
        return path

    def judge(self, *arguments: object) -> object:
        return shomei("verify", *arguments, *TRUST)


class ReportTest(VerifyTest):
    def test_both_forms_beside_the_answer(self) -> None:
        page, etsi = self.folder / "r.html", self.folder / "r.xml"
        outcome = self.judge(self.signed, "--report", page, "--report", etsi, "--lang", "ja", "--json")
        self.assertEqual((outcome.status, outcome.value["indication"]), (0, "TOTAL-PASSED"), outcome.err)
        text = page.read_text(encoding="utf-8")
        self.assertIn('<html lang="ja">', text)
        self.assertIn("署名は有効です", text)
        self.assertIn("医師 (Medical Doctor)", text)
        status = ElementTree.parse(etsi).find(f".//{ETSI}SignatureValidationStatus/{ETSI}MainIndication")
        self.assertEqual(status.text, "urn:etsi:019102:mainindication:total-passed")

    def test_a_bad_signature_has_its_report_too(self) -> None:
        page = self.folder / "r.html"
        outcome = self.judge(self.changed("changed.xml"), "--report", page)
        self.assertEqual(outcome.status, 1, outcome.err)
        self.assertIn("The signature is not valid", page.read_text(encoding="utf-8"))

    def test_other_endings_and_one_file_twice_are_usage(self) -> None:
        self.assert_fails(self.judge(self.signed, "--report", self.folder / "r.pdf"), "usage", 64, "r.pdf")
        self.assert_fails(self.judge(self.signed, "--report", self.folder), "usage", 64)
        page = self.folder / "r.html"
        self.assert_fails(self.judge(self.signed, "--report", page, "--report", self.folder / "." / "r.html"), "usage", 64, "two reports")
        self.assertFalse(page.exists())

    def test_nothing_is_replaced_without_force(self) -> None:
        page = self.folder / "r.html"
        page.write_text("precious")
        self.assert_fails(self.judge(self.signed, "--report", page), "output.failed", 69, "--force")
        self.assertEqual(page.read_text(), "precious")
        self.assertEqual(self.judge(self.signed, "--report", page, "--force").status, 0)
        self.assertIn("The signature is valid", page.read_text())
        self.assert_fails(self.judge(self.signed, "--report", self.folder / "none/r.html"), "output.failed", 69)

    def test_a_hostile_file_name_is_text(self) -> None:
        hostile = self.folder / HOSTILE
        shutil.copy(self.signed, hostile)
        page = self.folder / "r.html"
        self.assertEqual(self.judge(hostile, "--report", page).status, 0)
        text = page.read_text(encoding="utf-8")
        self.assertNotIn("<img", text)
        self.assertIn("&lt;img src=x onerror=alert(1)&gt;", text)


class BatchTest(VerifyTest):
    def test_one_line_each_in_order_and_the_worst_status(self) -> None:
        files = []
        for i in range(6):
            files.append(self.folder / f"{i}.xml")
            shutil.copy(self.signed, files[-1])
        outcome = self.judge(*files)
        self.assertEqual(outcome.status, 0, outcome.err)
        self.assertEqual([line.partition(": ")[0] for line in outcome.out.splitlines()], [str(file) for file in files])
        self.assertIn(": TOTAL-PASSED; 佐藤　花子 (Hanako Sato) B", outcome.out)
        outcome = self.judge(*files, self.changed("changed.xml"), SAMPLES / "referral_cda.xml")
        self.assertEqual(outcome.status, 1, outcome.err)
        self.assertIn("changed.xml: TOTAL-FAILED (HASH_FAILURE)", outcome.out.splitlines()[6])
        self.assertEqual(self.judge(*files, SAMPLES / "referral_cda.xml").status, 2)

    def test_json_is_an_array_of_several_and_an_object_of_one(self) -> None:
        self.assertIn("signatures", self.judge(self.signed, "--json").value)
        outcome = self.judge(self.signed, self.folder / "none", "--json")
        self.assertEqual(outcome.status, 1, outcome.err)
        good, missing = outcome.value
        self.assertEqual((good["file"], good["error"], good["indication"]), (str(self.signed), None, "TOTAL-PASSED"))
        self.assertEqual((missing["error"]["id"], "indication" in missing), ("input.not_found", False))
        self.assertIn("error[input.not_found]", outcome.err)

    def test_errors_alike_keep_their_status(self) -> None:
        broken = self.folder / "broken.xml"
        broken.write_text("<a>")
        outcome = self.judge(broken, self.folder / "none")
        self.assertEqual((outcome.status, outcome.out), (65, ""), outcome.err)
        self.assertIn("broken.xml", outcome.err)

    def test_detached_documents_go_to_the_signatures_named_after_them(self) -> None:
        documents = [self.folder / "a.json", self.folder / "b.json"]
        for document in documents:
            document.write_text(f'{{"name": "{document.name}"}}')
        self.sign(*documents, "--out", self.folder / "out/", "--format", "cades")
        detached = [word for document in documents for word in ("--detached", document)]
        outcome = self.judge(self.folder / "out/a.json.p7s", self.folder / "out/b.json.p7s", *detached, "--json")
        self.assertEqual(outcome.status, 0, outcome.err)
        self.assertEqual([[finding["check"] for finding in item["signatures"][0]["findings"] if finding["severity"] == "warn"
                           and finding["check"] == "detached.not_covered"] for item in outcome.value], [[], []])

    def test_pages_go_into_a_folder_and_nothing_else_does(self) -> None:
        second = self.changed("second.xml")
        pages = self.folder / "pages"
        outcome = self.judge(self.signed, second, self.folder / "none", "--report", f"{pages}/")
        self.assertEqual(outcome.status, 1, outcome.err)
        self.assertEqual(sorted(path.name for path in pages.iterdir()), ["referral.signed.xml.html", "second.xml.html"])
        self.assertIn("The signature is not valid", (pages / "second.xml.html").read_text())
        self.assert_fails(self.judge(self.signed, second, "--report", pages), "output.failed", 69, "--force")
        self.assertEqual(self.judge(self.signed, second, "--report", pages, "--force").status, 1)
        self.assert_fails(self.judge(self.signed, second, "--report", self.folder / "one.html"), "usage", 64, "DIR/")
        self.assert_fails(self.judge(self.signed, self.signed, "--report", f"{pages}/", "--force"), "usage", 64, "two reports")


if __name__ == "__main__":
    unittest.main()
