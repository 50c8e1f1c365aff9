#pragma once

#include "signing/judge/judgement.h"
#include "signing/verify.h"
#include "signing/xml/xmldsig_reference.h"

namespace shomei::signing {

inline constexpr std::string_view kManifestType = "http://www.w3.org/2000/09/xmldsig#Manifest";

/// ds:Manifest (XML-DSig 5.1) with name and digest of every file, under that Id; digests are made in pieces. A folder
/// in a name stays in the reference. Errors: input.*, sign.unsupported (two files of one name).
Result<std::string> manifest_xml(const std::string& id, DigestAlgorithm algorithm, std::span<const Document> files);

/// Checks what a signed ds:Manifest lists: parts of the file itself, and the documents beside it, found by their whole
/// name or, where no other entry ends the same, by the name without folders. Intact entries count as covered. Changed
/// ones make it TOTAL-FAILED / HASH_FAILURE, absent ones INDETERMINATE / SIGNED_DATA_NOT_FOUND, each with a finding
/// that names it. `since`: when the entries are proved to exist, for their digest algorithms. Errors: as
/// ReferenceChecker::check.
Result<void> judge_manifest(const xmlNode* manifest, const SignatureFacts& signature, ReferenceChecker& checker,
                            const VerifyInputs& inputs, Time since, Judgement& judgement);

}  // namespace shomei::signing
