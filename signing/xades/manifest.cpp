#include "signing/xades/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "signing/judge/judge.h"
#include "signing/xades/xades_write.h"

namespace shomei::signing {
namespace {

using State = ReferenceOutcome::State;

/// RFC 3986 path: the slashes stay.
std::string uri_of_path(std::string_view name) {
  std::string uri;
  while (true) {
    const std::size_t slash = name.find('/');
    uri += uri_of_file_name(name.substr(0, slash));
    if (slash == std::string_view::npos) {
      return uri;
    }
    uri += '/';
    name.remove_prefix(slash + 1);
  }
}

std::string without_folders(const std::string& name) {
  return name.substr(name.rfind('/') + 1);
}

class ManifestJudge {
 public:
  ManifestJudge(const SignatureFacts& signature, ReferenceChecker& checker, const VerifyInputs& inputs, Time since,
                Judgement& judgement)
      : scope_(signature), checker_(checker), inputs_(inputs), since_(since), judgement_(judgement) {
    scope_.references.clear();
    for (const Document& document : inputs.detached) {
      given_.insert(document.name);
    }
  }

  Result<void> run(const xmlNode* manifest) {
    if (!read(manifest)) {
      return {};
    }
    for (const ReferenceFacts& entry : scope_.references) {
      SHOMEI_TRY(ReferenceOutcome outcome, checker_.check(scope_, as_given(entry)));
      judge(entry, std::move(outcome));
    }
    return {};
  }

 private:
  bool read(const xmlNode* manifest) {
    const auto nodes = child_elements(manifest);
    if (nodes.empty() || std::ssize(nodes) > inputs_.policy.limits.manifest_entries) {
      return malformed(fmt::format("Manifest with {} entries", nodes.size()));
    }
    for (const xmlNode* node : nodes) {
      auto entry = is_element(node, ns::kDs, "Reference") ? read_reference(node, inputs_.policy.limits)
                                                          : Parsed<ReferenceFacts>(std::unexpected("Manifest"));
      if (!entry || !entry->uri) {
        return malformed(entry ? "Manifest entry without URI" : entry.error());
      }
      ++named_[without_folders(file_name_of_uri(*entry->uri))];
      scope_.references.push_back(std::move(*entry));
    }
    return true;
  }

  bool malformed(const std::string& what) {
    judgement_.decide(Indication::kTotalFailed, SubIndication::kFormatFailure, Check::kStructure, what);
    return false;
  }

  /// By the name under which the file was handed in.
  ReferenceFacts as_given(ReferenceFacts entry) const {
    const std::string name = file_name_of_uri(*entry.uri);
    const std::string last = without_folders(name);
    if (!entry.uri->starts_with('#') && !given_.contains(name) && given_.contains(last) && named_.at(last) == 1) {
      entry.uri = uri_of_file_name(last);
    }
    return entry;
  }

  void judge(const ReferenceFacts& entry, ReferenceOutcome outcome) {
    const std::string name = file_name_of_uri(*entry.uri);
    const auto failed = [&](SubIndication sub, Check check) {
      judgement_.decide(Indication::kTotalFailed, sub, check, name);
    };
    switch (outcome.state) {
      case State::kIntact: return accept(entry, name, std::move(outcome));
      case State::kChanged: return failed(SubIndication::kHashFailure, Check::kManifestEntryChanged);
      case State::kAmbiguous: return failed(SubIndication::kFormatFailure, Check::kReferenceAmbiguous);
      case State::kForbidden: return failed(SubIndication::kFormatFailure, Check::kReferenceForbidden);
      case State::kNotFound:
        return judgement_.decide(Indication::kIndeterminate, SubIndication::kSignedDataNotFound,
                                 Check::kManifestEntryAbsent, name);
      case State::kUnknownDigest:
        return judgement_.decide(Indication::kIndeterminate, SubIndication::kCryptoConstraintsFailureNoPoe,
                                 Check::kReferenceAlgorithm, name);
    }
  }

  void accept(const ReferenceFacts& entry, const std::string& name, ReferenceOutcome outcome) {
    const auto digest = digest_from_uri(entry.digest_method);
    judge_digest(*digest, name, since_, inputs_.policy, judgement_);
    judgement_.note(Check::kManifestEntryIntact, Severity::kInfo, name);
    CoveredPart part{*entry.uri, std::nullopt, std::move(outcome.signed_bytes)};
    part.partial = outcome.partial;
    part.digest_algorithm = *digest;
    part.digest = entry.digest_value;
    if (outcome.detached != nullptr) {
      part.detached = outcome.detached->name;
    }
    judgement_.report().covers.push_back(std::move(part));
  }

  SignatureFacts scope_;
  ReferenceChecker& checker_;
  const VerifyInputs& inputs_;
  Time since_;
  Judgement& judgement_;
  std::unordered_set<std::string> given_;
  std::unordered_map<std::string, int> named_;
};

}  // namespace

Result<std::string> manifest_xml(const std::string& id, DigestAlgorithm algorithm, std::span<const Document> files) {
  std::set<std::string_view> names;
  std::string xml = fmt::format("<ds:Manifest Id=\"{}\">", id);
  for (const Document& file : files) {
    if (!names.insert(file.name).second) {
      return fail(Code::kSignUnsupported, "two files of the manifest have the name " + file.name);
    }
    SHOMEI_TRY(const Bytes digest, digest_of(algorithm, file));
    xml += fmt::format("<ds:Reference URI=\"{}\">{}</ds:Reference>", uri_of_path(file.name),
                       digest_xml(algorithm, digest));
  }
  return xml + "</ds:Manifest>";
}

Result<void> judge_manifest(const xmlNode* manifest, const SignatureFacts& signature, ReferenceChecker& checker,
                            const VerifyInputs& inputs, Time since, Judgement& judgement) {
  return ManifestJudge(signature, checker, inputs, since, judgement).run(manifest);
}

}  // namespace shomei::signing
