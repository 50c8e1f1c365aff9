// What OpenSSL 3.0 accepts by default and must not pass here: each shown with OpenSSL, then closed.
#include <gmock/gmock.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "forge.h"
#include "test_pki.h"

namespace shomei::auth {
namespace {

using Extensions = std::vector<std::pair<std::string, std::string>>;

class OpensslDefaults : public testing::Test {
 protected:
  OwnedPkey root_key_ = forge_key();
  OwnedPkey ca_key_ = forge_key();
  OwnedPkey leaf_key_ = forge_key();
  Time june_ = parse_rfc3339("2026-06-01T00:00:00Z").value();
  Certificate root_ =
      forge({.subject = "Root", .issuer = "Root", .key = root_key_.get(), .issuer_key = root_key_.get()});

  Certificate ca(Extensions extensions = {}) const {
    return forge({.subject = "CA",
                  .issuer = "Root",
                  .key = ca_key_.get(),
                  .issuer_key = root_key_.get(),
                  .serial = 2,
                  .extensions = std::move(extensions)});
  }
  Certificate leaf(Extensions extensions = {}) const {
    return forge({.subject = "Leaf",
                  .issuer = "CA",
                  .key = leaf_key_.get(),
                  .issuer_key = ca_key_.get(),
                  .serial = 3,
                  .ca = false,
                  .extensions = std::move(extensions)});
  }

  /// X509_verify_cert with nothing set but the time and these flags.
  bool openssl_accepts(const Certificate& leaf, const Certificate& ca, const std::vector<Bytes>& crls = {},
                       unsigned long flags = 0) const {
    const Owned<X509_STORE, X509_STORE_free> store(X509_STORE_new());
    const Owned<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
    const Owned<STACK_OF(X509), [](STACK_OF(X509) * stack) { sk_X509_free(stack); }> chain(sk_X509_new_null());
    X509_STORE_add_cert(store.get(), root_.native());
    sk_X509_push(chain.get(), ca.native());
    for (const Bytes& der : crls) {
      const unsigned char* cursor = der.data();
      const OwnedX509Crl crl(d2i_X509_CRL(nullptr, &cursor, static_cast<long>(der.size())));
      X509_STORE_add_crl(store.get(), crl.get());
    }
    X509_STORE_CTX_init(context.get(), store.get(), leaf.native(), chain.get());
    X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_time(parameters, june_.time_since_epoch().count());
    X509_VERIFY_PARAM_set_flags(parameters, flags);
    const bool accepted = X509_verify_cert(context.get()) == 1;
    ERR_clear_error();
    return accepted;
  }
  ValidationReport judge(const Certificate& leaf, const Certificate& ca, std::vector<Crl> crls = {},
                         bool revocation = false) const {
    ValidationOptions options;
    options.at = june_;
    options.check_revocation = revocation;
    const ValidationInputs inputs{.anchors = {root_}, .chain = {ca}, .crls = std::move(crls)};
    return validate(leaf, inputs, options, ProfileSet::defaults());
  }
};

TEST_F(OpensslDefaults, policies_are_not_checked) {
  const auto ca_requires =
      ca({{"certificatePolicies", "1.2.3"}, {"policyConstraints", "critical,requireExplicitPolicy:0"}});
  const auto without = leaf();
  EXPECT_TRUE(openssl_accepts(without, ca_requires));
  EXPECT_FALSE(openssl_accepts(without, ca_requires, {}, X509_V_FLAG_POLICY_CHECK));
  EXPECT_THAT(checks(judge(without, ca_requires).findings, Severity::kFail), testing::ElementsAre("path.policy"));
}

TEST_F(OpensslDefaults, an_invalid_policy_extension_is_not_noticed) {
  // RFC 5280 4.2.1.4: no policy twice (and CVE-2023-0465, where checking was on).
  const auto twice = leaf({{"2.5.29.32", "DER:300C300406022A03300406022A03"}});
  EXPECT_TRUE(openssl_accepts(twice, ca()));
  EXPECT_EQ(judge(twice, ca()).verdict, Verdict::kInvalid);
}

TEST_F(OpensslDefaults, revocation_is_not_checked) {
  const Bytes revoked = forge_crl_der({.issuer = "CA", .key = ca_key_.get(), .revoked = {3}});
  const Bytes of_root = forge_crl_der({.issuer = "Root", .key = root_key_.get()});
  EXPECT_TRUE(openssl_accepts(leaf(), ca(), {revoked, of_root}));
  EXPECT_EQ(judge(leaf(), ca(), {Crl::parse(revoked).value(), Crl::parse(of_root).value()}, true).verdict,
            Verdict::kInvalid);
  EXPECT_EQ(judge(leaf(), ca(), {}, true).verdict, Verdict::kIndeterminate) << "no lists at all";
}

TEST_F(OpensslDefaults, a_list_with_an_unreadable_extension_counts) {
  constexpr unsigned long kLists = X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
  const Bytes of_root = forge_crl_der({.issuer = "Root", .key = root_key_.get()});
  // issuingDistributionPoint, baseCRLNumber, authorityKeyIdentifier, cRLNumber: none can be decoded, so nobody knows
  // what the list is about.
  for (const char* oid : {"2.5.29.28", "2.5.29.27", "2.5.29.35", "2.5.29.20"}) {
    const Bytes list = forge_crl_der({.issuer = "CA", .key = ca_key_.get(), .extensions = {{oid, "DER:0500"}}});
    EXPECT_TRUE(openssl_accepts(leaf(), ca(), {list, of_root}, kLists)) << oid;
    const auto crl = Crl::parse(list);
    if (crl) {
      EXPECT_NE(judge(leaf(), ca(), {*crl, Crl::parse(of_root).value()}, true).verdict, Verdict::kValid) << oid;
    } else {
      EXPECT_EQ(crl.error().code, Code::kInputNotCrl) << oid;
    }
  }
}

TEST_F(OpensslDefaults, the_last_second_is_taken_for_expired) {
  // RFC 5280 4.1.2.5: notAfter is within the period.
  june_ = parse_rfc3339("2027-01-01T00:00:00Z").value();
  EXPECT_FALSE(openssl_accepts(leaf(), ca()));
  EXPECT_EQ(judge(leaf(), ca()).verdict, Verdict::kValid);
  june_ += std::chrono::seconds(1);
  EXPECT_THAT(checks(judge(leaf(), ca()).findings, Severity::kFail), testing::Contains("path.expired"));
}

TEST_F(OpensslDefaults, form_is_not_checked) {
  // A CA whose keyUsage is absent, and a key usage for certificates in one that is no CA: strict mode is off.
  const auto signs = leaf({{"keyUsage", "critical,keyCertSign"}});
  EXPECT_TRUE(openssl_accepts(signs, ca()));
  EXPECT_EQ(judge(signs, ca()).verdict, Verdict::kInvalid);
}

}  // namespace
}  // namespace shomei::auth
