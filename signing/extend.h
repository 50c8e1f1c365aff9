#pragma once

#include <optional>

#include "auth/x509/validate.h"
#include "base/clock.h"
#include "signing/document.h"
#include "signing/level.h"
#include "signing/policy.h"
#include "signing/tsp/timestamp_source.h"
#include "signing/xml/xml_library.h"

namespace shomei::signing {

struct ExtendRequest {
  /// XAdES or CAdES with one or more signatures; all of them are extended.
  Document file;
  /// What detached signatures refer to; archive time stamps are over it.
  std::vector<Document> detached = {};
  Level level = Level::kT;
  /// Null: no time stamp can be had, and levels that need one stay pending.
  TimestampSource* stamps = nullptr;
  DigestAlgorithm digest = DigestAlgorithm::kSha256;
  /// Anchors, CA certificates, CRLs and OCSP answers out of which LT and LTA are made.
  auth::ValidationInputs evidence = {};
  Policy policy = {};
};

/// Why a level could not be reached yet.
struct Pending {
  Level level = Level::kT;
  /// When it is worth trying again: the next CRL of the issuer that is missing; nothing: as soon as the source is back.
  std::optional<Time> until = std::nullopt;
  Error why;
};

struct Extended {
  /// The file with what could be added; the bytes given where nothing could. What stood there before stays byte for
  /// byte, but for the lengths of DER around it.
  Bytes bytes = {};
  /// Computed from `bytes`: the lowest level of its signatures.
  Level level = Level::kB;
  std::vector<Pending> pending = {};
};

/// Adds what the level asks for (EN 319 132-1 6.3, EN 319 122-1 6.3): a signature time stamp; certificates and
/// revocation data of the signer's and the TSAs' paths; an archive time stamp over all of it, each call a further one
/// (renewal). A source that is away or a list that is not out yet makes Pending and never an error. A signature that
/// does not verify is not extended. Errors: input.*, xml.*, cms.*, sign.unsupported, sign.not_valid.
Result<Extended> extend(const XmlLibrary& xml, const ExtendRequest& request, const Clock& clock);

}  // namespace shomei::signing
