#pragma once

#include <map>
#include <mutex>

#include "auth/x509/validate.h"
#include "server/store/store.h"

namespace shomei::server {

/// What is trusted at one moment; immutable.
struct TrustSnapshot {
  struct Ca {
    CaRecord record;
    auth::Certificate certificate;
  };
  struct List {
    CrlRecord record;
    auth::Crl crl;
  };
  std::vector<Ca> cas;
  /// The list in force of each scope.
  std::vector<List> lists;
  std::vector<auth::Crl> crls;
  auth::ProfileSet profiles;
};

/// A certificate judged for a login.
struct LoginJudgement {
  /// "authentication" or "staff": whose CA names itself as the issuer.
  auth::Purpose purpose = auth::Purpose::kAuthentication;
  auth::ValidationReport report;
};

struct CrlImport {
  CrlRecord record;
  auth::Crl crl;
  /// The same list was imported before.
  bool known = false;
  std::vector<std::string> warnings;
};

struct TrustRules {
  auth::ProfileSet profiles;
  std::chrono::seconds crl_grace{0};
};

/// The CAs, pinned for one use each, and their CRLs. Every list that was ever accepted stays in the store; the newest
/// of each scope is in force. From any thread.
class Trust {
 public:
  /// Loads what the store holds. Errors: store.*, input.*.
  static Result<std::unique_ptr<Trust>> load(Store& store, const Clock& clock, TrustRules rules);

  /// Pins a CA for a use (authentication, signature, staff, timestamp), if its SHA-256 is `expected` (hexadecimal; case
  /// and colons do not matter). Errors: input.*, usage (use, fingerprint), key.unsuitable (no CA), store.*.
  Result<TrustSnapshot::Ca> add_ca(const std::string& use, ByteView der, const std::string& expected,
                                   const std::string& actor);
  /// Takes a list if a pinned CA signed it, if it is a full list for certificates of known scope, and if it is not
  /// older than the one in force. Errors: input.*, crl.refused with the reason, store.*.
  Result<CrlImport> import_crl(Bytes der, const std::string& actor);

  /// By the CAs of the one use, its CRLs and rules, now.
  LoginJudgement judge(const auth::Certificate& leaf) const;

  std::shared_ptr<const TrustSnapshot> snapshot() const;

 private:
  Trust(Store& store, const Clock& clock, TrustRules rules)
      : store_(store), clock_(clock), rules_(std::move(rules)), snapshot_(std::make_shared<TrustSnapshot>()) {}
  void publish(std::vector<TrustSnapshot::Ca> cas, std::vector<TrustSnapshot::List> lists);

  Store& store_;
  const Clock& clock_;
  const TrustRules rules_;
  /// One change at a time.
  std::mutex changing_;
  mutable std::mutex mutex_;
  std::shared_ptr<const TrustSnapshot> snapshot_;
};

}  // namespace shomei::server
