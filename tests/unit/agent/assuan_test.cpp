#include "agent/assuan.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "agent/file_descriptor.h"

namespace shomei::agent {
namespace {

using namespace std::chrono_literals;

bool is(const Pin& pin, std::string_view expected) {
  return pin.reveal([&](std::span<const std::uint8_t> bytes) { return as_text(bytes) == expected; });
}

class AssuanTest : public ::testing::Test {
 protected:
  AssuanTest() {
    int pair[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ours_ = FileDescriptor(pair[0]);
    theirs_ = FileDescriptor(pair[1]);
  }
  void server_says(std::string_view text) {
    EXPECT_EQ(::write(theirs_.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  std::string server_hears() {
    std::string heard(4096, '\0');
    heard.resize(static_cast<std::size_t>(
        std::max<ssize_t>(0, ::recv(theirs_.get(), heard.data(), heard.size(), MSG_DONTWAIT))));
    return heard;
  }
  AssuanLink::Deadline soon() { return std::chrono::steady_clock::now() + 5s; }
  Result<std::optional<Pin>> pin_from(std::string_view answer, AssuanLink::Answer& end) {
    AssuanLink link(ours_.get(), -1);
    server_says(answer);
    return link.get_pin(soon(), end);
  }

  FileDescriptor ours_;
  FileDescriptor theirs_;
};

TEST_F(AssuanTest, command_escapes_and_ends_with_newline) {
  AssuanLink link(ours_.get(), -1);
  server_says("OK hello\nS status\n# comment\nOK\n");
  EXPECT_TRUE(link.greeting(soon()).value().ok);
  EXPECT_TRUE(link.command("SETDESC", "100%\n紹介状", soon()).value().ok);
  EXPECT_EQ(server_hears(), "SETDESC 100%25%0A紹介状\n");
}

TEST_F(AssuanTest, pin_is_percent_decoded) {
  AssuanLink::Answer end;
  const auto pin = pin_from("D 12%2534\nOK\n", end);
  ASSERT_TRUE(pin && *pin);
  EXPECT_TRUE(is(**pin, "12%34"));
}

TEST_F(AssuanTest, pin_in_several_data_lines_is_joined) {
  AssuanLink::Answer end;
  const auto pin = pin_from("D 12\r\nD 34\r\nOK\r\n", end);
  ASSERT_TRUE(pin && *pin);
  EXPECT_TRUE(is(**pin, "1234"));
}

TEST_F(AssuanTest, pin_of_no_or_too_many_characters_is_refused) {
  AssuanLink::Answer end;
  EXPECT_EQ(pin_from("OK\n", end).error().code, Code::kPinLength);
  EXPECT_EQ(pin_from("D 12345678901234567\nOK\n", end).error().code, Code::kPinLength);
  EXPECT_EQ(pin_from("D " + std::string(200, '1') + "\nOK\n", end).error().code, Code::kPinLength);
}

TEST_F(AssuanTest, cancel_is_a_plain_value) {
  for (const char* answer :
       {"ERR 83886179 Operation cancelled <Pinentry>\n", "ERR 83886142 Timeout\n", "ERR 83886194\n"}) {
    AssuanLink::Answer end;
    const auto pin = pin_from(answer, end);
    ASSERT_TRUE(pin) << answer;
    EXPECT_FALSE(pin->has_value());
    EXPECT_TRUE(end.cancelled()) << answer;
  }
}

TEST_F(AssuanTest, other_refusals_are_not_taken_for_a_cancel) {
  AssuanLink::Answer end;
  const auto pin = pin_from("ERR 83918950 Inappropriate ioctl for device <Pinentry>\n", end);
  ASSERT_TRUE(pin);
  EXPECT_FALSE(end.ok || end.cancelled());
  EXPECT_EQ(end.text, " Inappropriate ioctl for device <Pinentry>");
}

TEST_F(AssuanTest, garbage_is_no_dialog) {
  for (const std::string& answer :
       {std::string("HTTP/1.1 200 OK\n"), std::string(2000, 'x'), std::string("D 1%2\nOK\n")}) {
    AssuanLink::Answer end;
    EXPECT_EQ(pin_from(answer, end).error().code, Code::kPinNoDialog) << answer;
  }
}

TEST_F(AssuanTest, program_that_ends_is_no_dialog) {
  AssuanLink link(ours_.get(), -1);
  theirs_.reset();
  EXPECT_EQ(link.greeting(soon()).error().code, Code::kPinNoDialog);
}

TEST_F(AssuanTest, stop_ends_the_wait_as_cancelled) {
  const FileDescriptor stop(::eventfd(1, 0));
  AssuanLink link(ours_.get(), stop.get());
  EXPECT_TRUE(link.greeting(soon()).value().cancelled());
}

TEST_F(AssuanTest, passed_deadline_is_cancelled) {
  AssuanLink link(ours_.get(), -1);
  EXPECT_TRUE(link.greeting(std::chrono::steady_clock::now()).value().cancelled());
}

TEST(AssuanEscapedTest, cuts_between_characters) {
  EXPECT_EQ(assuan_escaped("紹介", 6), "紹介");
  EXPECT_EQ(assuan_escaped("紹介", 5), "紹");
  EXPECT_EQ(assuan_escaped("a%", 3), "a");
  EXPECT_EQ(assuan_escaped(std::string("\0", 1), 3), "%00");
}

}  // namespace
}  // namespace shomei::agent
