// crl_botan FILE ENTRIES: the same work by Botan's X509_CRL; a lookup needs a whole certificate there, which is on
// none.
#include <botan/data_src.h>
#include <botan/pk_keys.h>
#include <botan/x509_crl.h>
#include <botan/x509cert.h>

#include "auth/x509/load.h"
#include "base/file.h"
#include "measure.h"

using namespace shomei;

namespace {

int run(const std::string& path) {
  const std::string pki = SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed/";
  const Botan::X509_Certificate issuer(pki + "trust/signature/sign_ca.cer");
  const Botan::X509_Certificate leaf(pki + "holders/doctor1/signature.cer");
  const auto key = issuer.load_subject_public_key();
  const double before = bench::resident();
  const double begin = bench::seconds_now();
  std::unique_ptr<Botan::X509_CRL> crl;
  {
    Botan::DataSource_Stream source(path, true);
    crl = std::make_unique<Botan::X509_CRL>(source);
  }
  const bool right = crl->check_signature(*key);
  const double load = bench::seconds_now() - begin;
  const double kept = bench::resident() - before;
  constexpr int kLookups = 5;
  bool listed = false;
  const double looking = bench::seconds_now();
  for (int i = 0; i < kLookups; ++i) {
    listed = listed || crl->is_revoked(leaf);
  }
  const double lookup = (bench::seconds_now() - looking) / kLookups * 1e9;
  fmt::print(R"({{"load_s":{},"kept_mb":{},"lookup_ns":{}}})"
             "\n",
             load, kept / 1e6, lookup);
  return right && !listed ? 0 : 70;
}

}  // namespace

int main(int count, char** values) {
  return count >= 2 ? run(values[1]) : 64;
}
