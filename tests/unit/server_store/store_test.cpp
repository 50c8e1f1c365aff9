// What every engine behind Store must do.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <thread>

#include "engines.h"
#include "server/store/migrations.h"

namespace shomei::server {
namespace {

constexpr Time kNow{std::chrono::seconds(1'775'000'000)};

AuditEvent event(const std::string& what) {
  return {.at = kNow, .event = what, .actor = "local:uid=0", .subject = "医師 ' \" \\", .detail = R"({"k":"v"})"};
}

SessionRecord session(const std::string& id) {
  return {.id = id,
          .person = "sato",
          .facility = "1",
          .card_issuer = "CN=CA",
          .certificate_serial = "0251",
          .claims = "{}",
          .started_at = kNow,
          .lease_until = kNow + std::chrono::seconds(15),
          .expires_at = kNow + std::chrono::hours(1)};
}

class StoreContract : public testing::TestWithParam<std::string> {
 protected:
  FreshDatabase database{GetParam()};
  std::unique_ptr<Store> store = open_store(database.options()).value();

  Result<void> commit(std::vector<Change> changes, const std::string& what = "test") {
    return store->commit(changes, event(what));
  }
  void SetUp() override {
    ASSERT_TRUE(commit({change::AddFacility{{.code = "1", .name = "城東クリニック", .type = "clinic"}},
                        change::AddPerson{"sato", "佐藤　花子"}}));
  }
  std::size_t records() { return store->audit(0, 1000).value().size(); }
};

TEST_P(StoreContract, KeepsPersonsWithAllThatIsTheirs) {
  const Card card{.issuer = "CN=CA,O=医", .serial_number = "D1000017", .name = "Hanako Sato"};
  ASSERT_TRUE(commit({change::AddMembership{"sato", "1"}, change::AddRole{"sato", "administrator"},
                      change::LinkCard{"sato", card}, change::SetHold{"sato", "紛失"}}));
  const auto found = store->find_person_by_card(card);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->name, "佐藤　花子");
  EXPECT_THAT((*found)->facilities, testing::ElementsAre("1"));
  EXPECT_THAT((*found)->roles, testing::ElementsAre("administrator"));
  EXPECT_EQ((*found)->cards.at(0).name, "Hanako Sato");
  EXPECT_EQ((*found)->hold_reason, "紛失");
  ASSERT_TRUE(commit({change::SetHold{"sato", std::nullopt}}));
  EXPECT_EQ(store->find_person("sato").value()->hold_reason, std::nullopt);
  EXPECT_EQ(store->persons().value().size(), 1U);
  EXPECT_EQ(store->find_facility("1").value()->name, "城東クリニック");
  EXPECT_EQ(store->facilities().value().size(), 1U);
  EXPECT_FALSE(store->find_person_by_card({.issuer = "CN=CA", .serial_number = "D1000017"}).value());
  EXPECT_FALSE(store->find_person("x").value());
  EXPECT_FALSE(store->find_facility("x").value());
}

TEST_P(StoreContract, TellsWhatIsThereAlreadyAndWhatIsNot) {
  const auto before = records();
  EXPECT_EQ(commit({change::AddPerson{"sato", "x"}}).error().code, Code::kStoreConflict);
  EXPECT_EQ(commit({change::AddMembership{"sato", "none"}}).error().code, Code::kStoreNotFound);
  EXPECT_EQ(commit({change::LinkCard{"none", {.issuer = "a", .serial_number = "b"}}}).error().code,
            Code::kStoreNotFound);
  EXPECT_EQ(commit({change::SetHold{"none", "x"}}).error().code, Code::kStoreNotFound);
  EXPECT_EQ(records(), before);
}

TEST_P(StoreContract, ACommitHappensWholeOrNotAtAll) {
  const auto before = records();
  EXPECT_FALSE(
      commit({change::AddFacility{{.code = "2", .name = "x", .type = "other"}}, change::AddPerson{"sato", "x"}}));
  EXPECT_FALSE(store->find_facility("2").value());
  EXPECT_EQ(records(), before);
  EXPECT_TRUE(commit({change::AddFacility{{.code = "2", .name = "x", .type = "other"}}}));
}

TEST_P(StoreContract, KeepsCasAndCrls) {
  const Bytes der{0x30, 0x00, 0xFF};
  CaRecord ca{.use = "authentication", .sha256 = "aa", .der = der, .added_at = kNow, .added_by = "kobayashi"};
  ASSERT_TRUE(commit({change::AddCa{ca}}));
  ca.added_by = "sato";
  ASSERT_TRUE(commit({change::AddCa{ca}}));
  ASSERT_EQ(store->cas().value().size(), 1U);
  EXPECT_EQ(store->cas().value().at(0).der, der);
  EXPECT_EQ(store->cas().value().at(0).added_by, "sato");
  CrlRecord crl{.sha256 = "bb",
                .issuer = "CN=CA",
                .scope = "all",
                .number = "10",
                .this_update = kNow,
                .next_update = std::nullopt,
                .entries = 7,
                .imported_at = kNow,
                .imported_by = "kobayashi",
                .bytes = 500'000,
                .der = Bytes(500'000, 0xA5)};
  ASSERT_TRUE(commit({change::AddCrl{crl}}));
  crl.sha256 = "aa";
  crl.next_update = kNow + std::chrono::hours(96);
  ASSERT_TRUE(commit({change::AddCrl{crl}}));
  const auto list = store->crls().value();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].sha256, "bb");
  EXPECT_EQ(list[0].next_update, std::nullopt);
  EXPECT_EQ(list[1].next_update, kNow + std::chrono::hours(96));
  EXPECT_TRUE(list[0].der.empty());
  EXPECT_EQ(list[0].imported_by, "kobayashi");
  EXPECT_EQ(store->find_crl("bb").value()->der, Bytes(500'000, 0xA5));
  EXPECT_FALSE(store->find_crl("cc").value());
}

TEST_P(StoreContract, ASessionLivesByItsLeaseAndEndsOnce) {
  ASSERT_TRUE(commit({change::AddSession{session("s1")}}));
  const auto second = std::chrono::seconds(1);
  EXPECT_TRUE(store->renew_lease("s1", kNow + 15 * second, kNow + 30 * second));
  EXPECT_EQ(store->find_session("s1").value()->lease_until, kNow + 30 * second);
  EXPECT_EQ(store->renew_lease("s1", kNow + 31 * second, kNow + 46 * second).error().code, Code::kSessionEnded);
  EXPECT_EQ(store->renew_lease("s1", kNow + std::chrono::hours(1), kNow).error().code, Code::kSessionEnded);
  EXPECT_EQ(store->renew_lease("none", kNow, kNow).error().code, Code::kSessionEnded);
  EXPECT_EQ(store->open_sessions().value().size(), 1U);
  EXPECT_TRUE(commit({change::EndSession{"s1", kNow, "logout"}}));
  EXPECT_EQ(commit({change::EndSession{"s1", kNow, "again"}}).error().code, Code::kSessionEnded);
  EXPECT_EQ(store->renew_lease("s1", kNow, kNow + 15 * second).error().code, Code::kSessionEnded);
  EXPECT_EQ(store->find_session("s1").value()->end_reason, "logout");
  EXPECT_EQ(store->find_session("s1").value()->ended_at, kNow);
  EXPECT_TRUE(store->open_sessions().value().empty());
}

TEST_P(StoreContract, AuditIsAChain) {
  ASSERT_TRUE(commit({}, "one"));
  ASSERT_TRUE(commit({}, "two"));
  const auto all = store->audit(0, 100).value();
  ASSERT_EQ(all.size(), 3U);
  std::string previous;
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].seq, static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(all[i].previous, previous);
    EXPECT_EQ(all[i].hash, audit_hash(all[i]));
    EXPECT_EQ(all[i].event.subject, "医師 ' \" \\");
    previous = all[i].hash;
  }
  EXPECT_EQ(store->audit(1, 1).value().at(0).event.event, "one");
  // The hash covers every field.
  AuditRecord changed = all[1];
  changed.event.actor = "other";
  EXPECT_NE(audit_hash(changed), all[1].hash);
}

TEST_P(StoreContract, AuditTakesNoUpdateAndNoDeletion) {
  const auto raw = Database::open(database.options()).value();
  for (const char* statement : {"UPDATE audit SET actor = 'x'", "DELETE FROM audit"}) {
    EXPECT_THAT(raw->write([&](soci::session& sql) -> Result<void> {
                     sql << statement;
                     return {};
                   })
                    .error()
                    .detail,
                testing::HasSubstr("audit is append-only"));
  }
  EXPECT_EQ(records(), 1U);
}

TEST_P(StoreContract, WritersInParallelKeepTheChainWhole) {
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&] {
      for (int i = 0; i < 25; ++i) {
        EXPECT_TRUE(commit({}));
      }
    });
  }
  for (std::thread& writer : writers) {
    writer.join();
  }
  const auto all = store->audit(0, 1000).value();
  ASSERT_EQ(all.size(), 101U);
  for (std::size_t i = 1; i < all.size(); ++i) {
    EXPECT_EQ(all[i].previous, all[i - 1].hash);
  }
}

