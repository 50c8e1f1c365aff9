// Canonicalisation and XML-DSig's core (references and value) over signatures and pairs of the W3C's interoperability
// meetings, Apache Santuario, IAIK and Baltimore. None of them is a XAdES signature, so the verifier as a whole must
// not accept any.
#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <algorithm>

#include "base/file.h"
#include "signing/xml/xmldsig_reference.h"
#include "tests/conformance/signatures.h"

namespace shomei::conformance {
namespace {

namespace ns = signing::ns;
using signing::attribute;
using signing::base64_content;
using signing::only_child;

constexpr std::string_view kMore = "http://www.w3.org/2001/04/xmldsig-more#";
constexpr std::string_view kDsig11 = "http://www.w3.org/2009/xmldsig11#";

using OwnedParams = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using OwnedParamBuild = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;

OwnedPkey key_from(const char* type, OSSL_PARAM_BLD* build) {
  const OwnedParams parameters(OSSL_PARAM_BLD_to_param(build));
  const OwnedPkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  EVP_PKEY_fromdata_init(context.get());
  EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get());
  return OwnedPkey(key);
}

OwnedBignum number_of(const xmlNode* parent, std::string_view name) {
  const xmlNode* node = only_child(parent, ns::kDs, name);
  const Bytes bytes = node == nullptr ? Bytes() : base64_content(node).value_or(Bytes());
  return OwnedBignum(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

OwnedPkey rsa_key(const xmlNode* value) {
  const OwnedBignum modulus = number_of(value, "Modulus");
  const OwnedBignum exponent = number_of(value, "Exponent");
  const OwnedParamBuild build(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  return key_from("RSA", build.get());
}

OwnedPkey ec_key(std::string_view urn, const Bytes& point) {
  constexpr std::string_view kPrefix = "urn:oid:";
  const std::string oid(urn.substr(std::min(urn.size(), kPrefix.size())));
  const char* group = OBJ_nid2sn(OBJ_txt2nid(oid.c_str()));
  const OwnedParamBuild build(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
  OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  return key_from("EC", build.get());
}

OwnedPkey ec_key(const xmlNode* value) {
  const xmlNode* curve = only_child(value, kDsig11, "NamedCurve");
  const xmlNode* point = only_child(value, kDsig11, "PublicKey");
  return curve == nullptr || point == nullptr
             ? nullptr
             : ec_key(attribute(curve, "URI").value_or(""), base64_content(point).value_or(Bytes()));
}

/// ECDSAKeyValue of RFC 4050: coordinates as decimal numbers.
OwnedPkey ec_key_4050(const xmlNode* value) {
  const xmlNode* domain = only_child(value, kMore, "DomainParameters");
  const xmlNode* curve = domain == nullptr ? nullptr : only_child(domain, kMore, "NamedCurve");
  const xmlNode* point = only_child(value, kMore, "PublicKey");
  if (curve == nullptr || point == nullptr) {
    return nullptr;
  }
  const std::string urn = attribute(curve, "URN").value_or("");
  const int size = urn.ends_with(".35") ? 66 : urn.ends_with(".34") ? 48 : 32;
  Bytes bytes{4};
  for (const char* name : {"X", "Y"}) {
    const xmlNode* node = only_child(point, kMore, name);
    BIGNUM* number = nullptr;
    BN_dec2bn(&number, node == nullptr ? "0" : attribute(node, "Value").value_or("0").c_str());
    const OwnedBignum owned(number);
    bytes.resize(bytes.size() + static_cast<std::size_t>(size));
    BN_bn2binpad(number, bytes.data() + bytes.size() - size, size);
  }
  return ec_key(urn, bytes);
}

OwnedPkey key_of(const signing::SignatureFacts& signature) {
  const xmlNode* value = signature.key_info == nullptr ? nullptr : only_child(signature.key_info, ns::kDs, "KeyValue");
  if (value == nullptr) {
    return nullptr;
  }
  if (const xmlNode* rsa = only_child(value, ns::kDs, "RSAKeyValue")) {
    return rsa_key(rsa);
  }
  if (const xmlNode* ec = only_child(value, kDsig11, "ECKeyValue")) {
    return ec_key(ec);
  }
  const xmlNode* old = only_child(value, kMore, "ECDSAKeyValue");
  return old == nullptr ? nullptr : ec_key_4050(old);
}

/// "rsa-sha1" of "http://www.w3.org/2000/09/xmldsig#rsa-sha1", "REC-xpath-19991116" of the transform's address.
std::string_view short_name(std::string_view algorithm) {
  if (algorithm.ends_with('#')) {
    algorithm.remove_suffix(1);
  }
  return algorithm.substr(algorithm.find_last_of("/#") + 1);
}

/// The documents that references name, as far as they lie in the suite.
std::vector<signing::Document> beside(const signing::SignatureFacts& signature, const std::filesystem::path& folder) {
  std::vector<signing::Document> documents;
  for (const signing::ReferenceFacts& reference : signature.references) {
    // Without URI the application knows: of the one that there is, its readme says what is meant.
    const std::string name =
        signing::file_name_of_uri(reference.uri.value_or("../samples/anonymousReferenceContent.xml"));
    if (!name.empty() && name.front() != '#' && std::filesystem::is_regular_file(folder / name)) {
      documents.push_back({name, folder / name});
    }
  }
  return documents;
}

class Core {
 public:
  Core(std::filesystem::path root, std::vector<CaseResult>& results) : root_(std::move(root)), results_(results) {}

  void file(const std::filesystem::path& path) {
    const std::string id = std::filesystem::relative(path, root_).string();
    const Bytes bytes = read_file(path, 1 << 22).value_or(Bytes());
    const auto document = signing::parse_xml(bytes, limits_);
    if (!document) {
      results_.push_back({id + (as_text(bytes).contains("<!DOCTYPE") ? " with a DTD" : ""), Outcome::kFalseReject,
                          describe(document.error())});
      return;
    }
    for (const xmlNode* element : signing::elements(document->get(), ns::kDs, "Signature")) {
      const auto signature = signing::read_signature(element, limits_);
      if (signature) {
        references(id, document->get(), *signature, path.parent_path());
        value(id, document->get(), *signature);
      } else {
        results_.push_back({id, Outcome::kFalseReject, signature.error()});
      }
    }
    whole(id, path);
  }

 private:
  void references(const std::string& id, const xmlDoc* document, const signing::SignatureFacts& signature,
                  const std::filesystem::path& folder) {
    const auto documents = beside(signature, folder);
    const signing::IdIndex ids(document);
    WorkBudget budget(limits_.work);
    signing::ReferenceChecker checker(document, ids, documents, limits_, budget, false);
    int number = 0;
    for (const signing::ReferenceFacts& reference : signature.references) {
      std::string name = fmt::format("{} reference {} to {}", id, ++number, reference.uri.value_or("nothing"));
      for (const signing::TransformFacts& transform : reference.transforms) {
        name += fmt::format(" by {}", short_name(transform.algorithm));
      }
      name += fmt::format(" in {}", short_name(reference.digest_method));
      const auto outcome = checker.check(signature, reference);
      const bool intact = outcome && outcome->state == signing::ReferenceOutcome::State::kIntact;
      results_.push_back({std::move(name), compare(true, intact),
                          outcome ? fmt::format("{}: {}", static_cast<int>(outcome->state), outcome->detail)
                                  : describe(outcome.error())});
    }
  }

  void value(const std::string& id, const xmlDoc* document, const signing::SignatureFacts& signature) {
    const std::string name = fmt::format("{} value by {}", id, short_name(signature.signature_method));
    auto method = signing::canonicalization_from(signature.canonicalization_method);
    const OwnedPkey key = key_of(signature);
    if (!method || !signature.algorithm || !key) {
      results_.push_back({name, Outcome::kFalseReject, "algorithm or key is not known"});
      return;
    }
    method->inclusive_prefixes = signature.canonicalization_prefixes;
    WorkBudget budget(limits_.work);
    const auto canonical = signing::canonical_bytes(
        {.document = document, .apex = signature.signed_info, .comments = true}, *method, budget);
    const bool fits = canonical && signing::signature_fits(key.get(), *signature.algorithm,
                                                           digest(signature.algorithm->digest, *canonical),
                                                           signature.signature_value);
    results_.push_back({name, compare(true, fits), "value"});
  }

  /// The verifier itself: nothing names the certificate.
  void whole(const std::string& id, const std::filesystem::path& path) {
    signing::VerifyInputs inputs{.file = signing::Document::from_file(path),
                                 .at = *parse_rfc3339("2010-01-01T00:00:00Z")};
    inputs.policy.accept_sha1 = true;
    const auto report = verify(xml_, inputs);
    results_.push_back({id + " as a whole",
                        compare(false, report && report->indication == signing::Indication::kTotalPassed), "passed"});
  }

  std::filesystem::path root_;
  std::vector<CaseResult>& results_;
  signing::XmlLibrary xml_;
  signing::Limits limits_;
};

struct Pair {
  std::string_view input;
  std::string_view output;
  signing::Canonicalization::Kind kind = signing::Canonicalization::Kind::kInclusive10;
  bool comments = false;
  /// Local name of the element whose subtree is meant; empty: the document.
  std::string_view apex = {};
};

constexpr auto kExclusive = signing::Canonicalization::Kind::kExclusive;
constexpr auto kInclusive = signing::Canonicalization::Kind::kInclusive10;

constexpr Pair kPairs[] = {
    {"in/31_input.xml", "in/31_c14n.xml"},
    {"in/31_input.xml", "in/31_c14n-comments.xml", kInclusive, true},
    {"in/32_input.xml", "in/32_c14n.xml"},
    {"in/33_input.xml", "in/33_c14n.xml"},
    {"in/34_input.xml", "in/34_c14n.xml"},
    {"in/35_input.xml", "in/35_c14n.xml"},
    {"in/36_input.xml", "in/36_c14n.xml"},
    {"in/default_ns_redefinition_input.xml", "in/default_ns_redefinition_c14n.xml", kInclusive, false, "Object"},
    {"inExcl/example2_2_1.xml", "inExcl/example2_2_1_c14nized.xml", kInclusive, false, "elem2"},
    {"inExcl/example2_2_2.xml", "inExcl/example2_2_2_c14nized.xml", kInclusive, false, "elem2"},
    {"inExcl/example2_2_1.xml", "inExcl/example2_2_c14nized_exclusive.xml", kExclusive, false, "elem2"},
    {"inExcl/example2_2_2.xml", "inExcl/example2_2_c14nized_exclusive.xml", kExclusive, false, "elem2"},
    {"inExcl/example2_2_3.xml", "inExcl/example2_2_3_c14nized_exclusive.xml", kExclusive, false, "p"},
    {"inExcl/example2_4.xml", "inExcl/example2_4_c14nized.xml", kExclusive, false, "elem2"},
    {"inExcl/plain-soap-1.1.xml", "inExcl/plain-soap-c14nized.xml", kExclusive, false, "Body"},
};

const xmlNode* named(const xmlNode* node, std::string_view name) {
  for (; node != nullptr; node = node->next) {
    if (node->type == XML_ELEMENT_NODE) {
      const xmlNode* found = signing::local_name(node) == name ? node : named(node->children, name);
      if (found != nullptr) {
        return found;
      }
    }
  }
  return nullptr;
}

CaseResult judge(const Pair& pair, const std::filesystem::path& folder) {
  std::string id = fmt::format("pair {} {}", pair.input, pair.output);
  const Bytes input = read_file(folder / pair.input, 1 << 22).value_or(Bytes());
  const Bytes output = read_file(folder / pair.output, 1 << 22).value_or(Bytes());
  id += as_text(input).contains("<!DOCTYPE") ? " with a DTD" : "";
  const signing::Limits limits;
  const auto document = signing::parse_xml(input, limits);
  if (!document) {
    return {id, Outcome::kFalseReject, describe(document.error())};
  }
  const signing::NodeSet nodes{
      .document = document->get(),
      .apex = pair.apex.empty() ? nullptr : named(xmlDocGetRootElement(document->get()), pair.apex),
      .comments = true};
  WorkBudget budget(limits.work);
  const auto made = signing::canonical_bytes(nodes, {.kind = pair.kind, .with_comments = pair.comments}, budget);
  return {id, compare(true, made && *made == output), made ? "another form" : describe(made.error())};
}

}  // namespace

std::vector<CaseResult> run_c14n(const std::filesystem::path& folder) {
  std::vector<CaseResult> results;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const Bytes bytes = read_file(entry.path(), 1 << 22).value_or(Bytes());
    // Templates have no values yet.
    if (name.ends_with(".xml") && !name.contains("template") && as_text(bytes).contains("SignatureValue") &&
        !as_text(bytes).contains("<SignatureValue></SignatureValue>")) {
      files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  {
    Core core(folder, results);
    for (const std::filesystem::path& file : files) {
      core.file(file);
    }
  }
  for (const Pair& pair : kPairs) {
    results.push_back(judge(pair, folder / "org/apache/xml/security/c14n"));
  }
  return results;
}

}  // namespace shomei::conformance
