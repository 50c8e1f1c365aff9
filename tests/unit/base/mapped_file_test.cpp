#include "base/mapped_file.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace shomei {
namespace {

std::filesystem::path file_with(ByteView content) {
  const auto path = std::filesystem::path(testing::TempDir()) / "mapped_file_test";
  EXPECT_TRUE(write_file(path, content));
  return path;
}

TEST(MappedFile, has_the_bytes_and_keeps_them_when_the_file_is_replaced) {
  const auto path = file_with(as_bytes("first"));
  const MappedFile mapped = MappedFile::open(path, 100).value();
  EXPECT_EQ(as_text(mapped.bytes()), "first");
  file_with(as_bytes("second"));
  mapped.release_pages();
  EXPECT_EQ(as_text(mapped.bytes()), "first");
  EXPECT_EQ(as_text(MappedFile::open(path, 100)->bytes()), "second");
}

TEST(MappedFile, an_empty_file_is_no_bytes) {
  EXPECT_TRUE(MappedFile::open(file_with({}), 100)->bytes().empty());
}

TEST(MappedFile, refuses_what_it_should_not_map) {
  EXPECT_EQ(MappedFile::open("/nowhere/at/all", 100).error().code, Code::kInputNotFound);
  EXPECT_EQ(MappedFile::open(testing::TempDir(), 100).error().code, Code::kInputUnreadable);
  EXPECT_EQ(MappedFile::open(file_with(as_bytes("six by")), 5).error().code, Code::kInputTooLarge);
}

}  // namespace
}  // namespace shomei
