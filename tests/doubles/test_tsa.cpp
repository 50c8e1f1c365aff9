#include "tests/doubles/test_tsa.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ts.h>

#include "base/der.h"
#include "base/openssl_digest.h"

namespace shomei {
namespace {

namespace tag = der::tag;

using OwnedRequest = Owned<TS_REQ, TS_REQ_free>;
using OwnedImprint = Owned<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free>;
using OwnedInteger = Owned<ASN1_INTEGER, ASN1_INTEGER_free>;
using OwnedObject = Owned<ASN1_OBJECT, ASN1_OBJECT_free>;
using OwnedResponder = Owned<TS_RESP_CTX, TS_RESP_CTX_free>;
using OwnedResponse = Owned<TS_RESP, TS_RESP_free>;
using OwnedSigned = Owned<CMS_ContentInfo, CMS_ContentInfo_free>;

constexpr const char* kWrongPolicy = "1.3.6.1.4.1.32473.99";

OwnedBio memory(ByteView content) {
  return OwnedBio(BIO_new_mem_buf(content.data(), static_cast<int>(content.size())));
}

OwnedRequest read_request(ByteView query) {
  const unsigned char* at = query.data();
  OwnedRequest request(d2i_TS_REQ(nullptr, &at, static_cast<long>(query.size())));
  SHOMEI_CHECK(request && at == query.data() + query.size());
  return request;
}

/// The question that gets the wrong answer.
void distort(OwnedRequest& request, TsaFault fault) {
  if (fault == TsaFault::kWrongNonce) {
    const OwnedInteger nonce(ASN1_INTEGER_new());
    ASN1_INTEGER_set(nonce.get(), 42);
    TS_REQ_set_nonce(request.get(), nonce.get());
  } else if (fault == TsaFault::kNoNonce) {
    // A nonce that is set cannot be unset.
    const OwnedRequest whole(TS_REQ_dup(request.get()));
    request.reset(TS_REQ_new());
    TS_REQ_set_version(request.get(), 1);
    TS_REQ_set_msg_imprint(request.get(), TS_REQ_get_msg_imprint(whole.get()));
    TS_REQ_set_cert_req(request.get(), 1);
  } else if (fault == TsaFault::kWrongPolicy) {
    TS_REQ_set_policy_id(request.get(), OwnedObject(OBJ_txt2obj(kWrongPolicy, 1)).get());
  } else if (fault == TsaFault::kNoCertificate) {
    TS_REQ_set_cert_req(request.get(), 0);
  } else if (fault == TsaFault::kWrongImprint) {
    const OwnedImprint imprint(TS_MSG_IMPRINT_dup(TS_REQ_get_msg_imprint(request.get())));
    ASN1_OCTET_STRING* digest = TS_MSG_IMPRINT_get_msg(imprint.get());
    Bytes changed(ASN1_STRING_get0_data(digest), ASN1_STRING_get0_data(digest) + ASN1_STRING_length(digest));
    changed.back() ^= 1;
    TS_MSG_IMPRINT_set_msg(imprint.get(), changed.data(), static_cast<int>(changed.size()));
    TS_REQ_set_msg_imprint(request.get(), imprint.get());
  }
}

ASN1_INTEGER* next_serial(TS_RESP_CTX*, void* counter) {
  ASN1_INTEGER* serial = ASN1_INTEGER_new();
  ASN1_INTEGER_set(serial, ++*static_cast<long*>(counter));
  return serial;
}

int time_of(TS_RESP_CTX*, void* clock, long* seconds, long* microseconds) {
  *seconds = static_cast<const Clock*>(clock)->now().time_since_epoch().count();
  *microseconds = 0;
  return 1;
}

/// The same TSTInfo signed anew, by CMS functions, which ask nothing.
Bytes signed_anew(ByteView response, const TsaIdentity& identity, TsaFault fault) {
  const unsigned char* at = response.data();
  const OwnedResponse parsed(d2i_TS_RESP(nullptr, &at, static_cast<long>(response.size())));
  const Bytes info = to_der<i2d_TS_TST_INFO>(TS_RESP_get_tst_info(parsed.get()));
  const unsigned ess = fault == TsaFault::kNoEss ? 0U : static_cast<unsigned>(CMS_CADES);
  const OwnedSigned made(CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_BINARY | CMS_PARTIAL));
  CMS_set1_eContentType(made.get(), OBJ_nid2obj(NID_id_smime_ct_TSTInfo));
  CMS_set_detached(made.get(), 0);
  const auto sign = [&](unsigned more) {
    SHOMEI_CHECK(CMS_add1_signer(made.get(), identity.certificate.get(), identity.key.get(),
                                 native_digest(identity.digest), CMS_BINARY | ess | more) != nullptr);
  };
  sign(fault == TsaFault::kOtherCertificate ? CMS_NOCERTS : 0);
  if (fault == TsaFault::kTwoSigners) {
    sign(CMS_NOCERTS);
  } else if (fault == TsaFault::kOtherCertificate) {
    CMS_add1_cert(made.get(), identity.ca.get());
  }
  SHOMEI_CHECK(CMS_final(made.get(), memory(info).get(), nullptr, CMS_BINARY) == 1);
  const Bytes granted = der::wrap(tag::kSequence, der::unsigned_integer(Bytes{0}));
  return der::wrap(tag::kSequence, {granted, to_der<i2d_CMS_ContentInfo>(made.get())});
}

Bytes refusal(int status, int failure) {
  const Bytes number = der::unsigned_integer(Bytes{static_cast<std::uint8_t>(status)});
  const Bytes text = der::wrap(tag::kSequence, der::wrap(tag::kUtf8String, as_bytes("as the test\nwishes")));
  // PKIFailureInfo with one bit of the first octet.
  const auto octet = static_cast<std::uint8_t>(0x80 >> failure);
  const Bytes bits = der::wrap(tag::kBitString, Bytes{static_cast<std::uint8_t>(7 - failure), octet});
  return der::wrap(tag::kSequence, der::wrap(tag::kSequence, {number, text, bits}));
}

std::string as_string(const Bytes& bytes) {
  return std::string(as_text(bytes));
}

}  // namespace

