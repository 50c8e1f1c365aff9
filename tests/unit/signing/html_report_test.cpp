#include "signing/report/html_report.h"

#include <libxml/parser.h>

#include <algorithm>
#include <random>
#include <regex>

#include "base/printable.h"
#include "signing/report/html_style.h"
#include "signing/report/markup.h"
#include "signing/report/report_words.h"
#include "signing/report/time_axis.h"
#include "tests/unit/signing/fixture.h"
#include "tests/unit/signing/report_samples.h"

namespace shomei::signing::test {
namespace {

using namespace std::string_view_literals;
using std::chrono::days;
using std::chrono::seconds;

/// The page's tags with the names of their attributes: what a browser obeys.
std::string skeleton(const std::string& page) {
  static const std::regex kValues("\"[^\"]*\"");
  std::string tags;
  for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    tags += page.substr(at, page.find('>', at) - at + 1) + "\n";
  }
  return std::regex_replace(tags, kValues, "\"\"");
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

TEST(HtmlReport, says_the_verdict_first_in_words) {
  for (const ReportSample& sample : report_samples()) {
    const std::string ja = html_report(sample.report, Language::kJa);
    const std::string en = html_report(sample.report, Language::kEn);
    const Text words = verdict_words(sample.report.indication);
    EXPECT_NE(ja.find("<h1 id=\"verdict\">" + std::string(words.ja)), std::string::npos) << sample.name;
    EXPECT_NE(en.find("<h1 id=\"verdict\">" + std::string(words.en)), std::string::npos) << sample.name;
    EXPECT_TRUE(ja.starts_with("<!DOCTYPE html>\n<html lang=\"ja\">")) << sample.name;
    EXPECT_TRUE(en.starts_with("<!DOCTYPE html>\n<html lang=\"en\">")) << sample.name;
  }
}

TEST(HtmlReport, has_signer_level_roles_and_advice) {
  for (const ReportSample& sample : report_samples()) {
    const std::string page = html_report(sample.report, Language::kJa);
    for (const SignatureReport& signature : sample.report.signatures) {
      for (const std::string_view part :
           {"佐藤 花子 (Hanako Sato)", "医師 (Medical Doctor)", "Shomei Higashi Clinic", "D1000017"}) {
        EXPECT_NE(page.find(part), std::string::npos) << sample.name << part;
      }
      EXPECT_NE(page.find("JAHIS " + std::string(jahis_name(signature.level))), std::string::npos) << sample.name;
      for (const Finding& finding : signature.findings) {
        EXPECT_NE(page.find(Piece(finding.text_ja).str()), std::string::npos) << finding.check;
        EXPECT_NE(page.find(Piece(finding.advice_ja).str()), std::string::npos) << finding.check;
      }
    }
  }
}

TEST(HtmlReport, needs_nothing_from_elsewhere) {
  const std::string hash = to_base64(sha256(as_bytes(html_style())));
  EXPECT_EQ(html_style().find('<'), std::string_view::npos);
  EXPECT_EQ(html_style().find("url("), std::string_view::npos);
  for (const ReportSample& sample : report_samples()) {
    const std::string page = html_report(sample.report, Language::kEn);
    EXPECT_NE(page.find("default-src 'none'; style-src 'sha256-" + hash + "'"), std::string::npos);
    EXPECT_NE(page.find("<style>" + std::string(html_style()) + "</style>"), std::string::npos);
    const std::string tags = skeleton(page);
    for (const char* forbidden : {"<script", "<link", "<img", "<iframe", "<object", " src=", " style=", " on"}) {
      EXPECT_EQ(tags.find(forbidden), std::string::npos) << forbidden;
    }
    EXPECT_EQ(std::regex_search(page, std::regex("href=\"[^#]")), false);
  }
}

TEST(HtmlReport, pictures_are_well_formed_and_tell_what_they_are) {
  for (const ReportSample& sample : report_samples()) {
    const std::string page = html_report(sample.report, Language::kJa);
    std::size_t pictures = 0;
    for (std::size_t at = page.find("<svg class=\"life\""); at != std::string::npos;
         at = page.find("<svg class=\"life\"", at + 1)) {
      const std::string picture = page.substr(at, page.find("</svg>", at) + 6 - at);
      xmlDoc* parsed =
          xmlReadMemory(picture.data(), static_cast<int>(picture.size()), nullptr, "UTF-8", XML_PARSE_NONET);
      EXPECT_NE(parsed, nullptr) << sample.name;
      xmlFreeDoc(parsed);
      EXPECT_NE(picture.find("role=\"img\""), std::string::npos);
      EXPECT_NE(picture.find("<title id="), std::string::npos);
      ++pictures;
    }
    EXPECT_EQ(pictures, sample.report.signatures.size()) << sample.name;
  }
}

TEST(HtmlReport, hostile_texts_are_shown_and_not_obeyed) {
  const std::string long_name(10'000, 'n');
  const std::string hostile[] = {"<img src=x onerror=alert(1)>",
                                 "</style><script>alert(1)</script>",
                                 "\"'><svg onload=alert(1)>",
                                 "&lt;b&gt; {} {0}",
                                 "\xE2\x80\xAEgnp.exe \xE2\x81\xA6\xE2\x80\x8B\xD8\x9C",
                                 std::string("a\0b\x01\x7F\xC2\x85", 6),
                                 "\xFF\xC0\x80\xED\xA0\x80\xF5",
                                 long_name,
                                 long_name + "<script>",
                                 "javascript:alert(1)"};
  for (const std::string& text : hostile) {
    for (const Language language : {Language::kEn, Language::kJa}) {
      const std::string page = html_report(report_with(text), language);
      EXPECT_EQ(skeleton(page), skeleton(html_report(report_with("x"), language))) << text.substr(0, 40);
      EXPECT_TRUE(is_utf8(page));
      EXPECT_EQ(page.find("\xE2\x80\xAE"), std::string::npos);
      EXPECT_EQ(page.find("\xD8\x9C"), std::string::npos);
      EXPECT_EQ(page.find(long_name), std::string::npos);
    }
  }
}

TEST(HtmlReport, no_text_whatever_changes_the_markup) {
  const std::string harmless = skeleton(html_report(report_with("x"), Language::kEn));
  std::mt19937 random(20260401);  // NOLINT(cert-msc51-cpp): the same texts each time
  const std::string_view alphabet = "<>&\"'=/{}-;!?[]() \n\t\0\x7F\x80\xC2\xE2\xF0\xFFonsrcjavascript:abc"sv;
  std::uniform_int_distribution<std::size_t> pick(0, alphabet.size() - 1);
  for (int round = 0; round < 60; ++round) {
    std::string text(1 + pick(random), ' ');
    std::ranges::generate(text, [&] { return alphabet[pick(random)]; });
    ASSERT_EQ(skeleton(html_report(report_with(text), Language::kEn)), harmless) << to_hex(as_bytes(text));
  }
}

TEST(HtmlReport, of_a_real_signature) {
  TestKey key = key_of("doctor1");
  const Document referral = Document::from_file(sample("referral_cda.xml"));
  const VerifyReport report = must(verify(xml(), inputs(sign(key, referral, Format::kXades, Packaging::kEnveloped))));
  const std::string page = html_report(report, Language::kJa);
  EXPECT_NE(page.find("署名は有効です"), std::string::npos);
  EXPECT_NE(page.find("医師 (Medical Doctor)"), std::string::npos);
  EXPECT_NE(page.find("2026年4月1日 09:10:00"), std::string::npos);
}

TEST(Markup, fills_escapes_and_cuts) {
  EXPECT_EQ(fill("<b title=\"{}\">{}</b>", {"a\"<", 7}).str(), "<b title=\"a&quot;&lt;\">7</b>");
  EXPECT_EQ(fill("{}{}", {fill("<i>{}</i>", {"{}"}), 1.25}).str(), "<i>{}</i>1.2");
  EXPECT_EQ(Piece("\x1B[31m").str(), "\xEF\xBF\xBD[31m");
  const std::string cut = Piece(std::string(Piece::kMaxShown - 1, 'x') + "山田").str();
  EXPECT_EQ(cut, std::string(Piece::kMaxShown - 1, 'x') + "…");
}

TEST(TimeAxis, ticks_are_round_rising_and_few_from_minutes_to_centuries) {
  for (const std::int64_t span : {60L, 600L, 3600L, 7L * 3600, 86400L, 96L * 3600, 40L * 86400, 400L * 86400,
                                  3700L * 86400, 20000L * 86400, 200000L * 86400}) {
    for (const Language language : {Language::kEn, Language::kJa}) {
      const TimeScale scale{kEpoch + seconds(17), kEpoch + seconds(17 + span), 0, 700};
      const std::vector<Tick> ticks = ticks_of(scale, language);
      EXPECT_LE(ticks.size(), 9U) << span;
      EXPECT_GE(ticks.size(), 1U) << span;
      for (std::size_t i = 0; i < ticks.size(); ++i) {
        EXPECT_TRUE(scale.holds(ticks[i].at)) << span;
        EXPECT_TRUE(i == 0 || ticks[i - 1].at < ticks[i].at) << span;
        EXPECT_EQ((ticks[i].at + zone_of(language)).time_since_epoch().count() % 60, 0) << span;
        EXPECT_LE(columns(ticks[i].label) * 6, 700U / 8) << ticks[i].label;
      }
    }
  }
  EXPECT_EQ(ticks_of({kEpoch, kEpoch + days(4), 0, 1}, Language::kJa).at(0).label, "4月1日 12:00");
}

TEST(TimeAxis, signs_are_spread_without_overlap_and_in_order) {
  const std::vector<std::vector<double>> cases = {{5, 5, 5}, {0, 100, 100, 101, 700},     {700, 700}, {0},
                                                  {},        std::vector<double>(26, 350)};
  for (const std::vector<double>& wanted : cases) {
    const std::vector<double> places = spread(wanted, 25, 10, 720);
    ASSERT_EQ(places.size(), wanted.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
      EXPECT_GE(places[i], 10 - 1e-6);
      EXPECT_LE(places[i], 720 + 1e-6);
      EXPECT_TRUE(i == 0 || places[i] - places[i - 1] >= 25 - 1e-6) << i;
    }
  }
  EXPECT_EQ(spread({100, 300}, 25, 0, 700), (std::vector<double>{100, 300}));
  EXPECT_EQ(spread({100, 100}, 20, 0, 700), (std::vector<double>{90, 110}));
}

}  // namespace
}  // namespace shomei::signing::test
