#include "server/trust/fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/digest.h"
#include "base/file.h"
#include "server/trust/crl_rules.h"
#include "server/trust/crl_sources.h"

namespace shomei::server {
namespace {

using Outcome = FetchResult::Outcome;

constexpr int kNotModified = 304;
constexpr std::string_view kActor = "fetch";

std::string header(const HttpResponse& answer, const std::string& name) {
  constexpr std::size_t kLongest = 1000;
  const auto found = answer.headers.find(name);
  return found == answer.headers.end() || found->second.size() > kLongest ? std::string() : found->second;
}

bool is_in_force(const TrustSnapshot& trust, const std::string& sha256) {
  return std::ranges::any_of(trust.lists, [&](const auto& list) { return list.record.sha256 == sha256; });
}

std::string brief(const Error& error) {
  return fmt::format("{}: {}", info(error.code).id, error.detail);
}

/// The one list of the answer.
Result<Bytes> list_in(const HttpResponse& answer) {
  SHOMEI_TRY(auto ders, pem_or_der(as_bytes(answer.body), {"X509 CRL"}));
  if (ders.size() != 1) {
    return fail(Code::kInputNotCrl, fmt::format("{} lists in one answer", ders.size()));
  }
  return std::move(ders.front());
}

/// One attempt under way.
class Attempt {
 public:
  Attempt(Trust& trust, const CrlSourceRecord& source, Time now) : trust_(trust), now_(now) {
    result_.source = source;
    result_.source.last_try = now;
  }

  FetchResult run(Transport& transport) {
    const bool conditional = !result_.source.sha256.empty() && is_in_force(*trust_.snapshot(), result_.source.sha256);
    const auto answer = transport.send(request(conditional));
    if (!answer) {
      return failed(brief(answer.error()));
    }
    if (answer->status == kNotModified && conditional) {
      return succeeded(Outcome::kUnchanged);
    }
    if (answer->status != 200) {
      return failed(fmt::format("HTTP status {}", answer->status));
    }
    auto der = list_in(*answer);
    if (!der) {
      return failed(fmt::format("{} ({})", brief(der.error()), header(*answer, "content-type")));
    }
    return import(*std::move(der), *answer);
  }

 private:
  HttpRequest request(bool conditional) const {
    HttpRequest request{.method = "GET", .url = result_.source.url};
    if (conditional && !result_.source.etag.empty()) {
      request.headers["If-None-Match"] = result_.source.etag;
    }
    if (conditional && !result_.source.last_modified.empty()) {
      request.headers["If-Modified-Since"] = result_.source.last_modified;
    }
    return request;
  }

  FetchResult import(Bytes der, const HttpResponse& answer) {
    const std::string sha256 = to_hex(shomei::sha256(der));
    if (const auto delta = fit_of_delta(der); delta && *delta == DeltaFit::kOlder) {
      return succeeded(Outcome::kUnchanged);
    } else if (delta && *delta == DeltaFit::kGap) {
      return failed("the delta list starts later than the complete list in force; the complete one is needed",
                    Outcome::kGap);
    }
    auto imported = trust_.import_crl(std::move(der), std::string(kActor));
    if (!imported) {
      const bool refused = imported.error().code == Code::kCrlRefused;
      return failed(brief(imported.error()), refused ? Outcome::kRefused : Outcome::kFailed);
    }
    result_.source.sha256 = sha256;
    result_.source.etag = header(answer, "etag");
    result_.source.last_modified = header(answer, "last-modified");
    for (const std::string& warning : imported->warnings) {
      result_.detail += (result_.detail.empty() ? "" : "; ") + warning;
    }
    const bool known = imported->known;
    result_.import = *std::move(imported);
    return succeeded(known ? Outcome::kUnchanged : Outcome::kImported);
  }

  /// Of a delta that is not in force already.
  std::optional<DeltaFit> fit_of_delta(const Bytes& der) const {
    if (!is_delta_list(der)) {
      return std::nullopt;
    }
    const auto trust = trust_.snapshot();
    const auto crl = auth::Crl::parse(der);
    return crl && check_signer(*crl, trust->cas) ? std::optional(fit_of(*crl, trust->lists)) : std::nullopt;
  }

  FetchResult succeeded(Outcome outcome) {
    result_.outcome = outcome;
    result_.source.last_success = now_;
    result_.source.last_error.clear();
    result_.source.failures = 0;
    return std::move(result_);
  }

  FetchResult failed(std::string why, Outcome outcome = Outcome::kFailed) {
    constexpr std::size_t kLongest = 500;
    result_.outcome = outcome;
    result_.detail = why.substr(0, kLongest);
    result_.source.last_error = result_.detail;
    ++result_.source.failures;
    return std::move(result_);
  }

  Trust& trust_;
  const Time now_;
  FetchResult result_;
};

}  // namespace

std::string_view name(Outcome outcome) {
  constexpr std::array<std::string_view, 5> kNames{"imported", "unchanged", "failed", "refused", "gap"};
  return kNames.at(static_cast<std::size_t>(outcome));
}

FetchResult fetch_once(Transport& transport, Trust& trust, const CrlSourceRecord& source, Time now) {
  return Attempt(trust, source, now).run(transport);
}

}  // namespace shomei::server