Bytes TestTsa::respond(ByteView query) {
  OwnedRequest request = read_request(query);
  distort(request, fault);
  const Bytes changed = to_der<i2d_TS_REQ>(request.get());
  const OwnedResponder responder(TS_RESP_CTX_new());
  SHOMEI_CHECK(TS_RESP_CTX_set_signer_cert(responder.get(), identity_.certificate.get()) == 1 &&
               TS_RESP_CTX_set_signer_key(responder.get(), identity_.key.get()) == 1);
  if (with_ca) {
    STACK_OF(X509)* more = sk_X509_new_null();
    sk_X509_push(more, identity_.ca.get());
    TS_RESP_CTX_set_certs(responder.get(), more);
    sk_X509_free(more);
  }
  TS_RESP_CTX_set_def_policy(responder.get(), OwnedObject(OBJ_txt2obj(policy.c_str(), 1)).get());
  TS_RESP_CTX_add_policy(responder.get(), OwnedObject(OBJ_txt2obj(kWrongPolicy, 1)).get());
  for (const DigestAlgorithm algorithm :
       {DigestAlgorithm::kSha1, DigestAlgorithm::kSha256, DigestAlgorithm::kSha384, DigestAlgorithm::kSha512}) {
    TS_RESP_CTX_add_md(responder.get(), native_digest(algorithm));
  }
  TS_RESP_CTX_set_signer_digest(responder.get(), native_digest(identity_.digest));
  TS_RESP_CTX_set_ess_cert_id_digest(responder.get(), ess_v1 ? EVP_sha1() : native_digest(identity_.digest));
  TS_RESP_CTX_set_accuracy(responder.get(), 1, 0, 0);
  TS_RESP_CTX_set_serial_cb(responder.get(), next_serial, &serial_);
  TS_RESP_CTX_set_time_cb(responder.get(), time_of, const_cast<Clock*>(clock_));
  const OwnedResponse response(TS_RESP_create_response(responder.get(), memory(changed).get()));
  SHOMEI_CHECK(response);
  ERR_clear_error();
  return to_der<i2d_TS_RESP>(response.get());
}

Result<HttpResponse> TestTsa::send(const HttpRequest& request) {
  ++asked;
  const auto type = request.headers.find("Content-Type");
  SHOMEI_CHECK(request.method == "POST" && type != request.headers.end() &&
               type->second == "application/timestamp-query");
  HttpResponse answer{.status = 200, .headers = {{"content-type", "application/timestamp-reply"}}};
  const ByteView query = as_bytes(request.body);
  switch (fault) {
    case TsaFault::kAway: return fail(Code::kNetUnreachable, "nobody is there");
    case TsaFault::kTimeout: return fail(Code::kNetTimeout, "30000 ms");
    case TsaFault::kRejects: answer.body = as_string(refusal(2, 0)); break;
    case TsaFault::kWaits: answer.body = as_string(refusal(3, 5)); break;
    case TsaFault::kGarbage: answer.body = "<html>Welcome</html>"; break;
    case TsaFault::kTooLong: answer.body = std::string(1 << 20, '0'); break;
    case TsaFault::kNoToken: answer.body = std::string("\x30\x05\x30\x03\x02\x01\x00", 7); break;
    case TsaFault::kNoEss:
    case TsaFault::kOtherCertificate:
    case TsaFault::kTwoSigners: answer.body = as_string(signed_anew(respond(query), identity_, fault)); break;
    default: answer.body = as_string(respond(query));
  }
  if (fault == TsaFault::kWrongSignature) {
    answer.body.back() = static_cast<char>(answer.body.back() ^ 1);
  } else if (fault == TsaFault::kTruncated) {
    answer.body.pop_back();
  } else if (fault == TsaFault::kContentType) {
    answer.headers["content-type"] = "text/html; charset=utf-8";
  } else if (fault == TsaFault::kStatus) {
    answer.status = 500;
  }
  return answer;
}

Bytes TestTsa::token(DigestAlgorithm algorithm, ByteView digest) {
  SHOMEI_CHECK(fault == TsaFault::kNone);
  const Bytes imprint =
      der::wrap(tag::kSequence, {der::algorithm(digest_oid(algorithm), true), der::wrap(tag::kOctetString, digest)});
  const Bytes response = respond(
      der::wrap(tag::kSequence, {der::unsigned_integer(Bytes{1}), imprint, der::wrap(tag::kBoolean, Bytes{0xFF})}));
  der::Reader outer(response);
  der::Reader reader = outer.enter(tag::kSequence).value();
  SHOMEI_CHECK(reader.next());
  return to_bytes(reader.rest());
}

Result<HttpResponse> TsaNet::send(const HttpRequest& request) {
  const auto tsa = at_.find(request.url);
  return tsa == at_.end() ? fail(Code::kNetUnreachable, "nobody is there") : tsa->second->send(request);
}

}  // namespace shomei
