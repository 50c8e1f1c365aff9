#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>

#include "engines.h"
#include "server/store/changes.h"

namespace shomei::server {
namespace {

const AuditEvent kEvent{.at = {}, .event = "test", .actor = "a", .subject = "b"};

Change big_crl(int number) {
  return change::AddCrl{{.sha256 = std::to_string(number),
                         .issuer = "CN=CA",
                         .scope = "all",
                         .number = "1",
                         .this_update = {},
                         .next_update = {},
                         .imported_at = {},
                         .der = Bytes(200'000, 1)}};
}

TEST(FullDatabase, RefusesTheChangeAndKeepsAllThatWasStored) {
  const FreshDatabase fresh("sqlite3");
  const auto store = open_store(fresh.options()).value();
  // The limit is of a connection, so this test speaks below the Store.
  const auto database = Database::open(fresh.options()).value();
  ASSERT_TRUE(database->read([](soci::session& sql) -> Result<void> {
    sql << "PRAGMA max_page_count = 200";
    return {};
  }));
  Result<void> result;
  int stored = 0;
  while (result) {
    result = database->write([&](soci::session& sql) -> Result<void> {
      SHOMEI_TRY(make_change(sql, big_crl(stored)));
      append_audit(sql, "main", kEvent);
      return {};
    });
    stored += result ? 1 : 0;
    ASSERT_LT(stored, 100);
  }
  EXPECT_EQ(result.error().code, Code::kStoreFull);
  EXPECT_GT(stored, 0);
  EXPECT_EQ(store->crls().value().size(), static_cast<std::size_t>(stored));
  EXPECT_EQ(store->audit(0, 100).value().size(), static_cast<std::size_t>(stored));
  const std::vector<Change> again{big_crl(stored)};
  EXPECT_TRUE(store->commit(again, kEvent));
}

TEST(FullDatabase, AFileThatMayNotGrowIsAnErrorAndLosesNothing) {
  const FreshDatabase fresh("sqlite3");
  const auto store = open_store(fresh.options()).value();
  const std::vector<Change> first{big_crl(1)};
  const std::vector<Change> second{big_crl(2)};
  ASSERT_TRUE(store->commit(first, kEvent));
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 300'000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Result<void> result = store->commit(second, kEvent);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_FALSE(result);
  // SQLite calls only ENOSPC a full disk; this is another "no".
  EXPECT_EQ(result.error().code, Code::kStoreFailed);
  EXPECT_EQ(store->crls().value().size(), 1U);
  EXPECT_TRUE(store->commit(second, kEvent));
}

}  // namespace
}  // namespace shomei::server
