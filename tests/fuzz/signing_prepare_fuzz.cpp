// links: shomei_signing
// What signing reads of strangers: a CSV, a prescription to embed, a file to sign further or to confirm.
#include "base/software_key.h"
#include "signing/prepare.h"

namespace {

using namespace shomei::signing;

/// Self-made for the run; only its certificate is used.
const SignerCertificate& certificate() {
  static const SignerCertificate made = [] {
    const auto key = shomei::SoftwareKey::generate_p256();
    SHOMEI_CHECK(key);
    shomei::OwnedX509 x509(X509_new());
    X509_set_version(x509.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), 3600);
    X509_set_pubkey(x509.get(), (*key)->native());
    X509_sign(x509.get(), (*key)->native(), EVP_sha256());
    auto certificate = signer_certificate(shomei::to_der<i2d_X509>(x509.get()), {});
    SHOMEI_CHECK(certificate);
    return std::move(*certificate);
  }();
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const XmlLibrary library;
  if (size == 0) {
    return 0;
  }
  const Document foreign = Document::from_bytes("foreign", {data + 1, data + size});
  const Document ours = Document::from_bytes("ours", {'C', 'J', '1', '\n'});
  SignRequest request{.document = foreign, .max_xml_bytes = 1 << 20};
  switch (data[0] % 6) {
    case 0: request.profile = SignProfile::kEprescription; break;
    case 1:
      request.document = ours;
      request.profile = SignProfile::kEprescription;
      request.prescription = foreign;
      break;
    case 2:
      request.packaging = Packaging::kEnveloped;
      request.relation = Relation::kParallel;
      break;
    case 3: request.relation = Relation::kCounter; break;
    case 4:
      request.format = Format::kCades;
      request.relation = Relation::kCounter;
      break;
    default:
      request.format = Format::kCades;
      request.relation = Relation::kParallel;
      request.document = ours;
      request.signed_file = foreign;
      break;
  }
  if (const auto prepared = prepare(library, request, certificate(), shomei::Time(std::chrono::seconds(1775002800)))) {
    SHOMEI_CHECK(!prepared->assemble(shomei::Bytes(64)).empty());
  }
  return 0;
}
