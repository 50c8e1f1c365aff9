#pragma once

#include "server/trust/snapshot.h"

namespace shomei::server {

/// http and https URLs of cRLDistributionPoints and freshestCRL.
std::vector<std::string> list_urls(const auth::Certificate& certificate);
/// Those of a list's freshestCRL (RFC 5280 5.2.6); none where its end cannot be read.
std::vector<std::string> freshest_urls(ByteView crl_der);

/// Whether it has a deltaCRLIndicator, without reading its entries.
bool is_delta_list(ByteView crl_der);

/// Whether it may be asked at all: http or https, a host, printable ASCII without blanks, user names and fragments, at
/// most 2000 characters.
bool is_fetchable(std::string_view url);

inline constexpr std::size_t kMaxSources = 256;

/// Where lists come from: those that are configured, those that the pinned CAs and the lists in force name, and those
/// that certificates name whose login was granted since then (never a stranger's). Each once, at most kMaxSources.
/// Errors: store.*.
Result<std::vector<std::string>> collect_urls(Store& store, const TrustSnapshot& trust,
                                              const std::vector<std::string>& configured, Time since);

}  // namespace shomei::server
