#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/error_code.h"
#include "base/log.h"
#include "base/result.h"

namespace shomei::agent {

/// A server at which the agent logs in; no other is ever contacted (a request that names another one is refused before
/// any network call).
struct ServerConfig {
  /// "https://host[:port]", lower case, no path: also the origin that the login proof names.
  std::string url;
  /// Folder or file with the CAs that may stand behind the server's TLS certificate; the system's are not asked.
  std::filesystem::path tls_ca;
  /// Facility code used where the request names none.
  std::string facility;
};

/// RFC 7512 URIs used instead of the card in a reader; empty: the card.
struct Pkcs11Config {
  std::string authentication;
  std::string signature;
};

/// What `POST /v1/verify` trusts: folders or single files.
struct TrustConfig {
  std::vector<std::filesystem::path> anchors;
  std::vector<std::filesystem::path> chain;
  std::vector<std::filesystem::path> crl;
  std::optional<std::filesystem::path> policy;
};

/// Time-stamping authorities (RFC 3161) for `level` above B.
struct TimestampConfig {
  /// http or https, the preferred one first; empty: no stamps, and such levels stay pending.
  std::vector<std::string> urls{};
  /// The CAs that may stand behind the TLS certificates of those with https.
  std::vector<std::filesystem::path> tls_ca{};
  /// OID; empty: the authority's own choice.
  std::string policy{};
  DigestAlgorithm digest = DigestAlgorithm::kSha256;
  /// Client authentication (PEM); empty: none.
  std::filesystem::path certificate{};
  std::filesystem::path key{};
  /// How long one authority may take.
  std::chrono::seconds answer_time{30};
};

struct LimitsConfig {
  std::size_t request_bytes = 48U << 20;
  std::size_t document_bytes = 25U << 20;
  std::size_t documents_per_job = 100;
  std::size_t jobs = 16;
  /// Documents and signatures of all jobs together.
  std::size_t job_bytes = 128U << 20;
  /// How long an ended job can be asked for.
  std::chrono::seconds job_keep{600};
  std::size_t event_streams = 8;
};

struct Config {
  std::filesystem::path socket;
  std::filesystem::path pinentry = "/usr/bin/pinentry";
  Language language = Language::kJa;
  log::Level log_level = log::Level::kInfo;
  /// The reader used where a request names none; empty: the only one with a card.
  std::string reader;
  std::chrono::seconds dialog_patience{120};
  /// How often one request may ask for the PIN.
  unsigned pin_entries = 3;
  Pkcs11Config pkcs11;
  std::vector<ServerConfig> servers;
  TrustConfig trust;
  TimestampConfig timestamp;
  LimitsConfig limits;

  /// Errors: input.*, config.unknown_key, config.invalid.
  static Result<Config> load(const std::filesystem::path& path);
  static Result<Config> parse(std::string_view text, std::string_view name);
  /// Without a file: no server, no trust, the card in the only reader. Errors: config.invalid (no place for the
  /// socket).
  static Result<Config> defaults();

  /// The configured server with this URL (trailing slash and letter case of the host do not matter), or none.
  const ServerConfig* find_server(std::string_view url) const;
};

/// The origin (RFC 6454 6.2) of an https URL without path, in lower case: "https://host[:port]", port 443 left out.
/// Errors: config.invalid.
Result<std::string> origin_of(std::string_view url);

/// ja or en from LC_ALL, LC_MESSAGES, LANG as POSIX orders them; Japanese where none of them says anything.
Language language_of_environment();

}  // namespace shomei::agent
