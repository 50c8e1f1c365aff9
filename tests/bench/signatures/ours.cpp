#include <fmt/format.h>

#include "auth/x509/load.h"
#include "contenders.h"
#include "signing/verify.h"

namespace shomei::bench::ours {
namespace {

using namespace signing;

const Time kSigned = *parse_rfc3339("2026-04-01T00:10:00Z");

std::string text_of(const Bytes& bytes) {
  return std::string(as_text(bytes));
}

/// A signer with all that it stands on.
struct Desk {
  HolderKey key;
  FixedClock clock{kSigned};
  LocalDocumentSigner signer{xml(), key, clock};
};

SignedDocument made(Desk& desk, const SignRequest& request) {
  return need(desk.signer.sign(request));
}

SignRequest enveloped(const std::string& document) {
  return {.document = Document::from_bytes("referral.xml", to_bytes(as_bytes(document))),
          .format = Format::kXades,
          .packaging = Packaging::kEnveloped};
}

std::shared_ptr<VerifyInputs> inputs_for(Document file) {
  auth::EvidencePaths paths{.trust = {kPki / "trust/signature"},
                            .chain = {},
                            .crl = {kPki / "crl/sarl.crl", kPki / "crl/rarl.crl", kPki / "crl/sign_ca.crl"}};
  return std::make_shared<VerifyInputs>(
      VerifyInputs{.file = std::move(file), .evidence = need(auth::load_inputs(paths)), .at = kSigned});
}

bool fails(const VerifyReport& report) {
  for (const SignatureReport& signature : report.signatures) {
    for (const Finding& finding : signature.findings) {
      if (finding.severity == Severity::kFail) {
        return true;
      }
    }
  }
  return report.signatures.empty();
}

/// Ends at the signature value, with nothing against it.
Operation up_to_the_value(std::shared_ptr<VerifyInputs> inputs) {
  inputs->judge_certificates = false;
  return [inputs] {
    const VerifyReport report = need(signing::verify(xml(), *inputs));
    need(!fails(report) && report.sub_indication == SubIndication::kGeneric, "a signature was refused");
  };
}

}  // namespace

const XmlLibrary& xml() {
  static const XmlLibrary library;
  return library;
}

std::string signed_xml(const std::string& document) {
  Desk desk;
  return text_of(made(desk, enveloped(document)).bytes);
}

Operation sign(const std::string& document) {
  return [desk = std::make_shared<Desk>(), request = enveloped(document)] { made(*desk, request); };
}

Operation verify(const std::string& document) {
  return up_to_the_value(inputs_for(Document::from_bytes("signed.xml", to_bytes(as_bytes(document)))));
}

Operation judge(const std::string& document) {
  return [inputs = inputs_for(Document::from_bytes("signed.xml", to_bytes(as_bytes(document))))] {
    const VerifyReport report = need(signing::verify(xml(), *inputs));
    need(report.indication == Indication::kTotalPassed, "a signature was refused");
  };
}

std::string refusal(const std::string& document) {
  const auto inputs = inputs_for(Document::from_bytes("signed.xml", to_bytes(as_bytes(document))));
  const auto report = signing::verify(xml(), *inputs);
  if (!report) {
    return std::string(info(report.error().code).id);
  }
  return fails(*report) ? "refused" : "";
}

Bytes cms(const std::filesystem::path& content) {
  Desk desk;
  return made(desk, {.document = Document::from_file(content), .format = Format::kCades}).bytes;
}

Operation cms_sign(const std::filesystem::path& content) {
  return [desk = std::make_shared<Desk>(), request = SignRequest{.document = Document::from_file(content),
                                                                 .format = Format::kCades}] { made(*desk, request); };
}

Operation cms_verify(const std::filesystem::path& content, const Bytes& cms) {
  auto inputs = inputs_for(Document::from_bytes("signature.p7s", cms));
  inputs->detached = {Document::from_file(content)};
  return up_to_the_value(std::move(inputs));
}

}  // namespace shomei::bench::ours
