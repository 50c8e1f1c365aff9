// links: shomei_signing PkgConfig::XML2
// What a time-stamping authority answers: the reply, its token, and the TSTInfo, held against OpenSSL's reading.
#include <openssl/err.h>
#include <openssl/ts.h>

#include "base/openssl.h"
#include "signing/tsp/timestamp_query.h"

using namespace shomei;

namespace {

void compare(ByteView der) {
  const auto ours = signing::read_tst_info(der);
  const unsigned char* at = der.data();
  const Owned<TS_TST_INFO, TS_TST_INFO_free> theirs(d2i_TS_TST_INFO(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  if (!ours || !theirs) {
    return;
  }
  const ASN1_OCTET_STRING* digest = TS_MSG_IMPRINT_get_msg(TS_TST_INFO_get_msg_imprint(theirs.get()));
  SHOMEI_CHECK(Bytes(ASN1_STRING_get0_data(digest), ASN1_STRING_get0_data(digest) + ASN1_STRING_length(digest)) ==
               ours->imprint);
  SHOMEI_CHECK(ours->ordering == (TS_TST_INFO_get_ordering(theirs.get()) != 0));
  SHOMEI_CHECK(ours->accuracy.has_value() == (TS_TST_INFO_get_accuracy(theirs.get()) != nullptr));
  SHOMEI_CHECK(ours->nonce.empty() == (TS_TST_INFO_get_nonce(theirs.get()) == nullptr));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  compare(input);
  const auto reply = signing::timestamp_reply(input);
  const ByteView der = reply ? ByteView(*reply) : input;
  if (const auto token = signing::read_timestamp_token(der)) {
    compare(*token->cms.content);
    const auto certificates = signing::token_certificates(*token);
    if (const auto signer = signing::token_signer(*token, certificates)) {
      static_cast<void>(signing::token_signature_fits(*token, *signer));
    }
    const signing::TimestampQuestion question{.digest = token->info.imprint, .policy = "1.2.3", .nonce = {1, 2}};
    SHOMEI_CHECK(!signing::answer_to(question, der) || token->info.nonce == question.nonce);
  }
  return 0;
}
