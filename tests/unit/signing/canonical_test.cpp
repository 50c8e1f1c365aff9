// Canonical forms of random documents, beside libxml2's own over node sets that XPath selects.
#include <libxml/c14n.h>
#include <libxml/xpath.h>

#include <random>

#include "signing/xml/xml_canonical.h"
#include "tests/unit/signing/fixture.h"

namespace shomei::signing::test {
namespace {

using Kind = Canonicalization::Kind;

/// A document with everything that canonical forms care about: prefixes declared anew, taken back and unused, xml:
/// attributes, references, sections, comments and instructions, also around the root. Each element has an id.
class Writer {
 public:
  explicit Writer(std::uint32_t seed) : random_(seed) {}

  std::string document() {
    return chance(2) ? "<!-- before --><?pi before?>\n" + element(0) + "<!-- after --><?pi after?>" : element(0);
  }
  int elements() const { return elements_; }
  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
  bool chance(int of) { return pick(of) == 0; }

 private:
  std::string any(std::initializer_list<const char*> words) {
    return words.begin()[pick(static_cast<int>(words.size()))];
  }

  std::string attributes(int depth) {
    std::string text;
    if (chance(3)) {
      text += " xmlns='" + any({"urn:a", "urn:b", "http://x.test/"}) + "'";
    } else if (depth > 0 && chance(6)) {
      text += " xmlns=''";
    }
    for (const char* prefix : {"p", "q"}) {
      // The root declares both, so that they can be used anywhere.
      if (depth == 0 || chance(4)) {
        text += std::string(" xmlns:") + prefix + "='" + any({"urn:1", "urn:2", "urn:3"}) + "'";
      }
    }
    for (const char* name : {"xml:lang", "xml:space", "xml:base", "b", "a"}) {
      if (chance(4)) {
        text += std::string(" ") + name + "='" + any({"default", "../up/", "x/y", "&lt;&#9;&#13;&quot;&amp;", "日本"}) +
                "'";
      }
    }
    // Of the same local name, told apart by their prefixes only.
    text += chance(4) ? " p:u='1'" : "";
    return text + (chance(5) ? " q:v='2'" : "");
  }

  std::string element(int depth) {
    const std::string name = any({"e", "p:e", "q:e", "f"});
    std::string text = "<" + name + " id='n" + std::to_string(elements_++) + "'" + attributes(depth) + ">";
    for (int i = pick(depth > 5 ? 1 : 5); i > 0; --i) {
      text += content(depth);
    }
    return text + "</" + name + ">";
  }

  std::string content(int depth) {
    switch (pick(10)) {
      case 8:
        return std::string(static_cast<std::size_t>(1000 + pick(50)), 'x') + any({"\n", "&amp;", "&#13;", "日本", ">"});
      case 9: return "<![CDATA[" + std::string(2000, 'y') + any({"", "&"}) + "]]>" + std::string(5000, ' ');
      case 0: return "text &amp; &lt;&gt;&#13;\n";
      case 1: return "<![CDATA[<&>]]>";
      case 2: return "<!-- c - c -->";
      case 3: return "<?pi  some thing?>";
      default: return element(depth + 1);
    }
  }

