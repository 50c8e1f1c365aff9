#include "signing/judge/objects.h"

#include <algorithm>

namespace shomei::signing {
namespace {

using Kind = ValidationObject::Kind;

constexpr std::size_t kMaxShown = 1U << 20;

void add(ValidationObject object, ByteView der, SignatureReport& report) {
  if (std::ranges::find(report.objects, object.sha256, &ValidationObject::sha256) == report.objects.end()) {
    object.der = der.size() <= kMaxShown ? to_bytes(der) : Bytes();
    report.objects.push_back(std::move(object));
  }
}

/// commonName of an RFC 4514 name whose facts are not at hand, or all of it.
std::string short_name(const std::string& name) {
  const std::size_t at = name.find("CN=");
  return at == std::string::npos ? name : name.substr(at + 3, name.find(',', at) - at - 3);
}

void add_certificate(const auth::Certificate& certificate, SignatureReport& report) {
  const auth::CertificateFacts& facts = certificate.facts();
  add({.kind = Kind::kCertificate,
       .name = facts.name.empty() ? facts.subject : facts.name,
       .sha256 = facts.sha256,
       .der = {},
       .begin = facts.not_before,
       .end = facts.not_after,
       .known_since = {}},
      certificate.der(), report);
}

/// Hashes only the lists that can be meant.
void add_decider(const auth::RevocationStatus& status, const auth::ValidationInputs& evidence,
                 SignatureReport& report) {
  ValidationObject object{.kind = status.source == "ocsp" ? Kind::kOcsp : Kind::kCrl,
                          .name = {},
                          .sha256 = status.sha256,
                          .der = {},
                          .begin = status.this_update,
                          .end = status.next_update,
                          .known_since = {}};
  for (const auth::Crl& crl : evidence.crls) {
    if (object.kind == Kind::kCrl && crl.facts().this_update == status.this_update && crl.sha256() == status.sha256) {
      object.name = short_name(crl.facts().issuer);
      return add(std::move(object), crl.der(), report);
    }
  }
  for (const auth::OcspResponse& answer : evidence.ocsp) {
    if (object.kind == Kind::kOcsp && answer.facts().sha256 == status.sha256) {
      return add(std::move(object), answer.der(), report);
    }
  }
  add(std::move(object), {}, report);
}

}  // namespace

void note_objects(const auth::ValidationReport& path, const auth::ValidationInputs& evidence, SignatureReport& report) {
  for (const auth::Certificate& certificate : path.path) {
    add_certificate(certificate, report);
  }
  for (const auth::RevocationStatus& status : path.revocation) {
    if (!status.sha256.empty()) {
      add_decider(status, evidence, report);
    }
  }
}

std::vector<std::string> carried_hashes(const CarriedEvidence& carried) {
  std::vector<std::string> hashes;
  for (const auto* some : {&carried.certificates, &carried.crls, &carried.ocsps}) {
    for (const Bytes& der : *some) {
      hashes.push_back(to_hex(sha256(der)));
    }
  }
  return hashes;
}

void finish_objects(const CarriedEvidence& carried, const auth::ProofsOfExistence& proofs, SignatureReport& report) {
  for (std::size_t i = 0; i < report.timestamps.size(); ++i) {
    const TimestampReport& stamp = report.timestamps[i];
    add({.kind = Kind::kTimestamp,
         .name = stamp.tsa,
         .sha256 = stamp.sha256,
         .der = {},
         .begin = stamp.time,
         .end = stamp.time,
         .known_since = {}},
        carried.timestamps.at(i).token, report);
  }
  std::vector<std::string> hashes = carried_hashes(carried);
  std::ranges::sort(hashes);
  for (ValidationObject& object : report.objects) {
    object.carried = object.kind == Kind::kTimestamp || std::ranges::binary_search(hashes, object.sha256);
    if (proofs.has(object.sha256)) {
      object.known_since = proofs.since(object.sha256);
    }
  }
}

}  // namespace shomei::signing