TEST_P(StoreContract, WhatWasCommittedIsThereAfterReopening) {
  store.reset();
  store = open_store(database.options()).value();
  EXPECT_TRUE(store->find_person("sato").value());
  EXPECT_TRUE(commit({}, "after"));
  EXPECT_EQ(records(), 2U);
}

TEST_P(StoreContract, ANewerSchemaIsRefusedUntouched) {
  const auto raw = Database::open(database.options()).value();
  const auto set = [&](long long version) {
    return raw->write([&](soci::session& sql) -> Result<void> {
      sql << "UPDATE schema_version SET version = :version", soci::use(version);
      return {};
    });
  };
  ASSERT_TRUE(set(newest_schema() + 1));
  EXPECT_EQ(open_store(database.options()).error().code, Code::kStoreNewerSchema);
  ASSERT_TRUE(set(newest_schema()));
  EXPECT_TRUE(open_store(database.options()));
}

INSTANTIATE_TEST_SUITE_P(Engines, StoreContract, testing::ValuesIn(engines()),
                         [](const auto& parameter) { return parameter.param; });

TEST(SqliteStore, IsPrivateAndDurable) {
  const FreshDatabase database("sqlite3");
  const auto store = open_store(database.options()).value();
  struct stat status{};
  for (const char* suffix : {"", "-wal"}) {
    ASSERT_EQ(::stat((database.options().connection + suffix).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
  }
  const auto raw = Database::open(database.options()).value();
  const auto pragma = raw->read([](soci::session& sql) -> Result<std::string> {
    std::string mode;
    int synchronous = 0;
    sql << "PRAGMA journal_mode", soci::into(mode);
    sql << "PRAGMA synchronous", soci::into(synchronous);
    return mode + std::to_string(synchronous);
  });
  EXPECT_EQ(*pragma, "wal2");
}

TEST(SqliteStore, RefusesWhatItCannotOpen) {
  EXPECT_EQ(open_store({.backend = "sqlite3", .connection = "/nonexistent/x.db"}).error().code, Code::kStoreFailed);
  EXPECT_EQ(open_store({.backend = "oracle", .connection = ""}).error().code, Code::kConfigInvalid);
}

}  // namespace
}  // namespace shomei::server
