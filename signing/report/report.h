#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/x509/revocation.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/error_code.h"
#include "base/json.h"
#include "signing/level.h"

namespace shomei::signing {

/// EN 319 102-1 5.1.2, ordered from best to worst.
enum class Indication : std::uint8_t { kTotalPassed, kIndeterminate, kTotalFailed };

/// EN 319 102-1 table 5 (those that this room gives).
enum class SubIndication : std::uint8_t {
  kFormatFailure,
  kHashFailure,
  kSigCryptoFailure,
  kRevoked,
  kExpired,
  kNotYetValid,
  kSigConstraintsFailure,
  kChainConstraintsFailure,
  kCertificateChainGeneralFailure,
  kCryptoConstraintsFailure,
  kNoSigningCertificateFound,
  kNoCertificateChainFound,
  kRevokedNoPoe,
  kRevokedCaNoPoe,
  kOutOfBoundsNoPoe,
  kCryptoConstraintsFailureNoPoe,
  kNoPoe,
  kTryLater,
  kSignedDataNotFound,
  kGeneric
};

enum class Severity : std::uint8_t { kInfo, kWarn, kFail };

/// One answer of one check. `check` is a stable id ("reference.digest"); the texts exist in both languages.
struct Finding {
  std::string check;
  Severity severity = Severity::kInfo;
  std::string text_en;
  std::string text_ja;
  /// What whoever reads the report can do about it; empty where nothing helps.
  std::string advice_en = {};
  std::string advice_ja = {};
};

struct Signer {
  std::string name;
  std::string name_ja;
  std::string serial_number;
  std::string organization;
  std::vector<std::string> hc_roles;
  /// Lower-case hex.
  std::string certificate_sha256;
};

/// A time stamp as found; `time` is what it claims.
struct TimestampReport {
  /// "SignatureTimeStamp", "ArchiveTimeStamp", "signature-time-stamp", …
  std::string type;
  std::optional<Time> time;
  std::string tsa;
  Indication indication = Indication::kIndeterminate;
  std::optional<SubIndication> sub_indication = std::nullopt;
  /// SHA-256 of the token, lower-case hex; as in ValidationObject.
  std::string sha256 = {};
};

/// A certificate, list, answer or time stamp that was looked at for the verdict.
struct ValidationObject {
  enum class Kind : std::uint8_t { kCertificate, kCrl, kOcsp, kTimestamp } kind = Kind::kCertificate;
  /// commonName of the subject, of the list's issuer, of the TSA; otherwise the whole name.
  std::string name;
  /// Of `der`, lower-case hex.
  std::string sha256;
  Bytes der;
  /// It stands in the signed file (the others were given).
  bool carried = false;
  /// Validity of a certificate, thisUpdate and nextUpdate, genTime alone of a time stamp.
  std::optional<Time> begin;
  std::optional<Time> end;
  /// Since when it is proved to exist: the time of the oldest valid time stamp over it.
  std::optional<Time> known_since;
};

/// What a signature covers: a reference as written ("#id", "" for the whole document, a file name).
struct CoveredPart {
  std::string reference;
  /// Name of the detached document that this is, as it was handed in; nothing for a part of the signed file itself.
  std::optional<std::string> detached;
  /// The bytes that were digested; only with VerifyInputs::keep_signed_bytes, and only where the digest is right.
  Bytes signed_bytes;
  DigestAlgorithm digest_algorithm = DigestAlgorithm::kSha256;
  /// As it stands in the signature.
  Bytes digest = {};
  /// Only a part of the detached document is signed, the one in `signed_bytes`.
  bool partial = false;
};

struct SignatureReport {
  std::string id;
  Format format = Format::kXades;
  Level level = Level::kB;
  std::vector<Level> pending;
  std::string profile;
  Indication indication = Indication::kIndeterminate;
  std::optional<SubIndication> sub_indication;
  std::optional<Signer> signer;
  std::optional<Time> claimed_signing_time;
  std::optional<Time> best_signature_time;
  std::vector<TimestampReport> timestamps;
  std::vector<CoveredPart> covers;
  std::vector<Finding> findings;
  auth::Freshness freshness = auth::Freshness::kLenient;
  /// Identifier of the signature algorithm (URI or OID), and the value.
  std::string algorithm;
  Bytes signature_value;
  /// Raw digest of what the signature value is over: the canonical SignedInfo, the DER signed attributes.
  DigestAlgorithm signed_digest_algorithm = DigestAlgorithm::kSha256;
  Bytes signed_digest;
  std::vector<ValidationObject> objects;
  /// When the signer's certificate was revoked, and why (RFC 5280 5.3.1, "keyCompromise").
  std::optional<Time> revoked_at;
  std::string revocation_reason;
  /// The last second at which, by the policy, the signature's algorithm and its key count; nothing: no end is known.
  std::optional<Time> algorithm_not_after;
};

/// The whole has the worst indication of its signatures; a file without any is INDETERMINATE / FORMAT_FAILURE.
struct VerifyReport {
  /// Name of the file that was judged, and the validation time.
  std::string file = {};
  Time at = {};
  Indication indication = Indication::kIndeterminate;
  std::optional<SubIndication> sub_indication;
  std::vector<SignatureReport> signatures;
};

/// "TOTAL-PASSED", …; "HASH_FAILURE", ….
std::string_view name(Indication indication);
std::string_view name(SubIndication sub_indication);
std::string_view name(Severity severity);

/// The JSON of `shomei verify --json`, finding texts in `language`.
OrderedJson to_json(const VerifyReport& report, Language language = Language::kEn);

}  // namespace shomei::signing
