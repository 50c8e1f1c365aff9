#include "signature_bench.h"

#include <unistd.h>

#include <cstdlib>

namespace shomei::server {
namespace {

signing::Level level_of(std::string_view text) {
  return text.ends_with("|LTA")  ? signing::Level::kLTA
         : text.ends_with("|LT") ? signing::Level::kLT
         : text.ends_with("|T")  ? signing::Level::kT
                                 : signing::Level::kB;
}

std::string text_of(const signing::Document& document) {
  return std::string(as_text(std::get<Bytes>(document.content)));
}

}  // namespace

SignatureTools FakeSigning::tools() {
  return {
      .verify = [](const signing::VerifyInputs& inputs) -> Result<signing::VerifyReport> {
        const std::string text = text_of(inputs.file);
        if (text.contains("garbage")) {
          return fail(Code::kCmsMalformed);
        }
        signing::VerifyReport report;
        report.signatures.emplace_back().level = level_of(text);
        if (text.contains("forged")) {
          report.signatures.front().findings = {
              {.check = "reference.changed", .severity = signing::Severity::kFail, .text_en = "E", .text_ja = "日"}};
        }
        return report;
      },
      .extend = [this](const signing::ExtendRequest& request) { return extend(request); }};
}

Result<signing::Extended> FakeSigning::extend(const signing::ExtendRequest& request) {
  ++extended;
  std::string text = text_of(request.file);
  if (text.contains("forged")) {
    return fail(Code::kSignNotValid, "it does not verify");
  }
  if (text.contains("thrown")) {
    throw std::bad_alloc();
  }
  if (text.contains("broken")) {
    return fail(Code::kCryptoFailed, "out of luck");
  }
  if (text.contains("grows")) {
    text.resize(40U << 20);
  }
  signing::Extended made{.bytes = {}, .level = level_of(text), .pending = {}};
  while (made.level < request.level && made.pending.empty()) {
    if (made.level == signing::Level::kT) {
      if (list_missing) {
        made.pending.push_back(
            {.level = signing::Level::kLT, .until = list_at, .why = make_error(Code::kCrlRefused, "no list")});
      } else {
        text += "|LT";
      }
    } else if (const auto token = request.stamps->stamp(request.digest, {})) {
      text += made.level == signing::Level::kB ? "|T" : "|LTA";
    } else {
      made.pending.push_back({.level = made.level == signing::Level::kB ? signing::Level::kT : signing::Level::kLTA,
                              .why = token.error()});
    }
    made.level = level_of(text);
  }
  made.bytes = to_bytes(as_bytes(text));
  return made;
}

SignatureBench::SignatureBench() : clock(parse_rfc3339("2026-04-01T02:00:00Z").value()) {
  std::string name = "/tmp/shomei-signatures-XXXXXX";
  SHOMEI_CHECK(::mkdtemp(name.data()) != nullptr);
  folder = name;
  restart();
}

SignatureBench::~SignatureBench() {
  std::filesystem::remove_all(folder);
}

void SignatureBench::restart() {
  worker.reset();
  desk.reset();
  signatures.reset();
  trust.reset();
  store.reset();
  store = open_store({.connection = folder / "server.db"}).value();
  trust = Trust::load(*store, clock, {}).value();
  metrics = std::make_unique<Metrics>();
  notices = std::make_unique<Notices>(*store, clock, false);
  parts = std::make_unique<SignatureParts>(SignatureParts{.store = *store,
                                                          .clock = clock,
                                                          .trust = *trust,
                                                          .metrics = *metrics,
                                                          .settings = settings,
                                                          .tools = signing.tools()});
  signatures = std::make_unique<Signatures>(*parts);
  desk = std::make_unique<StampDesk>(stamps, *store, clock, *notices, *metrics);
  worker = std::make_unique<SignatureWorker>(*parts, desk.get(), [] { return 0.0; });
}

Result<SignatureRecord> SignatureBench::submit(const std::string& text, signing::Level level,
                                               const std::string& facility) {
  return signatures->submit({.facility = facility,
                             .person = "sato",
                             .name = "referral",
                             .file = to_bytes(as_bytes(text)),
                             .detached = {{.name = "doc", .content = {7}}},
                             .level = level});
}

void SignatureBench::work_after(std::chrono::seconds time) {
  clock.advance(time);
  worker->work();
}

void SignatureBench::change_trust() {
  static int count = 0;
  const char* uses[] = {"signature", "staff", "authentication", "timestamp"};
  const Bytes der = pki_file("trust/signature/root.cer");
  const auto changed = trust->apply(
      trust_change::AddCa{
          .use = uses[count++ % 4], .der = der, .sha256 = auth::Certificate::parse(der).value().facts().sha256},
      {.actor = "test"});
  SHOMEI_CHECK(changed.has_value() && changed->changed);
}

std::vector<std::string> SignatureBench::audited() {
  std::vector<std::string> events;
  const auto records = store->audit(0, 1000).value();
  for (const AuditRecord& record : records) {
    if (record.event.event.starts_with("signature.")) {
      events.push_back(record.event.event.substr(10));
    }
  }
  return events;
}

}  // namespace shomei::server
