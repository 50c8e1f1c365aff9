// Files in other shapes than our own: several signatures, one in another, foreign prefixes, BER.
#include <gmock/gmock.h>

#include <algorithm>

#include "signing/cades/cms_layout.h"
#include "tests/unit/signing/extend_fixture.h"
#include "tests/unit/signing/xml_template.h"

namespace shomei::signing::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Bytes bytes_of(const std::string& text) {
  return to_bytes(as_bytes(text));
}

std::string text_of(const Bytes& bytes) {
  return std::string(as_text(bytes));
}

const Form kDetachedXades{"XadesDetached", Format::kXades, Packaging::kDetached};

/// The Signature element of a file of its own.
std::string element_of(const Bytes& file) {
  const std::string text = text_of(file);
  return text.substr(text.find("<ds:Signature"), text.rfind('>') + 1 - text.find("<ds:Signature"));
}

std::vector<std::string> types(const std::vector<FoundStamp>& stamps) {
  std::vector<std::string> all;
  std::ranges::transform(stamps, std::back_inserter(all), &FoundStamp::type);
  return all;
}

struct ExtendShapes : testing::Test {
  ExtendBench bench;
};

TEST_F(ExtendShapes, ThePrescriptionServicesStampsNameNoCanonicalization) {
  const std::string signed_text = sign_template(prescription(kGood));
  const std::string text = text_of(bench.extend(bytes_of(signed_text), Level::kLTA).bytes);
  EXPECT_EQ(types(checked_stamps(bytes_of(text), {})),
            (std::vector<std::string>{"SignatureTimeStamp", "ArchiveTimeStamp"}));
  const std::string added = text.substr(text.find("UnsignedProperties"));
  EXPECT_THAT(added, Not(HasSubstr("CanonicalizationMethod")));
  EXPECT_LT(added.find("SignatureTimeStamp"), added.find("TimeStampValidationData"));
  EXPECT_LT(added.find("TimeStampValidationData"), added.find("ArchiveTimeStamp"));
  EXPECT_EQ(text.substr(0, text.find("<x:UnsignedProperties>")),
            signed_text.substr(0, text.find("<x:UnsignedProperties>")));
}

TEST_F(ExtendShapes, PrefixesInScopeAreUsedAndOthersDeclared) {
  const std::string text = text_of(bench.extend(bytes_of(sign_template(prescription(kGood))), Level::kT).bytes);
  EXPECT_THAT(text, HasSubstr("<x:SignatureTimeStamp Id=\""));
  EXPECT_THAT(text, Not(HasSubstr("<x:SignatureTimeStamp xmlns")));
  const std::string with_default =
      replaced(replaced(sign_template(prescription(kGood, replaced(properties(signing_certificate()), "<ds:Object>",
                                                                   "<ds:Object xmlns:xades141=\"urn:x\">"))),
                        "<Document>", "<Document><!-- <x:no> -->"),
               "</Document>", "<![CDATA[</x:SignedProperties>]]></Document>");
  const std::string lta = text_of(bench.extend(bytes_of(with_default), Level::kLTA).bytes);
  EXPECT_THAT(lta, HasSubstr("<xades141-:ArchiveTimeStamp xmlns:xades141-=\"http://uri.etsi.org/01903/v1.4.1#\""));
  EXPECT_EQ(checked_stamps(bytes_of(lta), {}).size(), 2U);
}

TEST_F(ExtendShapes, EmptyAndHalfFilledContainersAreUsed) {
  const std::string signed_text = sign_template(prescription(kGood));
  for (const auto& [there, expected] : std::vector<std::pair<std::string, std::string>>{
           {"<x:UnsignedProperties/>", "<x:UnsignedProperties><x:UnsignedSignatureProperties><x:SignatureTimeStamp"},
           {"<x:UnsignedProperties ><x:UnsignedSignatureProperties a='/>' /></x:UnsignedProperties>",
            "<x:UnsignedProperties ><x:UnsignedSignatureProperties a='/>' ><x:SignatureTimeStamp"},
           {"<x:UnsignedProperties><x:UnsignedDataObjectProperties/></x:UnsignedProperties>",
            "<x:UnsignedProperties><x:UnsignedSignatureProperties><x:SignatureTimeStamp"}}) {
    const std::string text = replaced(signed_text, "</x:QualifyingProperties>", there + "</x:QualifyingProperties>");
    const Extended made = bench.extend(bytes_of(text), Level::kT);
    EXPECT_THAT(text_of(made.bytes), HasSubstr(expected));
    EXPECT_EQ(made.level, Level::kT);
    EXPECT_EQ(checked_stamps(made.bytes, {}).size(), 1U);
  }
}

TEST_F(ExtendShapes, ParallelSignaturesComeUpTogether) {
  TestKey other = key_of("doctor2");
  const Document document = document_of(kDetachedXades);
  const std::string second = element_of(sign(other, document, Format::kXades, Packaging::kDetached));
  const Bytes file = bytes_of("<both>" + element_of(signed_as(kDetachedXades)) + second + "</both>");
  const Extended made = bench.extend(file, Level::kLTA, {document});
  EXPECT_EQ(made.level, Level::kLTA);
  EXPECT_TRUE(made.pending.empty());
  EXPECT_EQ(checked_stamps(made.bytes, {document}).size(), 4U);
  const Extended renewed = bench.extend(made.bytes, Level::kLTA, {document});
  EXPECT_EQ(checked_stamps(renewed.bytes, {document}).size(), 6U);
}

