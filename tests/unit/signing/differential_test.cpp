// Two readers of one document: what this verifier calls intact, xmlsec1 (another reference processing over the same
// canonicalisation) calls intact too, and the other way round but for what is refused here by rule. Documents are good
// signatures, changed at random by seeds that are printed; SHOMEI_DIFFERENTIAL_ROUNDS asks for more of them.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <random>
#include <sstream>

#include "tests/unit/signing/xml_template.h"

namespace shomei::signing::test {
namespace {

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::string changed(std::string text) {
    for (std::size_t left = 1 + below(2); left > 0; --left) {
      text = once(std::move(text));
    }
    return text;
  }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  /// The offset of a random occurrence of `wanted`; npos where there is none.
  std::size_t any(const std::string& text, std::string_view wanted) {
    std::vector<std::size_t> found;
    for (std::size_t at = 0; (at = text.find(wanted, at)) != std::string::npos; ++at) {
      found.push_back(at);
    }
    return found.empty() ? std::string::npos : found[below(found.size())];
  }

  std::string inserted(std::string text, std::string_view before, std::string_view what) {
    const std::size_t at = any(text, before);
    return at == std::string::npos ? text : text.insert(at, what);
  }

  std::string replaced_any(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = any(text, from);
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
  }

  /// A start tag with its attributes and content up to an end tag, as text; not always one element.
  std::string doubled(std::string text) {
    const std::size_t begin = any(text, "<");
    const std::size_t end = text.find("</", begin);
    const std::size_t close = end == std::string::npos ? end : text.find('>', end);
    return close == std::string::npos ? text : text.insert(begin, text.substr(begin, close + 1 - begin));
  }

  std::string once(std::string text) {
    switch (below(14)) {
      case 0: text[below(text.size())] ^= 1; return text;
      case 1: return text.erase(below(text.size()), 1 + below(6));
      case 2: return doubled(std::move(text));
      case 3: return inserted(std::move(text), "<", "<!-- c -->");
      case 4: return inserted(std::move(text), "<", "<?p i?>");
      case 5: return inserted(std::move(text), "<", "\n ");
      case 6: return inserted(std::move(text), ">", " ");
      case 7: return inserted(std::move(text), "</", "<![CDATA[]]>");
      case 8: return inserted(std::move(text), ">", " Id=\"p\"");
      case 9: return inserted(std::move(text), ">", " xmlns:n=\"urn:n\"");
      case 10: return replaced_any(std::move(text), "U0ox", "U&#48;ox");
      case 11: return replaced_any(std::move(text), "xml-exc-c14n#", "xml-exc-c14n#WithComments");
      case 12: return replaced_any(std::move(text), "\"#doc\"", "'#doc'");
      default: return replaced_any(std::move(text), "2026-04-01T00:10", "2026-04-01T00:11");
    }
  }

