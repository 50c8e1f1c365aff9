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

TEST_P(StoreContract, OfTwoNextGenerationsOneIsTold) {
  const GenerationRecord one{
      .seq = 1, .made_at = kNow, .actor = "a", .kind = "ca.added", .subject = "医", .content = R"({"cas":[]})"};
  EXPECT_EQ(store->newest_generation().value(), 0);
  const PolicyRecord policy{.sha256 = "aa", .text = "[signature]\n", .added_at = kNow, .added_by = "a"};
  ASSERT_TRUE(commit({change::AddPolicy{policy}, change::AddGeneration{one}}));
  ASSERT_TRUE(commit({change::AddPolicy{policy}}));
  const auto second = open_store(database.options()).value();
  const std::vector<Change> again{change::AddFacility{{.code = "9", .name = "x", .type = "other"}},
                                  change::AddGeneration{one}};
  EXPECT_EQ(second->commit(again, event("test")).error().code, Code::kStoreConflict);
  EXPECT_FALSE(store->find_facility("9").value());
  EXPECT_EQ(second->newest_generation().value(), 1);
  EXPECT_EQ(second->find_generation(1).value()->subject, "医");
  EXPECT_EQ(second->find_generation(1).value()->content, R"({"cas":[]})");
  EXPECT_FALSE(second->find_generation(2).value());
  EXPECT_EQ(second->find_policy("aa").value()->text, "[signature]\n");
  EXPECT_TRUE(second->generations(1, 10).value().empty());
  EXPECT_EQ(second->generations(2, 10).value().size(), 1U);
}

TEST_P(StoreContract, KeepsACertificateOnceAndForgetsOldLogins) {
  const auto login = [&](const std::string& sha256, Time at, const std::string& outcome) {
    return commit({change::AddLogin{{.at = at,
                                     .certificate = sha256,
                                     .der = Bytes{1, 2, 3},
                                     .use = "authentication",
                                     .facility = "1",
                                     .person = outcome == "granted" ? "sato" : "",
                                     .outcome = outcome,
                                     .checks = {}}}});
  };
  const auto day = std::chrono::days(1);
  ASSERT_TRUE(login("aa", kNow - 40 * day, "granted"));
  ASSERT_TRUE(login("bb", kNow - 40 * day, "granted"));
  ASSERT_TRUE(login("aa", kNow - day, "refused"));
  ASSERT_TRUE(login("aa", kNow, "granted"));
  EXPECT_EQ(store->count_used_certificates(kNow - 30 * day).value(), 1);
  const auto used = store->used_certificates(kNow - 30 * day, "", 10).value();
  ASSERT_EQ(used.size(), 1U);
  EXPECT_EQ(used[0].der, (Bytes{1, 2, 3}));
  EXPECT_EQ(used[0].logins, 2);
  EXPECT_EQ(used[0].granted, 1);
  EXPECT_EQ(used[0].person, "sato");
  EXPECT_EQ(used[0].last_login, kNow);
  EXPECT_TRUE(store->used_certificates(kNow - 30 * day, "aa", 10).value().empty());
  EXPECT_EQ(store->used_certificates(kNow - 50 * day, "", 1).value().size(), 1U);
  // Two logins and the certificate that nobody used since.
  EXPECT_EQ(store->forget_logins(kNow - 30 * day, 100).value(), 3U);
  EXPECT_EQ(store->forget_logins(kNow - 30 * day, 100).value(), 0U);
  EXPECT_EQ(store->count_used_certificates(Time{}).value(), 1);
}

TEST_P(StoreContract, TheHoldListCountsItsChanges) {
  const CardHold hold{.issuer = "CN=CA,O=医", .serial = "0251", .reason = "紛失", .since = kNow, .by = "a"};
  const auto number = store->hold_number().value();
  ASSERT_TRUE(commit({change::AddSession{session("s1")}}));
  EXPECT_TRUE(store->held_sessions().value().empty());
  ASSERT_TRUE(commit({change::HoldCard{hold}}));
  EXPECT_EQ(commit({change::HoldCard{hold}}).error().code, Code::kStoreConflict);
  ASSERT_TRUE(
      commit({change::HoldCard{{.issuer = "CN=CA", .serial = "0251", .reason = "", .since = kNow, .by = "a"}}}));
  EXPECT_EQ(store->held_sessions().value().size(), 1U);
  ASSERT_TRUE(commit({change::ReleaseCard{"CN=CA", "0251"}, change::SetHold{"sato", "x"}}));
  EXPECT_EQ(store->held_sessions().value().size(), 1U);
  EXPECT_TRUE(store->on_hold("CN=CA,O=医", "0251").value());
  EXPECT_FALSE(store->on_hold("CN=CA", "0251").value());
  EXPECT_EQ(commit({change::ReleaseCard{"CN=CA", "0251"}}).error().code, Code::kStoreNotFound);
  const HoldRecords holds = store->holds().value();
  EXPECT_EQ(holds.number, number + 4);
  ASSERT_EQ(holds.cards.size(), 1U);
  EXPECT_EQ(holds.cards[0].reason, "紛失");
  EXPECT_THAT(holds.persons, testing::ElementsAre("sato"));
}

TEST_P(StoreContract, AProposalIsDecidedOnceAndInTime) {
  const ProposalRecord proposal{.id = "p",
                                .kind = "ca.add",
                                .subject = "CN=CA",
                                .content = "{}",
                                .by = "a",
                                .at = kNow,
                                .expires_at = kNow + std::chrono::days(7)};
  ASSERT_TRUE(commit({change::AddProposal{proposal}}));
  const auto decide = [&](Time at) { return commit({change::DecideProposal{"p", "approved", "b", at}}); };
  EXPECT_EQ(decide(kNow + std::chrono::days(7)).error().code, Code::kApprovalClosed);
  EXPECT_EQ(store->find_proposal("p").value()->state, "open");
  ASSERT_TRUE(decide(kNow));
  EXPECT_EQ(decide(kNow).error().code, Code::kApprovalClosed);
  EXPECT_EQ(store->find_proposal("p").value()->decided_by, "b");
  EXPECT_EQ(store->find_proposal("p").value()->decided_at, kNow);
  EXPECT_EQ(store->proposals(10).value().at(0).content, "");
  EXPECT_FALSE(store->find_proposal("q").value());
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
