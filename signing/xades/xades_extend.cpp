#include "signing/xades/xades_extend.h"

#include <fmt/format.h>

#include <algorithm>

#include "signing/path_evidence.h"
#include "signing/xades/prescription.h"
#include "signing/xades/xades_evidence.h"
#include "signing/xades/xades_file.h"
#include "signing/xades/xades_markup.h"

namespace shomei::signing {
namespace {

using Where = XadesInsertion::Where;

bool is_archive_stamp(const xmlNode* node) {
  return is_element(node, ns::kXades141, "ArchiveTimeStamp") || is_element(node, ns::kXades, "ArchiveTimeStamp");
}

std::vector<Bytes> tokens_of(const xmlNode* stamp) {
  std::vector<Bytes> tokens;
  for (const xmlNode* node : children(stamp, ns::kXades, "EncapsulatedTimeStamp")) {
    tokens.push_back(base64_content(node).value_or(Bytes()));
  }
  return tokens;
}

/// Brings one signature of a file up, step by step; the file is whole after each step.
class Extension {
 public:
  Extension(XadesFile file, std::size_t number, const ExtendRequest& request, Time now)
      : file_(std::move(file)), number_(number), request_(request), now_(now) {}

  Result<void> run() {
    SHOMEI_TRY(read());
    SHOMEI_TRY(const bool free, may_change());
    is_free_ = free;
    const Level reached = level();
    if (!free || (reached >= request_.level && request_.level != Level::kLTA)) {
      return {};
    }
    if (reached < Level::kT) {
      SHOMEI_TRY(stamp(ns::kXades, "SignatureTimeStamp"));
    }
    if (!pending_ && request_.level >= Level::kLT) {
      SHOMEI_TRY(add_evidence(false));
    }
    if (!pending_ && request_.level == Level::kLTA) {
      SHOMEI_TRY(add_evidence(true));
    }
    if (!pending_ && request_.level == Level::kLTA) {
      SHOMEI_TRY(stamp(ns::kXades141, "ArchiveTimeStamp"));
    }
    return {};
  }

  XadesFile file() && { return std::move(file_); }
  const std::optional<Pending>& pending() const { return pending_; }
  /// Nothing that was there may change with it.
  bool is_free() const { return is_free_; }
  Level level() const { return level_of(facts_.carried); }

 private:
  Result<void> read() {
    SHOMEI_TRY(signature_, file_.signature_facts(number_));
    SHOMEI_TRY(facts_, file_.xades_facts(signature_));
    return {};
  }

  Result<void> change_to(Result<XadesFile> changed) {
    SHOMEI_TRY(file_, std::move(changed));
    return read();
  }

  /// By trying: what signatures and time stamps are over must stay the same when something is put into this one.
  Result<bool> may_change() {
    if (file_.signature_count() == 1) {
      return true;
    }
    SHOMEI_TRY(const auto before, file_.covered());
    SHOMEI_TRY(XadesFile tried, file_.with_property(facts_, "<shomei/>"));
    SHOMEI_TRY(const auto after, tried.covered());
    return before == after;
  }

  Result<void> stamp(std::string_view name_space, std::string_view name) {
    if (request_.stamps == nullptr) {
      pending_ = Pending{.why = make_error(Code::kTimestampNoSource)};
      return {};
    }
    const XadesMarkup markup(facts_.signed_properties->parent);
    // The service for electronic prescriptions names no method, which means Canonical XML 1.0.
    const bool plain = prescription_layout(signature_.element).has_value();
    SHOMEI_TRY(XadesFile with_empty,
               file_.with_property(facts_, markup.time_stamp(name_space, name, plain ? "" : kExclusiveC14n)));
    SHOMEI_TRY(const SignatureFacts signature, with_empty.signature_facts(number_));
    SHOMEI_TRY(const XadesFacts facts, with_empty.xades_facts(signature));
    const xmlNode* property = child_elements(XadesFile::unsigned_properties(facts)).back();
    SHOMEI_TRY(const StampCoverage coverage, with_empty.coverage(signature, property, request_.digest));
    if (coverage.digests.empty()) {
      return fail(Code::kSignUnsupported, std::string(name) + ": " + coverage.why);
    }
    const auto token = request_.stamps->stamp(request_.digest, coverage.digests.front());
    if (!token) {
      pending_ = Pending{.why = token.error()};
      return {};
    }
    return change_to(with_empty.with({{.element = only_child(property, ns::kXades, "EncapsulatedTimeStamp"),
                                       .where = Where::kAtEnd,
                                       .text = to_base64(*token)}}));
  }

