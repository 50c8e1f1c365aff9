#pragma once

#include <fmt/format.h>

#include "tests/unit/signing/fixture.h"

namespace shomei::signing::test {

/// A token of the test TSA over "data" (kept as folder/data), made by the program openssl, whose clock is the
/// machine's. `query` are options of `openssl ts -query`; `configured` joins the TSA's section.
inline Bytes openssl_token(const Folder& folder, const std::string& query = "-sha256 -cert",
                           const std::string& configured = "accuracy = secs:1") {
  folder.write("tsa.cnf", as_bytes("[tsa]\ndefault_policy = 1.2.3\ndigests = sha1, sha256, sha512\nserial = serial\n"
                                   "signer_digest = sha256\n" +
                                   configured + "\n"));
  folder.write("data", as_bytes("data"));
  const Ran ran = run(folder.path(),
                      fmt::format("openssl x509 -inform DER -in {0}/tsa.cer -out tsa.pem && echo 1F2E > serial && "
                                  "openssl ts -query -data data {1} -out q && openssl ts -reply -config tsa.cnf "
                                  "-section tsa -queryfile q -signer tsa.pem -inkey {0}/tsa.key.pem -token_out -out t",
                                  pki("tsa").string(), query));
  EXPECT_EQ(ran.status, 0) << ran.output;
  return must(read_file(folder.path() / "t", 1 << 16));
}

}  // namespace shomei::signing::test
