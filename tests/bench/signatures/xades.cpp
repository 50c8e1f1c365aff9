// bench_signatures_xades sizes|threads|shapes|refusals ROUNDS: XAdES beside the floor and xmlsec1's library. One JSON
// object a round: seconds of one operation, or operations a second where the name ends in .1t or .2t.
// bench_signatures_xades write FOLDER: the documents, for other programs.
// bench_signatures_xades only NAME TIMES: one contender alone ("verify.20k.ours"), for a profiler.
#include <fmt/format.h>

#include <cstdlib>

#include "documents.h"
#include "measure.h"

using namespace shomei::bench;

namespace {

constexpr double kSlice = 0.2;

const std::string& document(const std::string& size) {
  static const std::map<std::string, std::string> documents = {
      {"20k", referral(20'000)}, {"500k", referral(500'000)}, {"20m", referral_with_images()}};
  return documents.at(size);
}

Contenders of_size(const std::string& size) {
  const std::string& plain = document(size);
  const std::string same = ours::signed_xml(plain);
  return {{"sign." + size + ".ours", ours::sign(plain)},
          {"sign." + size + ".floor", lowest::sign(plain)},
          {"sign." + size + ".xmlsec", xmlsec::sign(plain)},
          {"verify." + size + ".ours", ours::verify(same)},
          {"verify." + size + ".floor", lowest::verify(plain)},
          {"verify." + size + ".xmlsec", xmlsec::verify(xmlsec::signed_xml(plain))},
          {"verify." + size + ".xmlsec_same", xmlsec::verify(same)}};
}

void sizes(int rounds) {
  std::vector<Contenders> races;
  for (const char* size : {"20k", "500k", "20m"}) {
    races.push_back(of_size(size));
  }
  for (int i = 0; i < rounds; ++i) {
    nlohmann::json figures;
    for (const Contenders& contenders : races) {
      race(contenders, kSlice, figures);
    }
    fmt::print("{}\n", figures.dump());
    std::fflush(stdout);
  }
}

void only(const std::string& name, int times) {
  const std::size_t first = name.find('.') + 1;
  for (const auto& [contender, operation] : of_size(name.substr(first, name.find('.', first) - first))) {
    for (int i = 0; contender == name && i < times; ++i) {
      operation();
    }
  }
}

/// Two of each contender: an operation runs in one thread at a time.
void threads(int rounds) {
  std::vector<std::pair<Contenders, Contenders>> pairs;
  for (const char* size : {"20k", "500k", "20m"}) {
    pairs.emplace_back(of_size(size), of_size(size));
  }
  const std::string same = ours::signed_xml(document("20k"));
  pairs.emplace_back(Contenders{{"judge.20k.ours", ours::judge(same)}},
                     Contenders{{"judge.20k.ours", ours::judge(same)}});
  for (int round = 0; round < rounds; ++round) {
    nlohmann::json figures;
    for (const auto& [one, other] : pairs) {
      for (std::size_t i = 0; i < one.size(); ++i) {
        figures[one[i].first + ".1t"] = rate({one[i].second}, kSlice);
        figures[one[i].first + ".2t"] = rate({one[i].second, other[i].second}, kSlice);
      }
    }
    fmt::print("{}\n", figures.dump());
    std::fflush(stdout);
  }
}

/// Seconds a byte: verifying documents that are alike but for one measure.
void shapes(int rounds) {
  const std::vector<std::pair<std::string, std::string>> documents = {{"elements.1k", flat(1000)},
                                                                      {"elements.1m", flat(1'000'000)},
                                                                      {"depth.10", deep(10)},
                                                                      {"depth.200", deep(200)},
                                                                      {"attributes.10", with_attributes(10)},
                                                                      {"attributes.120", with_attributes(120)},
                                                                      {"namespaces.10", with_namespaces(10)},
                                                                      {"namespaces.120", with_namespaces(120)}};
  for (int i = 0; i < rounds; ++i) {
    nlohmann::json figures;
    for (const auto& [name, text] : documents) {
      nlohmann::json times;
      race({{"ours", ours::verify(ours::signed_xml(text))},
            {"floor", lowest::verify(text)},
            {"xmlsec", xmlsec::verify(xmlsec::signed_xml(text))}},
           kSlice / 2, times);
      for (const auto& [who, time] : times.items()) {
        figures[name + "." + who] = time.get<double>() / static_cast<double>(text.size());
      }
    }
    fmt::print("{}\n", figures.dump());
    std::fflush(stdout);
  }
}

/// What is beyond a limit, or asks for an XPath filter: time until ours has answered, and what it answers.
void refusals(int rounds) {
  const std::vector<std::pair<std::string, std::string>> documents = {
      {"depth.beyond", xmlsec::signed_xml("<r>" + deep(2000) + "</r>")},
      {"attributes.beyond", xmlsec::signed_xml(with_attributes(10'000))},
      {"namespaces.beyond", xmlsec::signed_xml(with_namespaces(10'000))},
      {"xpath", xmlsec::signed_by_xpath(flat(10'000))}};
  for (int i = 0; i < rounds; ++i) {
    nlohmann::json figures;
    for (const auto& [name, text] : documents) {
      figures[name + ".answer"] = ours::refusal(text);
      figures[name + ".ours"] = time_of([&] { ours::refusal(text); });
      figures[name + ".xmlsec"] = time_of(xmlsec::verify(text));
    }
    fmt::print("{}\n", figures.dump());
    std::fflush(stdout);
  }
}

}  // namespace

int main(int count, char** values) {
  const std::map<std::string, void (*)(int)> parts = {
      {"sizes", sizes}, {"threads", threads}, {"shapes", shapes}, {"refusals", refusals}};
  if (count == 3 && values[1] == std::string("write")) {
    for (const char* size : {"20k", "500k", "20m"}) {
      const auto path = std::filesystem::path(values[2]) / fmt::format("{}.xml", size);
      need(shomei::write_file(path, shomei::as_bytes(document(size))).has_value(), path.string());
    }
    return 0;
  }
  if (count == 4 && values[1] == std::string("only")) {
    only(values[2], std::atoi(values[3]));
    return 0;
  }
  if (count != 3 || !parts.contains(values[1])) {
    fmt::print(stderr,
               "bench_signatures_xades sizes|threads|shapes|refusals ROUNDS | write FOLDER | only NAME TIMES\n");
    return 64;
  }
  parts.at(values[1])(std::atoi(values[2]));
  return 0;
}
