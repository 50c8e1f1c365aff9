#include "cli/verify_batch.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/output.h"
#include "cli/report_text.h"

namespace shomei::cli {
namespace {

/// More threads only take more memory: a file of 64 MB is held as a tree.
constexpr unsigned kMaxThreads = 8;

/// What stays of a file when its turn is over; the report with its certificates and lists goes.
struct Outcome {
  std::optional<Error> error;
  signing::Indication indication = signing::Indication::kIndeterminate;
  std::string line;
  OrderedJson json;
};

std::vector<signing::Document> detached_of(const std::string& file, const std::vector<signing::Document>& all) {
  const std::string name = std::filesystem::path(file).filename().string();
  std::vector<signing::Document> own;
  std::ranges::copy_if(all, std::back_inserter(own), [&](const signing::Document& document) {
    return name == document.name + ".p7s" || name == document.name + ".xades.xml";
  });
  return own.empty() ? all : own;
}

/// Among many, an error says whose it is.
Error naming(const std::string& file, Error error) {
  if (!error.detail.contains(file)) {
    error.detail = error.detail.empty() ? file : file + ": " + error.detail;
  }
  return error;
}

class Work {
 public:
  Work(const signing::XmlLibrary& xml, const VerifyBatch& batch, const Context& context)
      : xml_(xml),
        batch_(batch),
        context_(context),
        outcomes_(batch.files.size()),
        progress_("verify", batch.files.size()) {}

  std::vector<Outcome> run() {
    const auto wanted =
        std::min<std::size_t>(batch_.files.size(), std::clamp(std::thread::hardware_concurrency(), 1U, kMaxThreads));
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < wanted; ++i) {
        threads.emplace_back([this] { take_turns(); });
      }
    }
    return std::move(outcomes_);
  }

 private:
  void take_turns() {
    for (std::size_t index = next_++; index < batch_.files.size(); index = next_++) {
      if (auto done = guarded(index); !done) {
        outcomes_[index].error = naming(batch_.files[index], std::move(done).error());
      }
      const std::scoped_lock lock(mutex_);
      progress_.step(batch_.files[index]);
    }
  }

  /// A thread's outer edge: what a library throws would end the program.
  Result<void> guarded(std::size_t index) {
    try {
      return one(index);
    } catch (const std::bad_alloc&) {
      return fail(Code::kInputTooLarge, "out of memory");
    } catch (const std::exception& thrown) {
      return fail(Code::kInternal, thrown.what());
    }
  }

  Result<void> one(std::size_t index) {
    const std::string& file = batch_.files[index];
    signing::VerifyInputs inputs = batch_.common;
    inputs.file = signing::Document::from_file(file);
    inputs.detached = detached_of(file, batch_.common.detached);
    inputs.detached_is_pool = inputs.detached.size() == batch_.common.detached.size();
    SHOMEI_TRY(const auto report, signing::verify(xml_, inputs));
    if (!batch_.pages.empty()) {
      SHOMEI_TRY(write_report(batch_.pages[index], report, context_.language, batch_.force));
    }
    Outcome& outcome = outcomes_[index];
    outcome.indication = report.indication;
    if (context_.json) {
      outcome.json = signing::to_json(report, context_.language);
    } else {
      outcome.line = verify_line(file, report, context_.language);
    }
    return {};
  }

  const signing::XmlLibrary& xml_;
  const VerifyBatch& batch_;
  const Context& context_;
  std::vector<Outcome> outcomes_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  Progress progress_;
};

/// {"file", "error"} and, where there is none, what `verify --json` says of one file.
OrderedJson item_json(const std::string& file, const Outcome& outcome, Language language) {
  OrderedJson item = {{"file", file}, {"error", nullptr}};
  if (outcome.error) {
    item["error"] = {{"id", info(outcome.error->code).id}, {"text", message(*outcome.error, language)}};
  } else {
    item.update(outcome.json);
  }
  return item;
}

void print_all(const VerifyBatch& batch, const std::vector<Outcome>& outcomes, const Context& context) {
  OrderedJson all = OrderedJson::array();
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (context.json) {
      all.push_back(item_json(batch.files[i], outcomes[i], context.language));
    } else {
      print_text(outcomes[i].line);
    }
    if (outcomes[i].error) {
      report(*outcomes[i].error, context.language);
    }
  }
  if (context.json) {
    print_json(all);
  }
}

ExitStatus status_of(const std::vector<Outcome>& outcomes) {
  const auto failed = std::ranges::find_if(outcomes, [](const Outcome& outcome) { return outcome.error.has_value(); });
  if (failed == outcomes.end()) {
    return exit_of(std::ranges::max_element(outcomes, {}, &Outcome::indication)->indication);
  }
  const ExitStatus first = info(failed->error->code).exit;
  const bool alike = std::ranges::all_of(
      outcomes, [&](const Outcome& outcome) { return outcome.error && info(outcome.error->code).exit == first; });
  return alike ? first : ExitStatus::kNegative;
}

}  // namespace

Result<ExitStatus> verify_batch(const signing::XmlLibrary& xml, const VerifyBatch& batch, const Context& context) {
  const std::vector<Outcome> outcomes = Work(xml, batch, context).run();
  print_all(batch, outcomes, context);
  return status_of(outcomes);
}

ExitStatus exit_of(signing::Indication indication) {
  return indication == signing::Indication::kTotalPassed   ? ExitStatus::kDone
         : indication == signing::Indication::kTotalFailed ? ExitStatus::kNegative
                                                           : ExitStatus::kIndeterminate;
}

}  // namespace shomei::cli
