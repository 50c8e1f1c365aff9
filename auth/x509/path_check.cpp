#include "auth/x509/path_check.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

#include "auth/x509/certificate_facts.h"
#include "auth/x509/weak_key.h"

namespace shomei::auth {
namespace {

using OwnedStore = Owned<X509_STORE, X509_STORE_free>;
using OwnedStoreContext = Owned<X509_STORE_CTX, X509_STORE_CTX_free>;
using OwnedStack = Owned<STACK_OF(X509), [](STACK_OF(X509) * stack) { sk_X509_free(stack); }>;

struct ErrorRow {
  int error;
  Check check;
  Severity severity = Severity::kFail;
};

/// What OpenSSL's verdicts mean here. Rows of severity warn: strict mode asks for the profile of RFC 5280 4, validation
/// (section 6) does not.
constexpr auto kErrors = std::to_array<ErrorRow>({
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, Check::kPathSignature},
    {X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, Check::kPathSignature},
    {X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH, Check::kPathSignature},
    {X509_V_ERR_SIGNATURE_ALGORITHM_INCONSISTENCY, Check::kPathSignature},
    {X509_V_ERR_CERT_NOT_YET_VALID, Check::kPathNotYetValid},
    {X509_V_ERR_CERT_HAS_EXPIRED, Check::kPathExpired},
    {X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, Check::kPathMalformed},
    {X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, Check::kPathMalformed},
    {X509_V_ERR_INVALID_CA, Check::kPathBasicConstraints},
    {X509_V_ERR_INVALID_NON_CA, Check::kPathBasicConstraints},
    {X509_V_ERR_PATH_LENGTH_EXCEEDED, Check::kPathLength},
    {X509_V_ERR_PATHLEN_INVALID_FOR_NON_CA, Check::kPathProfileDeviation},
    {X509_V_ERR_PATHLEN_WITHOUT_KU_KEY_CERT_SIGN, Check::kPathProfileDeviation},
    {X509_V_ERR_KEYUSAGE_NO_CERTSIGN, Check::kPathKeyUsage},
    {X509_V_ERR_KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA, Check::kPathProfileDeviation},
    {X509_V_ERR_NO_EXPLICIT_POLICY, Check::kPathPolicy},
    {X509_V_ERR_INVALID_POLICY_EXTENSION, Check::kPathPolicy},
    {X509_V_ERR_PERMITTED_VIOLATION, Check::kPathNameConstraints},
    {X509_V_ERR_EXCLUDED_VIOLATION, Check::kPathNameConstraints},
    {X509_V_ERR_SUBTREE_MINMAX, Check::kPathNameConstraints},
    {X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, Check::kPathNameConstraints},
    {X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, Check::kPathNameConstraints},
    {X509_V_ERR_UNSUPPORTED_NAME_SYNTAX, Check::kPathNameConstraints},
    {X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, Check::kPathCriticalExtension},
    {X509_V_ERR_INVALID_EXTENSION, Check::kPathMalformed},
    {X509_V_ERR_EXTENSIONS_REQUIRE_VERSION_3, Check::kPathMalformed},
    {X509_V_ERR_EC_KEY_EXPLICIT_PARAMS, Check::kAlgorithm},
    {X509_V_ERR_CA_BCONS_NOT_CRITICAL, Check::kPathProfileDeviation, Severity::kWarn},
    {X509_V_ERR_CA_CERT_MISSING_KEY_USAGE, Check::kPathProfileDeviation, Severity::kWarn},
    {X509_V_ERR_ISSUER_NAME_EMPTY, Check::kPathProfileDeviation},
    {X509_V_ERR_SUBJECT_NAME_EMPTY, Check::kPathProfileDeviation},
    {X509_V_ERR_EMPTY_SUBJECT_ALT_NAME, Check::kPathProfileDeviation, Severity::kWarn},
    {X509_V_ERR_EMPTY_SUBJECT_SAN_NOT_CRITICAL, Check::kPathProfileDeviation, Severity::kWarn},
    {X509_V_ERR_AUTHORITY_KEY_IDENTIFIER_CRITICAL, Check::kPathProfileDeviation, Severity::kWarn},
    {X509_V_ERR_SUBJECT_KEY_IDENTIFIER_CRITICAL, Check::kPathProfileDeviation, Severity::kWarn},
    {X509_V_ERR_MISSING_AUTHORITY_KEY_IDENTIFIER, Check::kPathProfileDeviation, Severity::kWarn},
    {X509_V_ERR_MISSING_SUBJECT_KEY_IDENTIFIER, Check::kPathProfileDeviation, Severity::kWarn},
});

/// What the callbacks of one X509_verify_cert need.
struct Job {
  const Path* path;
  std::vector<Finding>* findings;
  Time at;
};

int ex_data_index() {
  static const int index = X509_STORE_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

Job& job_of(X509_STORE_CTX* context) {
  return *static_cast<Job*>(X509_STORE_CTX_get_ex_data(context, ex_data_index()));
}

/// Notes the objection and goes on, so that the report has all of them.
int note_objection(int ok, X509_STORE_CTX* context) {
  if (ok == 1) {
    return 1;
  }
  const int error = X509_STORE_CTX_get_error(context);
  const auto row = std::ranges::find(kErrors, error, &ErrorRow::error);
  const Job& job = job_of(context);
  const auto depth = static_cast<std::size_t>(std::max(0, X509_STORE_CTX_get_error_depth(context)));
  Finding finding{std::min(depth, job.path->size() - 1), Check::kPathOther, Severity::kFail,
                  X509_verify_cert_error_string(error)};
  // RFC 5280 4.1.2.5: notAfter is within the period; OpenSSL ends it one second earlier.
  if (error == X509_V_ERR_CERT_HAS_EXPIRED && (*job.path)[finding.certificate].facts().not_after == job.at) {
    return 1;
  }
  if (row != kErrors.end()) {
    finding.check = row->check;
    finding.severity = row->severity;
  }
  // RFC 5280 6.1.1 (d): of an anchor its name and key count; that it must be a CA is asked of the certificates below.
  const bool is_anchor = finding.certificate + 1 == job.path->size() && finding.certificate > 0;
  if (is_anchor && (error == X509_V_ERR_INVALID_CA || error == X509_V_ERR_KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA)) {
    finding.check = Check::kPathProfileDeviation;
    finding.severity = Severity::kWarn;
  }
  job.findings->push_back(std::move(finding));
  return 1;
}

/// Who issued whom was decided by the search; OpenSSL must not look for another path.
int is_next_in_path(X509_STORE_CTX* context, X509* subject, X509* issuer) {
  const Path& path = *job_of(context).path;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i].native() == subject || X509_cmp(path[i].native(), subject) == 0) {
      const Certificate& next = path[std::min(i + 1, path.size() - 1)];
      return next.native() == issuer || X509_cmp(next.native(), issuer) == 0 ? 1 : 0;
    }
  }
  return 0;
}