  /// EN 319 132-1 6.3 for level LT, or what an archive time stamp is going to be over: nothing is written unless all of
  /// it is there.
  Result<void> add_evidence(bool archiving) {
    pool_ = pool_of(request_, evidence_in(signature_.element, true), now_);
    const EvidenceData there = evidence_in(signature_.element, false);
    if (file_.time_stamps(facts_).size() > kMaxStamps) {
      return fail(Code::kSignUnsupported, fmt::format("more than {} time stamps", kMaxStamps));
    }
    SHOMEI_TRY(const EvidenceData signer, signer_evidence());
    std::vector<XadesInsertion> insertions;
    EvidenceData written = there;
    for (const xmlNode* stamp : file_.time_stamps(facts_)) {
      add_stamp_evidence(stamp, archiving, written, insertions);
    }
    if (pending_) {
      return {};
    }
    add_signer_evidence(signer, there, insertions);
    return insertions.empty() ? Result<void>() : change_to(file_.with(std::move(insertions)));
  }

  /// Of several lists that are awaited the last one counts.
  void miss(const std::optional<Pending>& missing) {
    if (missing && pending_) {
      pending_->until = std::max(pending_->until, missing->until);
    } else if (missing) {
      pending_ = missing;
    }
  }

  std::optional<auth::Certificate> signer() const {
    std::vector<auth::Certificate> own;
    for (const Bytes& der : signature_.certificates) {
      if (auto parsed = auth::Certificate::parse(der)) {
        own.push_back(std::move(*parsed));
      }
    }
    own.insert(own.end(), pool_.inputs.chain.begin(), pool_.inputs.chain.end());
    const auto& ids = facts_.certificate_ids;
    const auto found = std::ranges::find_if(own, [&](const auth::Certificate& one) {
      return ids.empty() || (ids.front().algorithm && digest(*ids.front().algorithm, one.der()) == ids.front().digest);
    });
    return found == own.end() ? std::nullopt : std::optional(*found);
  }

  Result<EvidenceData> signer_evidence() {
    std::optional<Time> at;
    for (const xmlNode* stamp : file_.time_stamps(facts_)) {
      const auto tokens = tokens_of(stamp);
      const auto time = tokens.empty() ? std::nullopt : time_of_token(tokens.front());
      if (is_element(stamp, ns::kXades, "SignatureTimeStamp") && time) {
        at = std::min(at.value_or(*time), *time);
      }
    }
    const auto certificate = signer();
    if (!at || !certificate) {
      return fail(Code::kSignUnsupported,
                  at ? "the signing certificate is not there" : "no SignatureTimeStamp that can be read");
    }
    const bool has_values = facts_.carried.has_certificate_values && facts_.carried.has_revocation_values;
    PathEvidence found = path_evidence(*certificate, request_.policy.purpose, *at, pool_, has_values);
    miss(found.missing);
    return std::move(found.data);
  }

  void add_stamp_evidence(const xmlNode* stamp, bool archiving, EvidenceData& written,
                          std::vector<XadesInsertion>& insertions) {
    EvidenceData needed;
    const auto since = archived_since(stamp);
    for (const Bytes& token : tokens_of(stamp)) {
      const PathEvidence found = tsa_evidence(token, since, archiving, pool_);
      miss(found.missing);
      join(needed, found.data);
    }
    const EvidenceData lacking = without(needed, written);
    const xmlNode* properties = XadesFile::unsigned_properties(facts_);
    const std::string text = XadesMarkup(properties).validation_data(lacking, attribute(stamp, "Id").value_or(""));
    if (!text.empty()) {
      insertions.push_back(after_stamp(stamp, properties, text));
      join(written, lacking);
    }
  }

