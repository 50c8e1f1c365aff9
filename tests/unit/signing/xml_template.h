#pragma once

#include <functional>

#include "tests/unit/signing/fixture.h"

namespace shomei::signing::test {

inline constexpr std::string_view kDs = "http://www.w3.org/2000/09/xmldsig#";
/// Type of the reference to SignedProperties.
inline const std::string kType = "http://uri.etsi.org/01903#SignedProperties";

/// Signs a template by xmlsec1 with doctor1's key, so that references can be anything. Identifiers that it follows:
/// `id` of PrescriptionDocument, `Id` of SignedProperties and KeyInfo. Other documents lie beside it under their names.
std::string sign_template(const std::string& text, const std::vector<Document>& beside = {});

/// The only signature's value made anew: `sign` gets SHA-256 of the canonical SignedInfo. References stay as they are.
std::string signed_anew(const std::string& text, const std::function<Bytes(ByteView digest)>& sign);
/// The same by doctor1's key with PKCS#1 v1.5.
std::string signed_anew(const std::string& text);

/// ds:Reference by SHA-256.
std::string reference(const std::string& uri, const std::string& type = "", const std::string& transforms = "");
/// ds:Object with QualifyingProperties of the signature "s", their SignedProperties being "p".
std::string properties(const std::string& signing_certificate);
/// SigningCertificateV2 of doctor1.
std::string signing_certificate();
/// ds:Signature "s".
std::string signature(const std::string& references, const std::string& objects = properties(signing_certificate()),
                      const std::string& key_info = "<ds:KeyInfo Id=\"k\"><ds:X509Data/></ds:KeyInfo>");
/// The official layout with PrescriptionDocument "doc".
std::string prescription(const std::string& references, const std::string& objects = properties(signing_certificate()));

inline const std::string kGood = reference("#doc") + reference("#k") + reference("#p", kType);
inline const std::string kExclusive = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
inline const std::string kEnveloped =
    "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>";

SignatureReport judged_text(const std::string& text, std::vector<Document> detached = {});
/// TOTAL-FAILED for the reason `check`.
void expect_failed(const SignatureReport& report, std::string_view check);

}  // namespace shomei::signing::test