bool set_parameters(X509_VERIFY_PARAM* parameters, const ValidationOptions& options) {
  unsigned long flags = X509_V_FLAG_POLICY_CHECK | X509_V_FLAG_X509_STRICT | X509_V_FLAG_PARTIAL_CHAIN;
  flags |= options.require_explicit_policy ? X509_V_FLAG_EXPLICIT_POLICY : 0;
  flags |= options.inhibit_policy_mapping ? X509_V_FLAG_INHIBIT_MAP : 0;
  flags |= options.inhibit_any_policy ? X509_V_FLAG_INHIBIT_ANY : 0;
  X509_VERIFY_PARAM_set_time(parameters, options.at.time_since_epoch().count());
  // OpenSSL takes an empty set literally, as soon as a CA requires an explicit policy; RFC 5280 6.1.1 (c) means any.
  const std::vector<std::string> any{"2.5.29.32.0"};
  for (const std::string& policy : options.policies.empty() ? any : options.policies) {
    ASN1_OBJECT* object = OBJ_txt2obj(policy.c_str(), 1);
    if (object == nullptr || X509_VERIFY_PARAM_add0_policy(parameters, object) != 1) {
      ASN1_OBJECT_free(object);
      return false;
    }
  }
  return X509_VERIFY_PARAM_set_flags(parameters, flags) == 1;
}

