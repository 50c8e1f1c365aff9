#include "auth/x509/load.h"

#include <fmt/format.h>

#include "base/der.h"
#include "base/file.h"

namespace shomei::auth {
namespace {

/// A file with many certificates in PEM.
constexpr std::size_t kMaxCertificateFileBytes = 8U << 20;
/// PEM of a CRL is a third longer than its DER.
constexpr std::size_t kMaxCrlFileBytes = kMaxCrlBytes + kMaxCrlBytes / 2;
constexpr std::size_t kMaxOcspFileBytes = 8U << 20;

const std::vector<std::string> kCertificateLabels{"CERTIFICATE", "X509 CERTIFICATE"};
const std::vector<std::string> kCrlLabels{"X509 CRL"};
const std::vector<std::string> kOcspLabels{"OCSP RESPONSE"};

/// Every DER block of a file, parsed; an Error names the file.
template <class T, class Parse>
Result<std::vector<T>> load_file(const std::filesystem::path& file, std::size_t max_bytes,
                                 const std::vector<std::string>& labels, Code wrong, Parse parse) {
  SHOMEI_TRY(const Bytes content, read_file(file, max_bytes));
  if (content.empty()) {
    return fail(Code::kInputEmpty, file.string());
  }
  auto blocks = pem_or_der(content, labels);
  if (!blocks) {
    return fail(blocks.error(), wrong, file.string());
  }
  std::vector<T> loaded;
  for (Bytes& block : *blocks) {
    auto item = parse(std::move(block));
    if (!item) {
      std::string detail = fmt::format("{}: {}", file.string(), item.error().detail);
      const Code code = item.error().code;
      return fail(std::move(item).error(), code, std::move(detail));
    }
    loaded.push_back(*std::move(item));
  }
  return loaded;
}

Result<std::vector<Certificate>> certificates_of(const std::filesystem::path& file) {
  return load_file<Certificate>(file, kMaxCertificateFileBytes, kCertificateLabels, Code::kInputNotCertificate,
                                [](Bytes der) { return Certificate::parse(der); });
}

Result<std::vector<Crl>> crls_of(const std::filesystem::path& file) {
  return load_file<Crl>(file, kMaxCrlFileBytes, kCrlLabels, Code::kInputNotCrl,
                        [](Bytes der) { return Crl::parse(std::move(der)); });
}

/// OCSP responses also travel as base64 alone, which does not begin like DER.
Result<OcspResponse> parse_ocsp(const Bytes& block) {
  if (block.empty() || block.front() == der::tag::kSequence) {
    return OcspResponse::parse(block);
  }
  const auto der = from_base64(as_text(block), Blanks::kSkip);
  return der ? OcspResponse::parse(*der) : fail(der.error(), Code::kInputNotOcsp, der.error().detail);
}

Result<std::vector<OcspResponse>> ocsps_of(const std::filesystem::path& file) {
  return load_file<OcspResponse>(file, kMaxOcspFileBytes, kOcspLabels, Code::kInputNotOcsp, parse_ocsp);
}

template <class T, class LoadFile>
Result<std::vector<T>> load_all(const Paths& files_and_folders, LoadFile load_one) {
  std::vector<T> all;
  for (const auto& path : files_and_folders) {
    SHOMEI_TRY(const Paths files, list_files(path));
    for (const auto& file : files) {
      SHOMEI_TRY(std::vector<T> some, load_one(file));
      all.insert(all.end(), some.begin(), some.end());
    }
  }
  return all;
}

template <class T>
Result<T> only_one(Result<std::vector<T>> items, const std::filesystem::path& file) {
  if (!items) {
    return std::unexpected(std::move(items).error());
  }
  if (items->size() != 1) {
    return fail(Code::kInputMalformed, fmt::format("{}: {} PEM blocks, wanted one", file.string(), items->size()));
  }
  return std::move(items->front());
}

}  // namespace

Result<std::vector<Certificate>> load_certificates(const Paths& files_and_folders) {
  return load_all<Certificate>(files_and_folders, certificates_of);
}

Result<Certificate> load_certificate(const std::filesystem::path& file) {
  return only_one(certificates_of(file), file);
}

Result<std::vector<Crl>> load_crls(const Paths& files_and_folders) {
  return load_all<Crl>(files_and_folders, crls_of);
}

Result<Crl> load_crl(const std::filesystem::path& file) {
  return only_one(crls_of(file), file);
}

Result<std::vector<OcspResponse>> load_ocsps(const Paths& files_and_folders) {
  return load_all<OcspResponse>(files_and_folders, ocsps_of);
}

Result<OcspResponse> load_ocsp(const std::filesystem::path& file) {
  return only_one(ocsps_of(file), file);
}

Result<ValidationInputs> load_inputs(const EvidencePaths& paths, bool partial_chain) {
  ValidationInputs inputs;
  SHOMEI_TRY(const std::vector<Certificate> trust, load_certificates(paths.trust));
  SHOMEI_TRY(inputs.chain, load_certificates(paths.chain));
  SHOMEI_TRY(inputs.crls, load_crls(paths.crl));
  SHOMEI_TRY(inputs.ocsp, load_ocsps(paths.ocsp));
  for (const Certificate& certificate : trust) {
    (partial_chain || certificate.facts().self_issued ? inputs.anchors : inputs.chain).push_back(certificate);
  }
  if (trust.empty()) {
    return fail(Code::kAnchorMissing);
  }
  return inputs;
}

}  // namespace shomei::auth
