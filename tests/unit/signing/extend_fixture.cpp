#include "tests/unit/signing/extend_fixture.h"

#include <algorithm>

#include "signing/cades/cades_imprint.h"
#include "signing/tsp/timestamp_token.h"
#include "signing/xades/xades_file.h"

namespace shomei::signing::test {

ExtendBench::ExtendBench()
    : evidence(must(auth::load_inputs(
          {.trust = {pki("trust/signature"), pki("trust/timestamp")}, .chain = {}, .crl = {pki("crl")}}))) {
  client = must(TimestampClient::create({.urls = {"http://tsa.test/"}, .pause = std::chrono::seconds(0)}, tsa, clock));
  source = client.get();
}

Result<Extended> ExtendBench::try_extend(Bytes file, Level level, std::vector<Document> detached) {
  return signing::extend(xml(),
                         {.file = Document::from_bytes("signature", std::move(file)),
                          .detached = std::move(detached),
                          .level = level,
                          .stamps = source,
                          .evidence = evidence,
                          .policy = policy},
                         clock);
}

Extended ExtendBench::extend(Bytes file, Level level, std::vector<Document> detached) {
  return must(try_extend(std::move(file), level, std::move(detached)));
}

void ExtendBench::drop_lists(std::string_view issuer) {
  const auto dropped = std::erase_if(
      evidence.crls, [&](const auth::Crl& crl) { return crl.facts().issuer.find(issuer) != std::string::npos; });
  EXPECT_GT(dropped, 0U) << issuer;
}

Document document_of(const Form& form) {
  return form.format == Format::kXades && form.packaging == Packaging::kEnveloped
             ? Document::from_bytes("referral.xml", to_bytes(as_bytes("<referral><to>内科</to></referral>")))
             : Document::from_bytes("referral.txt", to_bytes(as_bytes("referral")));
}

Bytes signed_as(const Form& form) {
  TestKey key = key_of("doctor1");
  return sign(key, document_of(form), form.format, form.packaging);
}

std::vector<Document> detached_of(const Form& form) {
  return form.packaging == Packaging::kDetached ? std::vector{document_of(form)} : std::vector<Document>();
}

std::vector<Level> levels(const std::vector<Pending>& pending) {
  std::vector<Level> all;
  std::ranges::transform(pending, std::back_inserter(all), &Pending::level);
  return all;
}

namespace {

FoundStamp checked(std::string type, Bytes token, const auto& coverage_by) {
  const TimestampToken parsed = must(read_timestamp_token(token));
  const StampCoverage coverage = must(coverage_by(parsed.info.imprint_algorithm.value()));
  EXPECT_EQ(coverage.why, "");
  EXPECT_TRUE(std::ranges::find(coverage.digests, parsed.info.imprint) != coverage.digests.end()) << type;
  return {std::move(type), std::move(token), coverage};
}

std::vector<FoundStamp> stamps_of_xml(const Bytes& file, const std::vector<Document>& detached) {
  const ExtendRequest request{.file = {}, .detached = detached};
  XadesFile parsed = must(XadesFile::parse(file, request));
  std::vector<FoundStamp> found;
  for (std::size_t i = 0; i < parsed.signature_count(); ++i) {
    const SignatureFacts signature = must(parsed.signature_facts(i));
    const XadesFacts facts = must(parsed.xades_facts(signature));
    for (const xmlNode* stamp : parsed.time_stamps(facts)) {
      const auto token = base64_content(only_child(stamp, ns::kXades, "EncapsulatedTimeStamp"));
      found.push_back(checked(std::string(local_name(stamp)), token.value(),
                              [&](DigestAlgorithm algorithm) { return parsed.coverage(signature, stamp, algorithm); }));
    }
  }
  return found;
}

std::vector<FoundStamp> stamps_of_cms(const Bytes& file, const std::vector<Document>& detached) {
  const CmsLayout layout = must(read_layout(file));
  std::vector<FoundStamp> found;
  for (std::size_t i = 0; i < layout.signers.size(); ++i) {
    const auto& list = layout.signers[i].unsigned_list;
    for (std::size_t j = 0; j < list.size(); ++j) {
      found.push_back(checked(list[j].type, to_bytes(list[j].values.front()), [&](DigestAlgorithm algorithm) {
        return cades_coverage({file, i, j, 0}, algorithm, detached.empty() ? nullptr : &detached.front());
      }));
    }
  }
  return found;
}

}  // namespace

std::vector<FoundStamp> checked_stamps(const Bytes& file, const std::vector<Document>& detached) {
  return file.front() == 0x30 ? stamps_of_cms(file, detached) : stamps_of_xml(file, detached);
}

}  // namespace shomei::signing::test
