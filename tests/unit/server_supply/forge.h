#pragma once

#include <openssl/x509v3.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "base/openssl.h"
#include "server/trust/trust.h"

namespace shomei::server {

inline const Time kNow = parse_rfc3339("2026-04-01T00:00:00Z").value();

/// What a list should be; OpenSSL writes and signs it.
struct ListPlan {
  int number = 1;
  /// Of a delta.
  std::optional<int> base{};
  Time this_update = kNow - std::chrono::hours(1);
  std::optional<Time> next_update = kNow + std::chrono::hours(95);
  struct Entry {
    int serial = 0;
    /// CRLReason, or below zero.
    int reason = -1;
  };
  std::vector<Entry> entries{};
  /// issuingDistributionPoint in OpenSSL's words: "onlyCA:TRUE", "indirectCRL:TRUE", "onlysomereasons:keyCompromise".
  std::string scope{};
  std::string freshest{};
  /// An OID that nobody knows, critical.
  bool unknown = false;
  /// Octets of the number, all 0x7F, instead of `number`.
  int long_number = 0;
};

/// A CA.
class Forge {
 public:
  /// `point`: its certificate's cRLDistributionPoint.
  explicit Forge(const std::string& name = "CA", const std::string& point = "");
  Bytes certificate() const;
  Bytes list(const ListPlan& plan) const;

 private:
  OwnedPkey key_;
  OwnedX509 certificate_;
};

std::string pem_of(const Bytes& list);

/// A folder, a store and what is trusted, with one CA pinned for signatures.
struct TrustBench {
  explicit TrustBench(const std::string& point = "");
  ~TrustBench();
  TrustBench(const TrustBench&) = delete;
  TrustBench& operator=(const TrustBench&) = delete;

  void pin(const Forge& forge) const;
  Result<CrlImport> import(const ListPlan& plan) const { return trust->import_crl(ca.list(plan), "test"); }
  /// cRLNumbers in force, in order.
  std::vector<std::string> in_force() const;

  FixedClock clock{kNow};
  Forge ca;
  std::filesystem::path folder;
  std::unique_ptr<Store> store;
  std::unique_ptr<Trust> trust;
};

}  // namespace shomei::server