  /// Time of the first archive time stamp after it.
  std::optional<Time> archived_since(const xmlNode* stamp) const {
    std::optional<Time> since;
    const auto stamps = file_.time_stamps(facts_);
    for (auto later = std::ranges::find(stamps, stamp) + 1; later != stamps.end(); ++later) {
      const auto tokens = is_archive_stamp(*later) ? tokens_of(*later) : std::vector<Bytes>();
      const auto time = tokens.empty() ? std::nullopt : time_of_token(tokens.front());
      since = since ? since : time;
    }
    return since;
  }

  /// EN 319 132-1 5.5.1: after its time stamp, unless an archive time stamp is over that place already.
  static XadesInsertion after_stamp(const xmlNode* stamp, const xmlNode* properties, std::string text) {
    bool passed = false;
    bool archived = stamp->parent != properties;
    for (const xmlNode* node : child_elements(properties)) {
      archived |= passed && is_archive_stamp(node);
      passed |= node == stamp;
    }
    return archived ? XadesInsertion{.element = properties, .text = std::move(text)}
                    : XadesInsertion{.element = stamp, .where = Where::kAfter, .text = std::move(text)};
  }

  /// CertificateValues holds the path without what KeyInfo says; what cannot go there (the property exists, and there
  /// is one at most) goes where validation data of time stamps goes.
  void add_signer_evidence(const EvidenceData& signer, const EvidenceData& there,
                           std::vector<XadesInsertion>& insertions) {
    const xmlNode* properties = XadesFile::unsigned_properties(facts_);
    const XadesMarkup markup(properties);
    EvidenceData rest = without(signer, there);
    std::string text;
    if (!facts_.carried.has_certificate_values) {
      EvidenceData values{.certificates = signer.certificates};
      if (values.certificates.size() > 1) {
        values = without(
            values, {.certificates = {signature_.certificates.begin(),
                                      signature_.certificates.begin() + (signature_.certificates.empty() ? 0 : 1)}});
      }
      text += markup.certificate_values(values);
      rest.certificates.clear();
    }
    if (!facts_.carried.has_revocation_values) {
      text += markup.revocation_values(signer);
      rest.crls.clear();
      rest.ocsp.clear();
    }
    text += markup.validation_data(rest, "");
    if (!text.empty()) {
      insertions.push_back({.element = properties, .text = std::move(text)});
    }
  }

  XadesFile file_;
  std::size_t number_;
  const ExtendRequest& request_;
  Time now_;
  SignatureFacts signature_;
  XadesFacts facts_;
  EvidencePool pool_;
  std::optional<Pending> pending_;
  bool is_free_ = true;
};

}  // namespace

Result<Extended> extend_xades(Bytes xml, const ExtendRequest& request, Time now) {
  SHOMEI_TRY(XadesFile file, XadesFile::parse(std::move(xml), request));
  Extended extended{.level = Level::kLTA};
  bool any = false;
  // A counter-signature stands inside the signature that it counters, whose archive time stamp is going to be over it.
  for (std::size_t i = file.signature_count(); i-- > 0;) {
    Extension extension(std::move(file), i, request, now);
    SHOMEI_TRY(extension.run());
    if (extension.is_free()) {
      any = true;
      extended.level = std::min(extended.level, extension.level());
      if (extension.pending()) {
        merge(extended.pending, pending_levels(extension.level(), request.level, *extension.pending()));
      }
    }
    file = std::move(extension).file();
  }
  if (!any) {
    return fail(Code::kSignUnsupported, "every signature stands in what another one covers");
  }
  extended.bytes = file.bytes();
  return extended;
}

}  // namespace shomei::signing
