#pragma once

#include "auth/x509/ocsp_cache.h"
#include "auth/x509/ocsp_rules.h"
#include "base/transport.h"

namespace shomei::auth {

/// What a source has to say of one certificate.
struct OcspReply {
  /// A candidate: validation applies the rules to it again.
  std::optional<OcspResponse> response{};
  /// Why there is none, or why it is an old one; about certificate 0.
  std::vector<Finding> findings{};
  /// Without a usable answer the certificate does not count as good, whatever CRLs say.
  bool required = false;
};

/// Where validation asks for answers that are not at hand.
class OcspSource {
 public:
  virtual ~OcspSource() = default;
  /// From any thread.
  virtual OcspReply ask(const Certificate& subject, const Certificate& issuer) = 0;
};

struct OcspClientOptions {
  /// Of the responder; empty: the first that the certificate names.
  std::string url{};
  /// For CertIDs; RFC 5019 knows SHA-1 alone.
  DigestAlgorithm algorithm = DigestAlgorithm::kSha1;
  bool nonce = true;
  OcspRules rules{};
  AlgorithmRules algorithms{};
  /// For so long an answer is used again without asking; after that it is what is left when the responder fails.
  std::chrono::seconds reuse{300};
  /// For so long a responder that failed is left alone.
  std::chrono::seconds pause{30};
  std::size_t capacity = 4096;
};

/// Asks responders over `transport`, whose limits of time and size hold, and keeps their answers while they are in
/// force. Each way in which an answer can fail is a finding of its own. Whether a delegated responder's certificate is
/// revoked is left to validation. From any thread.
class OcspClient final : public OcspSource {
 public:
  OcspClient(Transport& transport, const Clock& clock, OcspClientOptions options)
      : transport_(transport), clock_(clock), options_(std::move(options)), cache_(options_.capacity) {}

  OcspReply ask(const Certificate& subject, const Certificate& issuer) override;
  /// What is kept and may be used without asking.
  std::optional<OcspResponse> known(const Certificate& subject, const Certificate& issuer);
  /// Instead of a new answer, for these reasons: the last good one while it is in force.
  OcspReply fall_back(const Certificate& subject, const Certificate& issuer, std::vector<Finding> reasons);

 private:
  struct Pause {
    Time until{};
    Finding why{};
  };
  OcspReply fetch(const std::string& url, const Certificate& subject, const Certificate& issuer, const OcspCertId& id);
  std::optional<Finding> paused(const std::string& url);
  void pause(const std::string& url, const Finding& why);

  Transport& transport_;
  const Clock& clock_;
  const OcspClientOptions options_;
  OcspCache cache_;
  std::mutex mutex_;
  std::map<std::string, Pause> pauses_;
};

}  // namespace shomei::auth
