#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <type_traits>

#include "base/der.h"
#include "base/file.h"
#include "base/openssl.h"
#include "base/pin.h"
#include "base/software_key.h"

namespace shomei {
namespace {

static_assert(!std::is_copy_constructible_v<Pin> && !std::is_copy_assignable_v<Pin>);
static_assert(!std::is_default_constructible_v<Pin>);

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };
static_assert(!Printable<Pin> && !Printable<SecretBytes>);

Pin pin_of(std::string text) {
  return Pin::take(std::span(text)).value();
}

std::string shown(const Pin& pin) {
  return pin.reveal([](std::span<const std::uint8_t> bytes) { return std::string(bytes.begin(), bytes.end()); });
}

TEST(Pin, take_wipes_the_buffer_accepted_or_not) {
  std::string typed = "4321";
  EXPECT_TRUE(Pin::take(std::span(typed)).has_value());
  EXPECT_EQ(typed, std::string(4, '\0'));
  std::string too_long(17, '7');
  EXPECT_EQ(Pin::take(std::span(too_long)).error().code, Code::kPinLength);
  EXPECT_EQ(too_long, std::string(17, '\0'));
}

TEST(Pin, a_move_leaves_nothing_behind) {
  Pin first = pin_of("123456");
  const Pin second = std::move(first);
  EXPECT_EQ(first.length(), 0U);  // NOLINT(bugprone-use-after-move): that is what is tested
  EXPECT_EQ(shown(second), "123456");
}

Result<Pin> through_pipe(std::string_view sent) {
  std::array<int, 2> ends{};
  SHOMEI_CHECK(pipe(ends.data()) == 0);
  SHOMEI_CHECK(write(ends[1], sent.data(), sent.size()) == static_cast<ssize_t>(sent.size()));
  close(ends[1]);
  auto pin = read_pin(ends[0]);
  close(ends[0]);
  return pin;
}

TEST(Pin, read_from_a_descriptor) {
  EXPECT_EQ(shown(through_pipe("1234\nrest").value()), "1234");
  EXPECT_EQ(shown(through_pipe("12345678").value()), "12345678");
  EXPECT_EQ(through_pipe("").error().code, Code::kPinCancelled);
  EXPECT_EQ(through_pipe("12345678901234567").error().code, Code::kPinLength);
  EXPECT_EQ(read_pin(-1).error().code, Code::kInputUnreadable);
}

class Files : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "shomei-base-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(Files, write_replaces_whole_files_only) {
  const auto path = folder_ / "a";
  ASSERT_TRUE(write_file(path, as_bytes("one")).has_value());
  ASSERT_TRUE(write_file(path, as_bytes("two")).has_value());
  EXPECT_EQ(as_text(read_file(path, 10).value()), "two");
  EXPECT_EQ(list_files(folder_).value().size(), 1U);
}

TEST_F(Files, each_failure_has_its_own_code) {
  EXPECT_EQ(read_file(folder_ / "none", 1).error().code, Code::kInputNotFound);
  EXPECT_EQ(read_file(folder_, 1).error().code, Code::kInputUnreadable);
  EXPECT_EQ(list_files(folder_).error().code, Code::kInputEmpty);
  ASSERT_TRUE(write_file(folder_ / "big", Bytes(11)).has_value());
  EXPECT_EQ(read_file(folder_ / "big", 10).error().code, Code::kInputTooLarge);
  EXPECT_EQ(read_file("/dev/zero", 1000).error().code, Code::kInputTooLarge);
  EXPECT_EQ(write_file(folder_ / "no" / "such", as_bytes("x")).error().code, Code::kOutputFailed);
}

TEST_F(Files, pem_blocks_by_label) {
  const char* pem = "-----BEGIN X-----\nAAEC\n-----END X-----\n-----BEGIN Y-----\nAwQF\n-----END Y-----\n";
  EXPECT_EQ(pem_or_der(as_bytes(pem), {"Y"}).value().at(0), (Bytes{3, 4, 5}));
  EXPECT_EQ(pem_or_der(as_bytes(pem), {"Z"}).error().code, Code::kInputMalformed);
  EXPECT_EQ(pem_or_der(Bytes{0x30}, {"Z"}).value().at(0), Bytes{0x30});
}

TEST_F(Files, a_software_key_signs_what_openssl_verifies) {
  auto key = SoftwareKey::generate_p256().value();
  const auto path = folder_ / "key.pem";
  ASSERT_TRUE(key->save(path).has_value());
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0600));
  EXPECT_EQ(key->save(path).error().code, Code::kOutputFailed);
  auto again = SoftwareKey::load(path).value();
  EXPECT_EQ(again->public_key(), key->public_key());
  const Bytes hash = sha256(as_bytes("message"));
  const Bytes raw = again->sign_digest(DigestAlgorithm::kSha256, hash).value();
  ASSERT_EQ(raw.size(), 64U);
  const Bytes der = ecdsa_der(raw);
  EXPECT_EQ(ecdsa_raw(der, 32).value(), raw);
  const OwnedPkeyContext context(EVP_PKEY_CTX_new(key->native(), nullptr));
  ASSERT_EQ(EVP_PKEY_verify_init(context.get()), 1);
  EXPECT_EQ(EVP_PKEY_verify(context.get(), der.data(), der.size(), hash.data(), hash.size()), 1);
}

}  // namespace
}  // namespace shomei
