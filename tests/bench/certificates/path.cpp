// path_bench ROUNDS CRL...: validations a second of a doctor's certificate of the test PKI under CRLs of several sizes.
// One JSON object a round; contenders take turns within it.
#include <botan/data_src.h>
#include <botan/x509_crl.h>
#include <botan/x509path.h>
#include <openssl/x509_vfy.h>
#include <pthread.h>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "auth/x509/load.h"
#include "auth/x509/path_cache.h"
#include "base/der.h"
#include "base/digest.h"
#include "measure.h"

using namespace shomei;

namespace {

using Operation = std::function<bool()>;
using OwnedStore = Owned<X509_STORE, X509_STORE_free>;
using OwnedContext = Owned<X509_STORE_CTX, X509_STORE_CTX_free>;
using OwnedStack = Owned<STACK_OF(X509), [](STACK_OF(X509) * stack) { sk_X509_free(stack); }>;

const std::filesystem::path kPki = SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed";
constexpr double kSlice = 0.3;

/// How often the operation is done in a second; the program ends if it does not accept.
double rate(const Operation& operation) {
  const double begin = bench::seconds_now();
  std::uint64_t done = 0;
  double time = 0;
  for (std::uint64_t batch = 1; time < kSlice; batch = time < kSlice / 8 ? batch * 2 : batch) {
    for (std::uint64_t i = 0; i < batch; ++i) {
      if (!operation()) {
        fmt::print(stderr, "an operation refused the certificate\n");
        std::exit(70);
      }
    }
    done += batch;
    time = bench::seconds_now() - begin;
  }
  return static_cast<double>(done) / time;
}

void pin_to(int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

/// The sum of two threads, each on a processor of its own.
double rate_of_two(const Operation& operation) {
  double rates[2] = {};
  std::thread threads[2];
  for (int i = 0; i < 2; ++i) {
    threads[i] = std::thread([&, i] {
      pin_to(i);
      rates[i] = rate(operation);
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  return rates[0] + rates[1];
}

double rate_of_one(const Operation& operation) {
  double result = 0;
  std::thread([&] {
    pin_to(0);
    result = rate(operation);
  }).join();
  return result;
}

/// What all contenders judge.
struct Case {
  Bytes leaf;
  auth::Certificate certificate;
  auth::Certificate ca;
  auth::Certificate root;
  std::vector<auth::Crl> authority_lists;
  Time at;
};

Case load_case() {
  const auto one = [](const char* name) { return auth::load_certificate(kPki / name).value(); };
  auth::Certificate leaf = one("holders/doctor1/signature.cer");
  return {.leaf = to_bytes(leaf.der()),
          .certificate = leaf,
          .ca = one("trust/signature/sign_ca.cer"),
          .root = one("trust/signature/root.cer"),
          .authority_lists = auth::load_crls({kPki / "crl/sarl.crl", kPki / "crl/rarl.crl"}).value(),
          .at = parse_rfc3339("2026-04-01T01:00:00Z").value()};
}

/// Ours, with or without verdicts kept.
class Ours {
 public:
  Ours(const Case& given, const auth::Crl& list, bool keep) : leaf_(given.leaf) {
    inputs_.anchors = {given.root};
    inputs_.chain = {given.ca};
    inputs_.crls = given.authority_lists;
    inputs_.crls.push_back(list);
    inputs_.paths = keep ? &cache_ : nullptr;
    options_.at = given.at;
    options_.purpose = auth::Purpose::kSignature;
  }
  Operation operation() {
    return [this] {
      const auto report = auth::validate(ByteView(leaf_), inputs_, options_, profiles_);
      return report && report->verdict == auth::Verdict::kValid;
    };
  }

 private:
  Bytes leaf_;
  auth::PathCache cache_;
  auth::ValidationInputs inputs_;
  auth::ValidationOptions options_;
  auth::ProfileSet profiles_ = auth::ProfileSet::defaults();
};

/// X509_verify_cert with policy checking; CA and root are parsed once. With lists also the leaf: parsing it each time
/// would be 148 microseconds more.
class OpenSsl {
 public:
  OpenSsl(const Case& given, const std::vector<auth::Crl>& lists) : given_(given), store_(X509_STORE_new()) {
    X509_STORE_add_cert(store_.get(), given.root.native());
    chain_.reset(sk_X509_new_null());
    sk_X509_push(chain_.get(), given.ca.native());
    for (const auth::Crl& list : lists) {
      const unsigned char* cursor = list.der().data();
      const OwnedX509Crl crl(d2i_X509_CRL(nullptr, &cursor, static_cast<long>(list.der().size())));
      X509_STORE_add_crl(store_.get(), crl.get());
    }
    flags_ = X509_V_FLAG_POLICY_CHECK | (lists.empty() ? 0UL : X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  }
  Operation operation(bool parse) {
    return [this, parse] {
      OwnedX509 mine;
      if (parse) {
        const unsigned char* cursor = given_.leaf.data();
        mine.reset(d2i_X509(nullptr, &cursor, static_cast<long>(given_.leaf.size())));
      }
      const OwnedContext context(X509_STORE_CTX_new());
      X509_STORE_CTX_init(context.get(), store_.get(), parse ? mine.get() : given_.certificate.native(), chain_.get());
      X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
      X509_VERIFY_PARAM_set_time(parameters, given_.at.time_since_epoch().count());
      X509_VERIFY_PARAM_set_flags(parameters, flags_);
      return X509_verify_cert(context.get()) == 1;
    };
  }

 private:
  const Case& given_;
  OwnedStore store_;
  OwnedStack chain_;
  unsigned long flags_ = 0;
};

/// Botan's path_validate; CA and root are parsed once. With lists it does the work and then refuses what the HPKI's
/// distribution points say, so its verdict does not count.
class Botans {
 public:
  Botans(const Case& given, const std::vector<auth::Crl>& lists)
      : given_(given), restrictions_(!lists.empty(), 110), with_lists_(!lists.empty()) {
    pool_.add_certificate(parse(given.root.der()));
    pool_.add_certificate(parse(given.ca.der()));
    for (const auth::Crl& list : lists) {
      pool_.add_crl(std::make_shared<Botan::X509_CRL>(std::vector<std::uint8_t>(list.der().begin(), list.der().end())));
    }
    anchors_.add_certificate(parse(given.root.der()));
    leaf_ = std::make_unique<Botan::X509_Certificate>(parse(given.leaf));
  }
  Operation operation() {
    return [this] {
      const auto at = std::chrono::system_clock::time_point(given_.at);
      const Botan::X509_Certificate mine = with_lists_ ? *leaf_ : parse(given_.leaf);
      const auto result =
          Botan::x509_path_validate(mine, restrictions_, {&anchors_, &pool_}, "", Botan::Usage_Type::UNSPECIFIED, at);
      return with_lists_ || result.successful_validation();
    };
  }

 private:
  static Botan::X509_Certificate parse(ByteView der) {
    return Botan::X509_Certificate(std::vector<std::uint8_t>(der.begin(), der.end()));
  }
  const Case& given_;
  Botan::Path_Validation_Restrictions restrictions_;
  bool with_lists_;
  Botan::Certificate_Store_In_Memory anchors_;
  Botan::Certificate_Store_In_Memory pool_;
  std::unique_ptr<Botan::X509_Certificate> leaf_;
};

/// Walks the DER for what is signed and its serial number, verifies one signature with a key at hand, asks two lists.
Operation floor_of(const Case& given, const auth::Crl& list) {
  const auth::PublicKey key = given.ca.public_key().value();
  const Bytes ca_serial = auth::serial_from_hex(given.ca.facts().serial).value();
  return [&given, key, list, ca_serial] {
    auto outer = der::Reader(given.leaf).enter(der::tag::kSequence);
    const auto signed_part = outer->next();
    const auto algorithm = outer->next();
    const auto signature = outer->next();
    auto fields = der::Reader(signed_part->whole).enter(der::tag::kSequence);
    const auto version = fields->next();
    const auto serial = fields->next();
    return algorithm && version && !list.find(serial->value) && !given.authority_lists[0].find(ca_serial) &&
           auth::verify_digest(key, DigestAlgorithm::kSha256, sha256(signed_part->whole), signature->value.subspan(1));
  };
}

nlohmann::json one_round(const std::vector<std::pair<std::string, Operation>>& contenders,
                         const std::vector<std::pair<std::string, Operation>>& in_pairs) {
  nlohmann::json figures;
  for (const auto& [name, operation] : contenders) {
    figures[name] = rate(operation);
  }
  for (const auto& [name, operation] : in_pairs) {
    const double one = rate_of_one(operation);
    figures[name] = rate_of_two(operation) / one;
  }
  return figures;
}

int run(int rounds, const std::vector<std::pair<std::string, std::string>>& files) {
  const Case given = load_case();
  std::vector<std::pair<std::string, Operation>> contenders;
  std::vector<std::pair<std::string, Operation>> in_pairs;
  std::vector<std::unique_ptr<Ours>> ours;
  std::vector<std::unique_ptr<OpenSsl>> openssl;
  std::vector<std::unique_ptr<Botans>> botan;
  for (const auto& [size, file] : files) {
    const auth::Crl list = auth::Crl::load(file).value();
    std::vector<auth::Crl> lists = given.authority_lists;
    lists.push_back(list);
    if (ours.empty()) {
      ours.push_back(std::make_unique<Ours>(given, list, false));
      openssl.push_back(std::make_unique<OpenSsl>(given, std::vector<auth::Crl>()));
      botan.push_back(std::make_unique<Botans>(given, std::vector<auth::Crl>()));
      contenders.emplace_back("first", ours.back()->operation());
      contenders.emplace_back("first.openssl", openssl.back()->operation(true));
      contenders.emplace_back("first.botan", botan.back()->operation());
      contenders.emplace_back("floor", floor_of(given, list));
      in_pairs.emplace_back("first.threads2", ours.back()->operation());
      in_pairs.emplace_back("first.threads2.openssl", openssl.back()->operation(true));
      in_pairs.emplace_back("floor.threads2", floor_of(given, list));
    }
    ours.push_back(std::make_unique<Ours>(given, list, true));
    openssl.push_back(std::make_unique<OpenSsl>(given, lists));
    botan.push_back(std::make_unique<Botans>(given, lists));
    contenders.emplace_back("seen." + size, ours.back()->operation());
    contenders.emplace_back("seen." + size + ".openssl", openssl.back()->operation(false));
    contenders.emplace_back("seen." + size + ".botan", botan.back()->operation());
  }
  in_pairs.emplace_back("threads2", ours.back()->operation());
  for (int i = 0; i < rounds; ++i) {
    fmt::print("{}\n", one_round(contenders, in_pairs).dump());
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace

int main(int count, char** values) {
  std::vector<std::pair<std::string, std::string>> files;
  for (int i = 2; i + 1 < count; i += 2) {
    files.emplace_back(values[i], values[i + 1]);
  }
  if (files.empty()) {
    fmt::print(stderr, "path_bench ROUNDS NAME CRL [NAME CRL]...\n");
    return 64;
  }
  return run(std::atoi(values[1]), files);
}