  std::mt19937_64 random_;
};

std::string transform(const std::string& algorithm, const std::string& inside = "") {
  return "<ds:Transform Algorithm=\"" + algorithm + "\">" + inside + "</ds:Transform>";
}

/// One for each way of reading a document.
std::vector<std::string> bases() {
  const std::string own = reference("#p", kType);
  const auto whole = [&](const std::string& transforms) {
    return sign_template("<d a=\"1\"><!-- c --><b xml:lang=\"ja\">U0ox</b>" +
                         signature(reference("", "", transforms) + own) + "</d>");
  };
  return {sign_template(prescription(kGood)),
          sign_template(prescription(reference("#doc", "", kExclusive) + reference("#p", kType, kExclusive))),
          whole(kEnveloped), whole(kEnveloped + transform("http://www.w3.org/2006/12/xml-c14n11#WithComments")),
          whole(transform("http://www.w3.org/TR/1999/REC-xpath-19991116",
                          "<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath>"))};
}

/// These refuse what xmlsec1 takes: the structure that XAdES asks for, names that could mean several elements, what is
/// not on the list of transforms, and whatever does not say which certificate signed or what was signed.
constexpr std::array<std::string_view, 8> kRules = {"format",
                                                    "reference.ambiguous",
                                                    "reference.forbidden",
                                                    "covers.nothing",
                                                    "signed_properties",
                                                    "signing_certificate.absent",
                                                    "signing_certificate.not_found",
                                                    "eprescription.layout"};

/// What this verifier says of references, value and form; path and certificate are another question, and one that
/// xmlsec1 is not asked.
enum class Said : std::uint8_t { kIntact, kRefusedByRule, kBroken };

Said ours(const std::string& text) {
  const auto report = verify(xml(), inputs(to_bytes(as_bytes(text))));
  if (!report || report->signatures.size() != 1) {
    // Not well-formed is broken for both; a limit, a document type or no signature at all are rules.
    return !report && report.error().code == Code::kXmlMalformed ? Said::kBroken : Said::kRefusedByRule;
  }
  Said said = Said::kIntact;
  for (const Finding& finding : report->signatures.front().findings) {
    if (finding.severity == Severity::kFail) {
      if (std::ranges::find(kRules, finding.check) == kRules.end()) {
        return Said::kBroken;
      }
      said = Said::kRefusedByRule;
    }
  }
  return said;
}

/// xmlsec1's word on each file of the folder: "0" is intact.
std::vector<bool> theirs(const Folder& folder, std::size_t count) {
  const Ran ran =
      run(folder.path(),
          fmt::format(
              "openssl x509 -inform DER -in {} -out ee.pem && for i in $(seq 0 {}); do xmlsec1 --verify "
              "--pubkey-cert-pem ee.pem --enabled-key-data key-name --id-attr:Id SignedProperties "
              "--id-attr:id PrescriptionDocument --id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties "
              "--id-attr:Id http://www.w3.org/2000/09/xmldsig#:KeyInfo $i.xml >/dev/null 2>&1; echo \"said $?\"; done",
              (pki("holders/doctor1") / "signature.cer").string(), count - 1));
  std::vector<bool> said;
  std::istringstream lines(ran.output);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("said ")) {
      said.push_back(line == "said 0");
    }
  }
  EXPECT_EQ(said.size(), count) << ran.output;
  return said;
}

TEST(Differential, TwoReadersAgreeOnWhatIsIntact) {
  const char* asked = std::getenv("SHOMEI_DIFFERENTIAL_ROUNDS");
  const std::uint64_t rounds = asked == nullptr ? 15 : std::strtoull(asked, nullptr, 10);
  const Folder folder;
  std::vector<std::string> texts;
  std::vector<std::uint64_t> seeds;
  for (const std::string& base : bases()) {
    for (std::uint64_t round = 0; round <= rounds; ++round) {
      seeds.push_back(round);
      texts.push_back(round == 0 ? base : Mutator(round * 1000 + texts.size()).changed(base));
      folder.write(fmt::format("{}.xml", texts.size() - 1), as_bytes(texts.back()));
    }
  }
  const std::vector<bool> said = theirs(folder, texts.size());
  ASSERT_EQ(said.size(), texts.size());
  std::size_t both = 0, neither = 0, by_rule = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Said mine = ours(texts[i]);
    SCOPED_TRACE(fmt::format("document {}, seed {}:\n{}", i, seeds[i] * 1000 + i, texts[i]));
    EXPECT_FALSE(mine == Said::kIntact && !said[i]) << "xmlsec1 does not call it intact";
    EXPECT_FALSE(mine == Said::kBroken && said[i]) << "xmlsec1 calls it intact";
    both += mine == Said::kIntact ? 1 : 0;
    by_rule += mine == Said::kRefusedByRule && said[i] ? 1 : 0;
    neither += said[i] ? 0 : 1;
  }
  std::printf("%zu documents: %zu intact for both, %zu for xmlsec1 alone (refused by rule), %zu broken\n", texts.size(),
              both, by_rule, neither);
  EXPECT_GT(both, texts.size() / 20);
  EXPECT_GT(neither, texts.size() / 3);
}

}  // namespace
}  // namespace shomei::signing::test
