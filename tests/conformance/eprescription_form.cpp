// What we make of a CSV, beside the official sample: the same elements, attributes and algorithms in the same order.
#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "base/software_key.h"
#include "signing/document_signer.h"
#include "tests/conformance/conformance.h"
#include "tests/unit/signing/xml_outline.h"

namespace shomei::conformance {
namespace {

/// The document as the prescriber's system made it: without what the service adds later.
std::string as_signed(std::string text) {
  for (const auto& [begin, end] :
       {std::pair("<AdditionalPrescriptionInformation", "</AdditionalPrescriptionInformation>"),
        {"<xa:UnsignedProperties>", "</xa:UnsignedProperties>"}}) {
    const std::size_t from = text.find(begin);
    const std::size_t to = text.find(end);
    if (from != std::string::npos && to != std::string::npos) {
      text.erase(from, to + std::string_view(end).size() - from);
    }
  }
  return text;
}

Result<Bytes> sign_again(std::string_view sample) {
  constexpr std::string_view kBegin = "<PrescriptionDocument id=\"PrescriptionDocument\">";
  const std::size_t begin = sample.find(kBegin) + kBegin.size();
  SHOMEI_TRY(Bytes csv, from_base64(sample.substr(begin, sample.find('<', begin) - begin), Blanks::kSkip));
  const std::filesystem::path holder = SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed/holders/doctor1";
  SHOMEI_TRY(const Bytes certificate, read_file(holder / "signature.cer", 1 << 16));
  SHOMEI_TRY(const auto key, SoftwareKey::load(holder / "signature.key.pem", certificate));
  const signing::XmlLibrary xml;
  const FixedClock clock(*parse_rfc3339("2026-04-01T00:10:00Z"));
  SHOMEI_TRY(const auto made, signing::LocalDocumentSigner(xml, *key, clock)
                                  .sign({.document = signing::Document::from_bytes("sample.csv", std::move(csv)),
                                         .profile = signing::SignProfile::kEprescription}));
  return made.bytes;
}

}  // namespace

std::vector<CaseResult> run_eprescription_form(const std::filesystem::path& folder) {
  CaseResult result{"form of good/Prescription-004_01.xml", Outcome::kOtherwise, ""};
  const auto sample = read_file(folder / "good/Prescription-004_01.xml", 16 << 20);
  const auto made = sample ? sign_again(as_text(*sample)) : std::unexpected(sample.error());
  if (!made) {
    result.detail = describe(made.error());
    return {result};
  }
  const auto theirs = signing::test::xml_outline(as_signed(std::string(as_text(*sample))));
  const auto ours = signing::test::xml_outline(as_text(*made));
  const auto [their, our] = std::ranges::mismatch(theirs, ours);
  if (theirs == ours) {
    result.outcome = Outcome::kAgree;
  } else {
    result.detail =
        fmt::format("theirs: {}, ours: {}", their == theirs.end() ? "" : *their, our == ours.end() ? "" : *our);
  }
  return {result};
}

}  // namespace shomei::conformance
