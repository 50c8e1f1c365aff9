#include "signing/verify.h"

#include <algorithm>

#include "base/file.h"
#include "signing/cades/verify_cades.h"
#include "signing/judge/judgement.h"
#include "signing/xades/verify_xades.h"

namespace shomei::signing {
namespace {

/// XML begins with "<" after blanks and a byte-order mark; every CMS with the tag of SEQUENCE, as DER or inside PEM.
bool looks_like_xml(ByteView bytes) {
  std::string_view text = as_text(bytes);
  if (text.starts_with("\xEF\xBB\xBF")) {
    text.remove_prefix(3);
  }
  const auto first = text.find_first_not_of(" \t\r\n");
  const bool wide = text.size() >= 2 && (text.starts_with("\xFE\xFF") || text.starts_with("\xFF\xFE"));
  return wide || (first != std::string_view::npos && text[first] == '<');
}

Result<VerifyReport> verify_bytes(ByteView bytes, const VerifyInputs& inputs) {
  if (bytes.empty()) {
    return fail(Code::kInputEmpty, inputs.file.name);
  }
  if (looks_like_xml(bytes)) {
    return verify_xades(bytes, inputs);
  }
  if (bytes.front() == 0x30) {
    return verify_cades(bytes, inputs);
  }
  if (as_text(bytes).contains("-----BEGIN ")) {
    SHOMEI_TRY(const auto blocks, pem_or_der(bytes, {"CMS", "PKCS7", "PKCS #7 SIGNED DATA"}));
    if (blocks.size() == 1) {
      return verify_cades(blocks.front(), inputs);
    }
  }
  return fail(Code::kInputMalformed, inputs.file.name + ": neither XML nor a CMS signature");
}

bool covers(const SignatureReport& signature, const Document& detached) {
  return std::ranges::any_of(signature.covers,
                             [&](const CoveredPart& part) { return part.detached == detached.name && !part.partial; });
}

/// Documents that were handed in as signed content and are not covered by any signature.
void judge_detached(const std::vector<Document>& detached, VerifyReport& report) {
  std::size_t uncovered = 0;
  for (const Document& document : detached) {
    const bool covered = std::ranges::any_of(
        report.signatures, [&](const SignatureReport& signature) { return covers(signature, document); });
    uncovered += covered ? 0 : 1;
    for (SignatureReport& signature : report.signatures) {
      if (!covered) {
        signature.findings.push_back(make_finding(Check::kDetachedNotCovered, Severity::kWarn, document.name));
      }
    }
  }
  for (SignatureReport& signature : report.signatures) {
    if (!detached.empty() && uncovered == detached.size() && signature.indication == Indication::kTotalPassed) {
      signature.indication = Indication::kIndeterminate;
      signature.sub_indication = SubIndication::kSignedDataNotFound;
      signature.findings.push_back(make_finding(Check::kCoversNoneGiven, Severity::kFail, detached.front().name));
    }
  }
}

/// A text that is said to have been shown, of which no signature says anything.
void judge_shown_absent(VerifyReport& report) {
  for (const SignatureReport& signature : report.signatures) {
    if (std::ranges::any_of(signature.findings, [](const Finding& one) { return one.check.starts_with("shown."); })) {
      return;
    }
  }
  for (SignatureReport& signature : report.signatures) {
    signature.findings.push_back(make_finding(Check::kShownAbsent, Severity::kFail));
    if (signature.indication == Indication::kTotalPassed) {
      signature.indication = Indication::kIndeterminate;
      signature.sub_indication = SubIndication::kSigConstraintsFailure;
    }
  }
}

void conclude(VerifyReport& report) {
  if (report.signatures.empty()) {
    report.sub_indication = SubIndication::kFormatFailure;
    return;
  }
  const auto worst = std::ranges::max_element(report.signatures, {}, &SignatureReport::indication);
  report.indication = worst->indication;
  report.sub_indication = worst->sub_indication;
}

}  // namespace

Result<VerifyReport> verify(const XmlLibrary&, const VerifyInputs& inputs) {
  const Limits& limits = inputs.policy.limits;
  SHOMEI_TRY(const WholeContent content, whole_content(inputs.file, std::max(limits.xml_bytes, limits.cms_bytes)));
  SHOMEI_TRY(VerifyReport report, verify_bytes(content.bytes(), inputs));
  report.file = inputs.file.name;
  report.at = inputs.at;
  for (SignatureReport& signature : report.signatures) {
    if (signature.profile.empty()) {
      signature.profile = inputs.policy.purpose == auth::Purpose::kSignature ? "hpki" : "any";
    }
  }
  if (!inputs.detached_is_pool) {
    judge_detached(inputs.detached, report);
  }
  if (inputs.shown) {
    judge_shown_absent(report);
  }
  conclude(report);
  return report;
}

}  // namespace shomei::signing
