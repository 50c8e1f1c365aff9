#include "documents.h"

#include <fmt/format.h>

#include <cstdint>

namespace shomei::bench {
namespace {

constexpr const char* kHead =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<ClinicalDocument xmlns=\"urn:hl7-org:v3\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n"
    "  <typeId root=\"2.16.840.1.113883.1.3\" extension=\"POCD_HD000040\"/>\n"
    "  <title>診療情報提供書</title>\n  <effectiveTime value=\"20260401091500+0900\"/>\n";
constexpr const char* kTail = "</ClinicalDocument>\n";

std::string section(int number) {
  return fmt::format(
      "  <component>\n    <section ID=\"s{0}\">\n"
      "      <code code=\"{1}-{2}\" codeSystem=\"2.16.840.1.113883.6.1\" displayName=\"検査結果 {0}\"/>\n"
      "      <title>検査結果</title>\n"
      "      <text>令和８年４月１日の採血では、推算糸球体濾過量は{3} mL/min/1.73m²、尿蛋白は陰性 &amp; "
      "経過良好。</text>\n"
      "      <entry>\n        <observation classCode=\"OBS\" moodCode=\"EVN\">\n"
      "          <id root=\"1.2.392.100495.20.3.11\" extension=\"{0}\"/>\n"
      "          <effectiveTime value=\"20260401\"/>\n"
      "          <value xsi:type=\"PQ\" value=\"{3}\" unit=\"mL/min\"/>\n"
      "        </observation>\n      </entry>\n    </section>\n  </component>\n",
      number, 10000 + number % 900, number % 10, 40 + number % 60);
}

/// Base64 letters that look random (a linear congruential generator).
std::string image(std::size_t characters) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text(characters, ' ');
  std::uint64_t state = 1;
  for (char& letter : text) {
    state = state * 6364136223846793005 + 1442695040888963407;
    letter = kLetters[state >> 58U];
  }
  return text;
}

}  // namespace

std::string referral(std::size_t bytes) {
  std::string text = kHead;
  for (int number = 0; text.size() < bytes; ++number) {
    text += section(number);
  }
  return text + kTail;
}

std::string referral_with_images() {
  std::string text = kHead;
  const std::string letters = image(2'000'000);
  for (int number = 0; number < 10; ++number) {
    text += section(number) + fmt::format(
                                  "  <component><observationMedia ID=\"i{}\"><value mediaType=\"image/jpeg\" "
                                  "representation=\"B64\">{}</value></observationMedia></component>\n",
                                  number, letters);
  }
  return text + kTail;
}

std::string flat(int elements) {
  std::string text = "<r>";
  for (int i = 0; i < elements; ++i) {
    text += "<e a=\"..\">t</e>";
  }
  return text + "</r>";
}

std::string deep(int depth) {
  std::string text = "<r>";
  for (int i = 0; i < 20'000 / depth; ++i) {
    for (int level = 0; level < depth; ++level) {
      text += "<e a=\"..\">t";
    }
    for (int level = 0; level < depth; ++level) {
      text += "</e>";
    }
  }
  return text + "</r>";
}

std::string with_attributes(int each) {
  std::string text = "<r>";
  for (int i = 0; i < 40'000 / each; ++i) {
    text += "<e";
    for (int k = 0; k < each; ++k) {
      text += fmt::format(" a{:04}=\"v\"", k * 7919 % each);
    }
    text += "/>";
  }
  return text + "</r>";
}

std::string with_namespaces(int in_scope) {
  std::string text = "<r";
  std::string ends = "</r>";
  for (int i = 0; i < in_scope; ++i) {
    // An element takes 128 attributes, and declarations count.
    if (i > 0 && i % 100 == 0) {
      text += "><n";
      ends = "</n>" + ends;
    }
    text += fmt::format(" xmlns:p{0:04}=\"urn:n:{0:04}\"", i);
  }
  text += ">";
  for (int i = 0; i < 20'000; ++i) {
    text += fmt::format("<p{0:04}:e a=\"..\">t</p{0:04}:e>", i * 7919 % in_scope);
  }
  return text + ends;
}

}  // namespace shomei::bench
