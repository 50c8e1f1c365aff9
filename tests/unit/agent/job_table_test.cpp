#include "agent/job_table.h"

#include <gtest/gtest.h>

#include <latch>
#include <nlohmann/json.hpp>

namespace shomei::agent {
namespace {

using namespace std::chrono_literals;
constexpr auto kLong = 20s;

SignOrder order_of(std::size_t bytes) {
  SignOrder order;
  order.peer = {1, "test"};
  order.documents.emplace_back();
  order.documents[0].request.document = signing::Document::from_bytes("a.json", Bytes(bytes));
  return order;
}

void sign(Job& job) {
  job.order().documents[0].result = signing::SignedDocument{Bytes{1, 2, 3}, signing::Level::kB, {}};
  job.end(std::nullopt, std::nullopt);
}

void ignore(const Job&) {}

TEST(JobTableTest, signed_job_gives_its_signature_and_lets_the_document_go) {
  JobTable table({}, sign, ignore);
  const std::string id = table.add(order_of(100)).value()->id();
  const auto job = table.wait(id, kLong).value();
  const OrderedJson json = job->to_json();
  EXPECT_EQ(json["state"], "done");
  EXPECT_EQ(json["documents"][0]["content"], to_base64(Bytes{1, 2, 3}));
  EXPECT_EQ(json["documents"][0]["level"], "B");
  EXPECT_EQ(job->bytes(), 3U);
}

TEST(JobTableTest, failed_job_says_why) {
  JobTable table({}, [](Job& job) { job.end(make_error(Code::kPinWrong, "tries left: 3"), 3); }, ignore);
  const auto job = table.wait(table.add(order_of(1)).value()->id(), kLong).value();
  EXPECT_EQ(job->to_json()["state"], "failed");
  EXPECT_EQ(job->to_json()["error"]["id"], "pin.wrong");
  EXPECT_EQ(job->to_json()["tries_left"], 3);
}

TEST(JobTableTest, jobs_are_bounded_in_number_and_bytes) {
  std::latch release(1);
  LimitsConfig limits;
  limits.jobs = 2;
  limits.job_bytes = 100;
  JobTable table(
      limits,
      [&](Job& job) {
        release.wait();
        sign(job);
      },
      ignore);
  EXPECT_TRUE(table.add(order_of(60)));
  EXPECT_EQ(table.add(order_of(60)).error().code, Code::kAgentTooMany);
  EXPECT_TRUE(table.add(order_of(10)));
  EXPECT_EQ(table.add(order_of(1)).error().code, Code::kAgentTooMany);
  release.count_down();
}

TEST(JobTableTest, waiting_job_is_cancelled_at_once) {
  std::latch release(1);
  std::vector<std::string> seen;
  std::mutex mutex;
  JobTable table(
      {},
      [&](Job& job) {
        release.wait();
        sign(job);
      },
      [&](const Job& job) {
        const std::scoped_lock lock(mutex);
        seen.push_back(job.id() + std::string(name(job.state())));
      });
  const auto first = table.add(order_of(1)).value();
  const auto second = table.add(order_of(1)).value();
  EXPECT_TRUE(table.remove(second->id()));
  EXPECT_EQ(second->state(), JobState::kCancelled);
  release.count_down();
  EXPECT_EQ(table.wait(first->id(), kLong).value()->state(), JobState::kDone);
  const std::scoped_lock lock(mutex);
  EXPECT_EQ(std::ranges::count(seen, second->id() + "running"), 0);
  EXPECT_EQ(std::ranges::count(seen, second->id() + "cancelled"), 1);
}

TEST(JobTableTest, running_job_is_asked_to_stop) {
  std::latch running(1);
  JobTable table(
      {},
      [&](Job& job) {
        running.count_down();
        std::mutex mutex;
        std::unique_lock lock(mutex);
        std::condition_variable_any().wait(lock, job.stop_token(), [] { return false; });
        job.end(make_error(Code::kPinCancelled), std::nullopt);
      },
      ignore);
  const auto job = table.add(order_of(1)).value();
  running.wait();
  EXPECT_TRUE(table.remove(job->id()));
  EXPECT_EQ(table.wait(job->id(), kLong).value()->state(), JobState::kCancelled);
}

TEST(JobTableTest, ended_job_is_forgotten_when_removed) {
  JobTable table({}, sign, ignore);
  const std::string id = table.add(order_of(1)).value()->id();
  EXPECT_TRUE(table.wait(id, kLong));
  EXPECT_TRUE(table.remove(id));
  EXPECT_EQ(table.find(id).error().code, Code::kAgentJobUnknown);
  EXPECT_EQ(table.remove(id).error().code, Code::kAgentJobUnknown);
}

TEST(JobTableTest, ended_job_is_forgotten_when_its_time_is_over) {
  LimitsConfig limits;
  limits.job_keep = 0s;
  JobTable table(limits, sign, ignore);
  const std::string id = table.add(order_of(1)).value()->id();
  static_cast<void>(table.wait(id, kLong));
  EXPECT_EQ(table.find(id).error().code, Code::kAgentJobUnknown);
}

TEST(JobTableTest, end_of_the_table_stops_a_dialog) {
  std::latch running(1);
  JobState last = JobState::kWaiting;
  {
    JobTable table(
        {},
        [&](Job& job) {
          running.count_down();
          while (!job.stop_token().stop_requested()) {
            std::this_thread::yield();
          }
          job.end(std::nullopt, std::nullopt);
        },
        [&](const Job& job) { last = job.state(); });
    EXPECT_TRUE(table.add(order_of(1)));
    running.wait();
  }
  EXPECT_EQ(last, JobState::kCancelled);
}

}  // namespace
}  // namespace shomei::agent
