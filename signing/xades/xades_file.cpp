#include "signing/xades/xades_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "signing/xades/xades_imprint.h"
#include "signing/xades/xades_markup.h"
#include "signing/xml/xml_scan.h"

namespace shomei::signing {
namespace {

bool is_time_stamp(const xmlNode* node) {
  return local_name(node).contains("TimeStamp") && !children(node, ns::kXades, "EncapsulatedTimeStamp").empty();
}

/// What goes into the bytes at one offset; the tag of an empty element opens for it.
struct Splice {
  std::size_t at;
  std::size_t drop = 0;
  std::string text;
};

Splice splice_of(const XadesInsertion& insertion, const ElementSpan& span) {
  if (insertion.where == XadesInsertion::Where::kAfter) {
    return {span.end, 0, insertion.text};
  }
  if (span.is_empty) {
    return {span.end - 2, 2, fmt::format(">{}</{}>", insertion.text, span.name)};
  }
  return {insertion.where == XadesInsertion::Where::kAtEnd ? span.content_end : span.content_begin, 0, insertion.text};
}

}  // namespace

Result<XadesFile> XadesFile::parse(Bytes bytes, const ExtendRequest& request) {
  const Limits& limits = request.policy.limits;
  XadesFile file;
  file.bytes_ = std::move(bytes);
  file.request_ = &request;
  SHOMEI_TRY(file.document_, parse_xml(file.bytes_, limits));
  file.signatures_ = elements(file.document_.get(), ns::kDs, "Signature");
  if (std::ssize(file.signatures_) > limits.signatures) {
    return fail(Code::kXmlForbidden, fmt::format("more than {} signatures", limits.signatures));
  }
  file.ids_ = std::make_unique<IdIndex>(file.document_.get());
  file.budget_ = std::make_unique<WorkBudget>(limits.work);
  file.references_ = std::make_unique<ReferenceChecker>(file.document_.get(), *file.ids_, request.detached, limits,
                                                        *file.budget_, false);
  return file;
}

Result<SignatureFacts> XadesFile::signature_facts(std::size_t number) const {
  auto facts = read_signature(signatures_[number], request_->policy.limits);
  return facts ? Result<SignatureFacts>(std::move(*facts)) : fail(Code::kSignUnsupported, facts.error());
}

Result<XadesFacts> XadesFile::xades_facts(const SignatureFacts& signature) const {
  auto facts = read_xades(signature);
  if (!facts || facts->signed_properties == nullptr) {
    return fail(Code::kSignUnsupported, facts ? "a signature without XAdES properties" : facts.error());
  }
  return std::move(*facts);
}

const xmlNode* XadesFile::unsigned_properties(const XadesFacts& facts) {
  const xmlNode* outer = only_child(facts.signed_properties->parent, ns::kXades, "UnsignedProperties");
  return outer == nullptr ? nullptr : only_child(outer, ns::kXades, "UnsignedSignatureProperties");
}

std::vector<const xmlNode*> XadesFile::time_stamps(const XadesFacts& facts) const {
  std::vector<const xmlNode*> found;
  const auto take = [&](const xmlNode* parent) {
    if (parent != nullptr) {
      std::ranges::copy_if(child_elements(parent), std::back_inserter(found), is_time_stamp);
    }
  };
  take(only_child(facts.signed_properties, ns::kXades, "SignedDataObjectProperties"));
  take(unsigned_properties(facts));
  return found;
}

Result<StampCoverage> XadesFile::coverage(const SignatureFacts& signature, const xmlNode* time_stamp,
                                          DigestAlgorithm algorithm) {
  return xades_coverage({&signature, time_stamp}, algorithm, *references_, *budget_);
}

Result<std::vector<Bytes>> XadesFile::covered() {
  std::vector<Bytes> digests;
  for (std::size_t i = 0; i < signatures_.size(); ++i) {
    const auto signature = read_signature(signatures_[i], request_->policy.limits);
    const auto facts = signature ? read_xades(*signature) : Parsed<XadesFacts>(std::unexpected(""));
    if (!facts) {
      continue;
    }
    for (const ReferenceFacts& reference : signature->references) {
      DigestStream stream(DigestAlgorithm::kSha256);
      SHOMEI_TRY(const std::string why,
                 references_->octets(*signature, reference, {}, [&](ByteView piece) { stream.update(piece); }));
      stream.update(as_bytes(why));
      digests.push_back(stream.finish());
    }
    for (const xmlNode* stamp :
         facts->signed_properties == nullptr ? std::vector<const xmlNode*>() : time_stamps(*facts)) {
      SHOMEI_TRY(StampCoverage coverage, this->coverage(*signature, stamp, DigestAlgorithm::kSha256));
      std::ranges::move(coverage.digests, std::back_inserter(digests));
    }
  }
  return digests;
}

Result<XadesFile> XadesFile::with(std::vector<XadesInsertion> insertions) const {
  std::vector<std::size_t> numbers;
  std::ranges::transform(insertions, std::back_inserter(numbers),
                         [](const XadesInsertion& one) { return element_number(one.element); });
  SHOMEI_TRY(const auto spans, find_elements(bytes_, numbers, request_->policy.limits));
  std::vector<Splice> splices;
  for (std::size_t i = 0; i < insertions.size(); ++i) {
    splices.push_back(splice_of(insertions[i], spans[i]));
  }
  std::ranges::stable_sort(splices, {}, &Splice::at);
  Bytes made;
  std::size_t copied = 0;
  const auto copy_to = [&](std::size_t end) {
    made.insert(made.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(copied),
                bytes_.begin() + static_cast<std::ptrdiff_t>(end));
  };
  for (const Splice& splice : splices) {
    copy_to(splice.at);
    made.insert(made.end(), splice.text.begin(), splice.text.end());
    copied = splice.at + splice.drop;
  }
  copy_to(bytes_.size());
  return parse(std::move(made), *request_);
}

Result<XadesFile> XadesFile::with_property(const XadesFacts& facts, const std::string& text) const {
  if (const xmlNode* properties = unsigned_properties(facts)) {
    return with({{.element = properties, .text = text}});
  }
  const xmlNode* qualifying = facts.signed_properties->parent;
  const XadesMarkup markup(qualifying);
  // They are in scope where the SignedProperties beside them stand, so the text goes in as it is.
  const std::string inner = markup.element(ns::kXades, "UnsignedSignatureProperties", "", text);
  if (const xmlNode* outer = only_child(qualifying, ns::kXades, "UnsignedProperties")) {
    return with({{.element = outer, .where = XadesInsertion::Where::kAtBegin, .text = inner}});
  }
  return with({{.element = qualifying, .text = markup.element(ns::kXades, "UnsignedProperties", "", inner)}});
}

}  // namespace shomei::signing
