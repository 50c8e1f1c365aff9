#pragma once

#include "server/store/database.h"

namespace shomei::server {

/// The state in an SQL database, the same statements for both engines.
class SqlStore final : public Store {
 public:
  SqlStore(std::unique_ptr<Database> database, std::string chain)
      : database_(std::move(database)), chain_(std::move(chain)) {}

  Result<void> commit(std::span<const Change> changes, const AuditEvent& event) override;
  Result<void> renew_lease(const std::string& session, Time now, Time until) override;

  Result<std::vector<Facility>> facilities() override;
  Result<std::optional<Facility>> find_facility(const std::string& code) override;
  Result<std::vector<Person>> persons() override;
  Result<std::optional<Person>> find_person(const std::string& id) override;
  Result<std::optional<Person>> find_person_by_card(const Card& card) override;

  Result<std::vector<CaRecord>> cas() override;
  Result<std::vector<CrlRecord>> crls() override;
  Result<std::optional<CrlRecord>> find_crl(const std::string& sha256) override;
  Result<std::optional<CrlRecord>> find_crl_record(const std::string& sha256) override;
  Result<std::optional<PolicyRecord>> find_policy(const std::string& sha256) override;
  Result<std::int64_t> newest_generation() override;
  Result<std::optional<GenerationRecord>> find_generation(std::int64_t seq) override;
  Result<std::vector<GenerationRecord>> generations(std::int64_t before, std::size_t limit) override;

  Result<std::vector<UsedCertificate>> used_certificates(Time since, const std::string& after,
                                                         std::size_t limit) override;
  Result<std::int64_t> count_used_certificates(Time since) override;
  Result<std::size_t> forget_logins(Time before, std::size_t limit) override;

  Result<HoldRecords> holds() override;
  Result<std::int64_t> hold_number() override;
  Result<bool> on_hold(const std::string& issuer, const std::string& serial) override;
  Result<std::vector<SessionRecord>> held_sessions() override;

  Result<std::vector<ProposalRecord>> proposals(std::size_t limit) override;
  Result<std::optional<ProposalRecord>> find_proposal(const std::string& id) override;

  Result<std::int64_t> audit_count() override;
  Result<std::vector<CrlSourceRecord>> crl_sources() override;
  Result<void> keep_crl_source(const CrlSourceRecord& source) override;
  Result<bool> add_notice(const NoticeRecord& notice) override;
  Result<void> keep_notice(const NoticeRecord& notice) override;
  Result<std::vector<NoticeRecord>> notices_to_send(Time due, std::size_t limit) override;
  Result<std::vector<NoticeRecord>> notices(std::size_t limit) override;

  Result<std::optional<SignatureRecord>> find_signature(const std::string& id) override;
  Result<std::vector<SignatureRecord>> signatures(const SignatureFilter& filter, std::size_t limit) override;
  Result<std::vector<SignatureContent>> signature_contents(const std::string& id) override;
  Result<std::optional<SignatureRecord>> take_signature(const std::string& worker, Time now, Time until) override;
  Result<void> put_back_signature(const SignatureRecord& signature) override;
  Result<void> hurry_signatures(const std::string& waits_for, Time now) override;
  Result<SignatureCounts> count_signatures() override;
  Result<std::vector<SignatureRecord>> old_signatures(Time before, std::size_t limit) override;
  Result<std::optional<Time>> moment(const std::string& name) override;
  Result<void> keep_moment(const std::string& name, Time at) override;

  Result<std::vector<SessionRecord>> open_sessions() override;
  Result<std::optional<SessionRecord>> find_session(const std::string& id) override;
  Result<std::vector<AuditRecord>> audit(std::int64_t after, std::size_t limit) override;

 private:
  Result<void> send_ahead(const CrlRecord& crl);

  std::unique_ptr<Database> database_;
  const std::string chain_;
};

inline constexpr auto kSessionColumns =
    "SELECT id, person, facility, card_issuer, certificate_serial, claims, started_at, lease_until, expires_at,"
    " ended_at, end_reason FROM sessions ";
SessionRecord session_from(const soci::row& row);

}  // namespace shomei::server
