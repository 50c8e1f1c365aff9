// Every FHIR document is signed with a software test key, as CAdES and as detached XAdES; our verifier, openssl and
// xmlsec1 must accept it, and none of them the same signature over another document.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "auth/x509/load.h"
#include "base/file.h"
#include "base/software_key.h"
#include "signing/document_signer.h"
#include "tests/conformance/signatures.h"

namespace shomei::conformance {
namespace {

namespace fs = std::filesystem;
using signing::Format;

const fs::path kPki = fs::path(SHOMEI_SOURCE_DIR) / "testcerts/hpki/fixed";

struct Bench {
  signing::XmlLibrary xml;
  std::unique_ptr<SoftwareKey> key;
  auth::ValidationInputs evidence;
  Time at = *parse_rfc3339("2026-04-01T00:20:00Z");
  fs::path work;
};

bool runs(const std::string& command) {
  const int status = std::system(("(" + command + ") >/dev/null 2>&1").c_str());
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// What another program says: file names are given by us, never by the suite.
bool others_accept(const Bench& bench, Format format) {
  const std::string in = fmt::format("cd '{}' && ", bench.work.string());
  return format == Format::kCades
             ? runs(in +
                    "openssl cms -verify -cades -binary -inform DER -in signature -content document.json -CAfile "
                    "ca.pem -attime 1775002800 -out /dev/null")
             : runs(in + fmt::format("TZ=UTC xmlsec1 --verify --enabled-key-data x509 --trusted-der {0}/root.cer "
                                     "--untrusted-der {0}/sign_ca.cer --verification-time '2026-04-01 00:20:00' "
                                     "--id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties signature",
                                     (kPki / "trust/signature").string()));
}

Result<std::string> sign_and_judge(Bench& bench, const fs::path& file, Format format) {
  const FixedClock clock(bench.at);
  SHOMEI_TRY(const Bytes content, read_file(file, 64 << 20));
  const auto document = signing::Document::from_bytes("document.json", content);
  SHOMEI_TRY(const signing::SignedDocument made,
             signing::LocalDocumentSigner(bench.xml, *bench.key, clock).sign({.document = document, .format = format}));
  signing::VerifyInputs inputs{.file = signing::Document::from_bytes("signature", made.bytes),
                               .detached = {document},
                               .evidence = bench.evidence,
                               .at = bench.at};
  const auto report = verify(bench.xml, inputs);
  if (!report || report->indication != signing::Indication::kTotalPassed) {
    return "we: " + shown(report);
  }
  SHOMEI_TRY(write_file(bench.work / "signature", made.bytes));
  SHOMEI_TRY(write_file(bench.work / "document.json", content));
  if (!others_accept(bench, format)) {
    return "the other program refuses";
  }
  Bytes changed = content;
  changed.back() ^= 1;
  SHOMEI_TRY(write_file(bench.work / "document.json", changed));
  inputs.detached = {signing::Document::from_bytes("document.json", changed)};
  const auto refused = verify(bench.xml, inputs);
  const bool failed = refused && refused->indication == signing::Indication::kTotalFailed;
  return failed && !others_accept(bench, format) ? "" : "a changed document is accepted";
}

Result<void> prepare(Bench& bench) {
  const fs::path holder = kPki / "holders/doctor1";
  SHOMEI_TRY(const Bytes certificate, read_file(holder / "signature.cer", 1 << 16));
  SHOMEI_TRY(bench.key, SoftwareKey::load(holder / "signature.key.pem", certificate));
  SHOMEI_TRY(bench.evidence,
             auth::load_inputs({.trust = {kPki / "trust/signature"}, .chain = {}, .crl = {kPki / "crl"}}));
  // The software key knows no chain, and `openssl cms -verify` takes CA certificates from the message and -CAfile only.
  for (const char* from : {"root.cer", "sign_ca.cer"}) {
    if (!runs(fmt::format("openssl x509 -inform DER -in {} >> '{}'", (kPki / "trust/signature" / from).string(),
                          (bench.work / "ca.pem").string()))) {
      return fail(Code::kInternal, "openssl x509");
    }
  }
  return {};
}

}  // namespace

std::vector<CaseResult> run_fhir_jp(const fs::path& folder) {
  std::string pattern = (fs::temp_directory_path() / "shomei-conformance-XXXXXX").string();
  Bench bench{.xml = {}, .key = {}, .evidence = {}, .work = ::mkdtemp(pattern.data())};
  std::vector<CaseResult> results;
  if (const auto ready = prepare(bench); !ready) {
    results.push_back({"prepare", Outcome::kOtherwise, describe(ready.error())});
  } else {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      for (const Format format : {Format::kCades, Format::kXades}) {
        if (entry.path().extension() == ".json") {
          const auto said = sign_and_judge(bench, entry.path(), format);
          const bool agrees = said && said->empty();
          const bool accepts = said && said->starts_with("a changed");
          results.push_back({fmt::format("{} {}", entry.path().filename().string(), name(format)),
                             agrees    ? Outcome::kAgree
                             : accepts ? Outcome::kFalseAccept
                                       : Outcome::kFalseReject,
                             said ? *said : describe(said.error())});
        }
      }
    }
  }
  std::ranges::sort(results, {}, &CaseResult::id);
  fs::remove_all(bench.work);
  return results;
}

}  // namespace shomei::conformance
