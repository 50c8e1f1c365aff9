#include "agent/level_work.h"

#include <algorithm>

#include "auth/x509/load.h"
#include "base/log.h"

namespace shomei::agent {
namespace {

bool wants_more(const JobDocument& document) {
  return document.result && document.request.level > document.result->level;
}

Result<signing::SignedDocument> extended(const signing::XmlLibrary& xml, const signing::ExtendRequest& like,
                                         const JobDocument& document, const Clock& clock) {
  signing::ExtendRequest request = like;
  request.file = signing::Document::from_bytes(document.request.document.name, document.result->bytes);
  if (document.request.packaging == signing::Packaging::kDetached) {
    request.detached = {document.request.document};
  }
  request.level = document.request.level;
  SHOMEI_TRY(signing::Extended made, signing::extend(xml, request, clock));
  return signing::signed_document(std::move(made));
}

}  // namespace

Result<signing::ExtendRequest> LevelWork::request() const {
  signing::ExtendRequest request;
  request.stamps = stamps_;
  request.digest = config_.timestamp.digest;
  const TrustConfig& trust = config_.trust;
  if (!trust.anchors.empty()) {
    SHOMEI_TRY(request.evidence, auth::load_inputs({trust.anchors, trust.chain, trust.crl}));
  }
  if (trust.policy) {
    SHOMEI_TRY(request.policy, signing::Policy::load(*trust.policy));
  }
  return request;
}

void LevelWork::raise(SignOrder& order, const std::stop_token& stop) const {
  if (std::ranges::none_of(order.documents, wants_more)) {
    return;
  }
  const auto like = request();
  for (JobDocument& document : order.documents) {
    if (!wants_more(document) || stop.stop_requested()) {
      continue;
    }
    auto made =
        like ? extended(xml_, *like, document, clock_) : Result<signing::SignedDocument>(std::unexpected(like.error()));
    if (made) {
      document.result = *std::move(made);
    } else {
      document.result->pending_why = std::move(made).error();
    }
    if (document.result->pending_why) {
      log::warn("{}: {}", document.request.document.name, describe(*document.result->pending_why));
    }
  }
}

}  // namespace shomei::agent
