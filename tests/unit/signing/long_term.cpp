#include "tests/unit/signing/long_term.h"

namespace shomei::signing::test {

Authority::Authority(const std::string& name, TsaKey kind, std::string_view begin, std::string_view end)
    : identity(TsaIdentity::make(name, kind, at(begin), at(end))) {}

void Authority::trust(auth::ValidationInputs& evidence, Time time, std::optional<Time> revoked_at) const {
  evidence.anchors.push_back(must(auth::Certificate::parse(identity.ca_der())));
  evidence.crls.push_back(
      must(auth::Crl::parse(identity.crl(time - std::chrono::hours(1), time + std::chrono::days(4), revoked_at))));
}

Time at(std::string_view rfc3339) {
  return must(parse_rfc3339(rfc3339));
}

Extended extended(const Bytes& file, const Extension& with) {
  const FixedClock clock(with.time);
  DirectStamps stamps(*with.authority, clock);
  return must(extend(xml(),
                     {.file = Document::from_bytes("signature", file),
                      .detached = with.detached,
                      .level = with.level,
                      .stamps = &stamps,
                      .digest = with.digest,
                      .evidence = with.evidence,
                      .policy = with.policy},
                     clock));
}

}  // namespace shomei::signing::test