TEST_F(ExtendShapes, OneSignatureMayLackWhatAnotherHas) {
  TestKey other = key_of("doctor2");
  const Document document = document_of(kDetachedXades);
  const std::string first = element_of(bench.extend(signed_as(kDetachedXades), Level::kT, {document}).bytes);
  const std::string second = element_of(sign(other, document, Format::kXades, Packaging::kDetached));
  bench.source = nullptr;
  const Extended made = bench.extend(bytes_of("<both>" + first + second + "</both>"), Level::kLT, {document});
  EXPECT_EQ(made.level, Level::kB);
  EXPECT_EQ(levels(made.pending), (std::vector{Level::kT, Level::kLT}));
  EXPECT_THAT(text_of(made.bytes), HasSubstr("RevocationValues"));
}

/// The dispensing of a prescription signs the whole prescription, signature and all.
TEST_F(ExtendShapes, WhatAnotherSignatureCoversIsLeftAsItIs) {
  const Document document = document_of(kDetachedXades);
  const std::string inner = element_of(signed_as(kDetachedXades));
  const std::string text = sign_template("<D>" + signature(kGood) + "<PrescriptionDocument id=\"doc\">" + inner +
                                         "</PrescriptionDocument></D>");
  const Extended made = bench.extend(bytes_of(text), Level::kLTA, {document});
  EXPECT_EQ(made.level, Level::kLTA);
  EXPECT_TRUE(made.pending.empty());
  EXPECT_THAT(text_of(made.bytes), HasSubstr(inner));
  EXPECT_EQ(checked_stamps(made.bytes, {document}).size(), 2U);
}

TEST_F(ExtendShapes, ACounterSignatureComesUpUntilAnArchiveStampIsOverIt) {
  TestKey other = key_of("doctor2");
  const Document value = Document::from_bytes("value.bin", bytes_of("what is countered"));
  const std::string counter = element_of(sign(other, value, Format::kXades, Packaging::kDetached));
  const std::string plain = text_of(signed_as(kForms.front()));
  const std::string file =
      replaced(plain, "</xades:QualifyingProperties>",
               "<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:CounterSignature>" + counter +
                   "</xades:CounterSignature></xades:UnsignedSignatureProperties></xades:UnsignedProperties></"
                   "xades:QualifyingProperties>");
  const Extended made = bench.extend(bytes_of(file), Level::kLTA, {value});
  EXPECT_EQ(made.level, Level::kLTA);
  EXPECT_EQ(checked_stamps(made.bytes, {value}).size(), 4U);
  const Extended renewed = bench.extend(made.bytes, Level::kLTA, {value});
  EXPECT_EQ(checked_stamps(renewed.bytes, {value}).size(), 5U);
}

TEST_F(ExtendShapes, AnObjectThatIsReferencedIsTakenBothWays) {
  const Extended made = bench.extend(signed_as(kForms[1]), Level::kLTA);
  const auto stamps = checked_stamps(made.bytes, {});
  EXPECT_EQ(stamps.back().type, "ArchiveTimeStamp");
  EXPECT_EQ(stamps.back().coverage.digests.size(), 2U);
  EXPECT_NE(stamps.back().coverage.digests[0], stamps.back().coverage.digests[1]);
}

TEST_F(ExtendShapes, XmlDsigWithoutXadesIsNotExtended) {
  const std::string text =
      sign_template("<D>" + signature(reference("#doc"), "") + "<PrescriptionDocument id=\"doc\"/></D>");
  const auto made = bench.try_extend(bytes_of(text), Level::kT);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kSignUnsupported);
}

TEST_F(ExtendShapes, AnArchiveStampNeedsTheDetachedDocument) {
  for (const Form& form : {kForms[2], kForms[3]}) {
    const auto made = bench.try_extend(signed_as(form), Level::kLTA);
    ASSERT_FALSE(made) << form.name;
    EXPECT_EQ(made.error().code, Code::kSignUnsupported);
    EXPECT_EQ(bench.extend(signed_as(form), Level::kLT).level, Level::kLT);
  }
}

/// OpenSSL's streaming output: indefinite lengths around everything, the content in segments.
TEST_F(ExtendShapes, BerBecomesDer) {
  const Folder folder;
  const auto holder = pki("holders/doctor1");
  const Ran ran =
      run(folder.path(),
          "openssl x509 -inform DER -in " + (holder / "signature.cer").string() +
              " -out ee.pem && openssl x509 -inform DER -in " + pki("trust/signature/sign_ca.cer").string() +
              " -out ca.pem && printf content > d && openssl cms -sign -stream -indef -cades -nodetach -binary -in d "
              "-signer ee.pem "
              "-inkey " +
              (holder / "signature.key.pem").string() + " -certfile ca.pem -md sha256 -outform DER -out s.p7m");
  ASSERT_EQ(ran.status, 0) << ran.output;
  const Bytes ber = must(read_file(folder.path() / "s.p7m", 1 << 20));
  ASSERT_TRUE(must(read_layout(ber)).was_ber);
  const Extended made = bench.extend(ber, Level::kLTA);
  EXPECT_EQ(made.level, Level::kLTA);
  EXPECT_FALSE(must(read_layout(made.bytes)).was_ber);
  EXPECT_EQ(checked_stamps(made.bytes, {}).size(), 2U);
}

}  // namespace
}  // namespace shomei::signing::test
