#pragma once

#include <filesystem>
#include <vector>

#include "auth/x509/validate.h"

namespace shomei::auth {

using Paths = std::vector<std::filesystem::path>;

/// All certificates of files (DER, or PEM with any number of CERTIFICATE blocks) and folders of such files.
/// Errors: input.*; a file that holds none is input.not_certificate, naming the file.
Result<std::vector<Certificate>> load_certificates(const Paths& files_and_folders);
/// The only certificate of a file. Errors: the same; input.malformed where it holds several.
Result<Certificate> load_certificate(const std::filesystem::path& file);
/// The same for CRLs (X509 CRL blocks); input.not_crl.
Result<std::vector<Crl>> load_crls(const Paths& files_and_folders);
Result<Crl> load_crl(const std::filesystem::path& file);
/// The same for OCSP responses (DER, PEM blocks OCSP RESPONSE, or base64 alone); input.not_ocsp.
Result<std::vector<OcspResponse>> load_ocsps(const Paths& files_and_folders);
Result<OcspResponse> load_ocsp(const std::filesystem::path& file);

/// Where the evidence of a validation lies.
struct EvidencePaths {
  Paths trust;
  Paths chain;
  Paths crl;
  Paths ocsp{};
};

/// Of `trust`, self-issued certificates are anchors and the others chain material, unless `partial_chain`: then all are
/// anchors. Errors: input.*; anchor.missing where `trust` names nothing.
Result<ValidationInputs> load_inputs(const EvidencePaths& paths, bool partial_chain = false);

}  // namespace shomei::auth