std::vector<std::string> user_policies(X509_STORE_CTX* context) {
  std::vector<std::string> policies;
  const STACK_OF(X509_POLICY_NODE)* nodes =
      X509_policy_tree_get0_user_policies(X509_STORE_CTX_get0_policy_tree(context));
  policies.reserve(static_cast<std::size_t>(std::max(0, sk_X509_POLICY_NODE_num(nodes))));
  for (int i = 0; i < sk_X509_POLICY_NODE_num(nodes); ++i) {
    policies.push_back(oid_text(X509_policy_node_get0_policy(sk_X509_POLICY_NODE_value(nodes, i))));
  }
  std::ranges::sort(policies);
  return policies;
}

void ask_openssl(const Path& path, const ValidationOptions& options, PathOpinion& opinion) {
  const OwnedStore store(X509_STORE_new());
  const OwnedStoreContext context(X509_STORE_CTX_new());
  const OwnedStack chain(sk_X509_new_null());
  Job job{&path, &opinion.findings, options.at};
  bool ready = store && context && chain && X509_STORE_add_cert(store.get(), path.back().native()) == 1;
  for (std::size_t i = 1; ready && i + 1 < path.size(); ++i) {
    ready = sk_X509_push(chain.get(), path[i].native()) > 0;
  }
  if (ready) {
    X509_STORE_set_check_issued(store.get(), is_next_in_path);
    X509_STORE_set_verify_cb(store.get(), note_objection);
    ready = X509_STORE_CTX_init(context.get(), store.get(), path.front().native(), chain.get()) == 1 &&
            X509_STORE_CTX_set_ex_data(context.get(), ex_data_index(), &job) == 1 &&
            set_parameters(X509_STORE_CTX_get0_param(context.get()), options);
  }
  const std::size_t before = opinion.findings.size();
  const bool accepted = ready && X509_verify_cert(context.get()) == 1;
  const STACK_OF(X509)* judged = ready ? X509_STORE_CTX_get0_chain(context.get()) : nullptr;
  const bool same_path = sk_X509_num(judged) == static_cast<int>(path.size());
  if ((!accepted || !same_path) && verdict_of(std::span(opinion.findings).subspan(before)) == Verdict::kValid) {
    opinion.findings.push_back(
        {0, Check::kPathOther, Severity::kFail,
         ready ? X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())) : "OpenSSL"});
  }
  if (accepted) {
    opinion.policies = user_policies(context.get());
  }
  ERR_clear_error();
}

std::string signature_algorithm_of(const Certificate& certificate) {
  const X509_ALGOR* algorithm = nullptr;
  X509_get0_signature(nullptr, &algorithm, certificate.native());
  return signature_algorithm(*algorithm);
}

/// A signature is judged as of when the certificate that carries it is proved to exist, and with it the key that made
/// it; the key of the end entity as of the time of validation.
void check_algorithms(const Path& path, const ValidationOptions& options, const AlgorithmRules& rules,
                      std::vector<Finding>& findings) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    EVP_PKEY* key = X509_get0_pubkey(path[i].native());
    if (key == nullptr) {
      findings.push_back({i, Check::kAlgorithm, Severity::kFail, "unreadable key"});
    } else if (auto weak = weakness(key, rules.weak_keys.get())) {
      findings.push_back({i, Check::kWeakKey, Severity::kFail, *std::move(weak)});
    }
    const bool is_anchor = i + 1 == path.size();
    const Time signed_by = judged_since(options, path[i].facts());
    const Time used = i == 0 ? options.at : judged_since(options, path[i - 1].facts());
    const auto add = [&](const std::string& algorithm, EVP_PKEY* of, Time at) {
      std::ranges::move(check_algorithm(algorithm, of, at, rules, i), std::back_inserter(findings));
    };
    add(is_anchor ? "" : signature_algorithm_of(path[i]), nullptr, signed_by);
    add("", key, used);
  }
  ERR_clear_error();
}

}  // namespace

PathOpinion check_path(const Path& path, const ValidationOptions& options, const AlgorithmRules& algorithms) {
  PathOpinion opinion;
  ask_openssl(path, options, opinion);
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    for (const std::string& field : path[i].facts().malformed) {
      opinion.findings.push_back({i, Check::kPathMalformed, Severity::kFail, field});
    }
    for (const std::string& what : path[i].facts().deviations) {
      opinion.findings.push_back({i, Check::kPathProfileDeviation, Severity::kWarn, what});
    }
  }
  check_algorithms(path, options, algorithms, opinion.findings);
  return opinion;
}

}  // namespace shomei::auth
