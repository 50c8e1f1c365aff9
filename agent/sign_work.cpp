#include "agent/sign_work.h"

#include <fmt/format.h>

#include "base/log.h"

namespace shomei::agent {
namespace {

// The document has nothing to do with it: no other one would fare better.
bool is_of_the_key(Code code) {
  const std::string_view id = info(code).id;
  return id.starts_with("pin.") || id.starts_with("card.") || id.starts_with("pkcs11.") || code == Code::kKeyUnsuitable;
}

Matter matter_of(const SignOrder& order) {
  Matter matter{.use = cards::Use::kSignature, .peer = order.peer};
  for (const JobDocument& document : order.documents) {
    matter.documents.push_back(document.request.document.name);
  }
  return matter;
}

}  // namespace

Result<void> SignWork::sign_all(Job& job, SigningKey& key) {
  signing::LocalDocumentSigner signer(xml_, key, clock_);
  for (JobDocument& document : job.order().documents) {
    if (job.stop_token().stop_requested()) {
      return fail(Code::kPinCancelled, "the job was cancelled");
    }
    auto result = signer.sign(document.request);
    if (result) {
      document.result = std::move(*result);
    } else if (is_of_the_key(result.error().code)) {
      return std::unexpected(std::move(result).error());
    } else {
      log::warn("{}: {}", job.id(), describe(result.error()));
      document.error = std::move(result).error();
    }
  }
  return {};
}

void SignWork::operator()(Job& job) {
  SignOrder& order = job.order();
  CardWork::Report report;
  const Result<void> done = work_.run(
      {.matter = matter_of(order),
       .reader = order.reader,
       .spend_last_try = order.spend_last_try,
       .stop = job.stop_token()},
      [&](SigningKey& key) { return sign_all(job, key); }, report);
  if (!done) {
    log::warn("{}: {}", job.id(), describe(done.error()));
  }
  levels_.raise(order, job.stop_token());
  log::info("signing job {} of {} ({} documents): {}", job.id(), order.peer.name, order.documents.size(),
            done ? "done" : info(done.error().code).id);
  job.end(done ? std::nullopt : std::optional(done.error()), report.tries_left);
}

}  // namespace shomei::agent
