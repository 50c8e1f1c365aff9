#pragma once

#include "agent/config.h"
#include "agent/job.h"

namespace shomei::agent {

/// The body of `POST /v1/sign`, without `peer` and `language`. `format`, `packaging` and `level` stand at the top for
/// all documents, or at a document for itself. Errors: json.malformed, input.* naming the document, input.too_large,
/// sign.unsupported (a combination that cannot be made), agent.too_many (documents).
Result<SignOrder> parse_sign_request(const Json& body, const LimitsConfig& limits);

/// The member `name`, true or false; false where it is absent. Errors: json.malformed naming the member.
Result<bool> flag_member(const Json& object, std::string_view name);

}  // namespace shomei::agent