  std::mt19937 random_;
  int elements_ = 0;
};

int mode_of(Kind kind) {
  return kind == Kind::kExclusive ? XML_C14N_EXCLUSIVE_1_0 : kind == Kind::kInclusive11 ? XML_C14N_1_1 : XML_C14N_1_0;
}

/// Nodes, attributes and namespaces of the subtrees; "." for the document.
std::string selection(const std::string& apex, const std::string& without) {
  const std::string top = apex.empty() ? "/" : "//*[@id='" + apex + "']";
  const std::string rest = without.empty() ? "" : "[not(ancestor-or-self::*[@id='" + without + "'])]";
  const std::string inside = top + "/descendant-or-self::node()" + rest;
  return inside + " | " + inside + "/@* | " + inside + "/namespace::*";
}

std::string judged_form(xmlDoc* document, const std::string& xpath, const Canonicalization& method, bool comments) {
  const Owned<xmlXPathContext, xmlXPathFreeContext> context(xmlXPathNewContext(document));
  const Owned<xmlXPathObject, xmlXPathFreeObject> found(
      xmlXPathEvalExpression(reinterpret_cast<const xmlChar*>(xpath.c_str()), context.get()));
  std::vector<xmlChar*> prefixes;
  for (const std::string& prefix : method.inclusive_prefixes) {
    prefixes.push_back(reinterpret_cast<xmlChar*>(const_cast<char*>(prefix.c_str())));
  }
  prefixes.push_back(nullptr);
  xmlChar* text = nullptr;
  const int size =
      xmlC14NDocDumpMemory(document, found->nodesetval, mode_of(method.kind), prefixes.data(), comments ? 1 : 0, &text);
  std::string form =
      size < 0 ? "refused" : std::string(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  xmlFree(text);
  return form;
}

const xmlNode* element_of(const xmlDoc* document, const std::string& id) {
  return id.empty() ? nullptr : IdIndex(document).find(id).element;
}

std::string our_form(const xmlDoc* document, const std::string& apex, const std::string& without,
                     const Canonicalization& method, bool comments) {
  WorkBudget budget(1'000'000);
  const NodeSet nodes{.document = document,
                      .apex = element_of(document, apex),
                      .without = element_of(document, without),
                      .comments = comments};
  const auto form = canonical_bytes(nodes, method, budget);
  return form ? std::string(as_text(*form)) : "refused";
}

std::string dumped(xmlDoc* document) {
  xmlChar* text = nullptr;
  int size = 0;
  xmlDocDumpMemory(document, &text, &size);
  std::string all(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  xmlFree(text);
  return all;
}

/// One document: the whole or a subtree, with or without a subtree, in every form.
void compare(std::uint32_t seed) {
  Writer writer(seed);
  const std::string text = writer.document();
  const OwnedXmlDoc document = must(parse_xml(as_bytes(text), Limits{}));
  const std::string before = dumped(document.get());
  const auto some_id = [&] { return "n" + std::to_string(writer.pick(writer.elements())); };
  const std::string apex = writer.chance(3) ? "" : some_id();
  std::string without = writer.chance(2) ? "" : some_id();
  if (!apex.empty() && !is_ancestor_or_self(element_of(document.get(), apex), element_of(document.get(), without))) {
    without.clear();
  }
  for (const Kind kind : {Kind::kInclusive10, Kind::kInclusive11, Kind::kExclusive}) {
    for (const bool comments : {false, true}) {
      Canonicalization method{.kind = kind, .with_comments = comments};
      if (kind == Kind::kExclusive && writer.chance(2)) {
        method.inclusive_prefixes =
            writer.chance(2) ? std::vector<std::string>{"q", "xml"} : std::vector<std::string>{"#default", "p"};
      }
      ASSERT_EQ(our_form(document.get(), apex, without, method, comments),
                judged_form(document.get(), selection(apex, without), method, comments))
          << "seed " << seed << ", kind " << static_cast<int>(kind) << ", apex " << apex << ", without " << without
          << "\n"
          << text;
    }
  }
  ASSERT_EQ(dumped(document.get()), before) << "seed " << seed << ": the tree was changed";
}

TEST(Canonical, RandomDocuments) {
  xml();
  for (std::uint32_t seed = 1; seed <= 2000 && !HasFatalFailure(); ++seed) {
    compare(seed);
  }
}

TEST(Canonical, FreshSeeds) {
  xml();
  const std::uint32_t first = std::random_device()();
  for (std::uint32_t i = 0; i < 500 && !HasFatalFailure(); ++i) {
    compare(first + i);
  }
}

/// Steps, not time: a subtree costs what it holds, however large the rest and however deep it stands.
TEST(Canonical, ASubtreeCostsWhatItHolds) {
  xml();
  const auto steps_of = [](const std::string& before, const std::string& after) {
    const OwnedXmlDoc document = must(parse_xml(as_bytes(before + "<e id='x' a='1'>t<f/></e>" + after), Limits{}));
    WorkBudget budget(10'000'000);
    must(canonical_bytes({.document = document.get(), .apex = element_of(document.get(), "x")},
                         {.kind = Kind::kExclusive}, budget));
    return budget.spent();
  };
  std::string many = "<r>";
  std::string deep;
  std::string ends;
  for (int i = 0; i < 10'000; ++i) {
    many += "<e/>";
  }
  for (int i = 0; i < 200; ++i) {
    deep += "<d>";
    ends += "</d>";
  }
  const std::uint64_t alone = steps_of("<r>", "</r>");
  EXPECT_EQ(steps_of(many, "</r>"), alone);
  EXPECT_LE(steps_of(deep, ends), alone + 250);
}

}  // namespace
}  // namespace shomei::signing::test
