#include "broker/operations/open_case.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "broker/delivery/wire.h"
#include "broker/operations/commit.h"
#include "broker/operations/errors.h"
#include "broker/operations/statement.h"
#include "proto/envelope/case_opening.h"

namespace amana::operations {
namespace {

struct Checked {
  delivery::Moment moment;
  AgencyId auditor;
  Verified<v1::CaseOpening> first;
  Verified<v1::CaseOpening> second;
  events::Pseudonyms pseudonyms;
};

absl::StatusOr<Verified<v1::CaseOpening>> CheckOne(const delivery::Moment& moment,
                                                   const identity::Caller& caller,
                                                   const v1::SignedEnvelope& envelope) {
  AMANA_ASSIGN_OR_RETURN(
      Verified<v1::CaseOpening> statement,
      VerifyStatement<v1::CaseOpening>(moment, caller, envelope, envelope::kCaseOpeningType));
  AMANA_RETURN_IF_ERROR(identity::CheckIsPerson(statement.signer));
  AMANA_RETURN_IF_ERROR(envelope::CheckCaseOpening(statement.message));
  return statement;
}

absl::StatusOr<Checked> Check(const Context& context, const identity::Caller& caller,
                              const v1::OpenCaseRequest& request) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  if (request.statements_size() != 2) return FieldInvalid("statements", "exactly two");
  AMANA_ASSIGN_OR_RETURN(Verified<v1::CaseOpening> first,
                         CheckOne(moment, caller, request.statements(0)));
  AMANA_ASSIGN_OR_RETURN(Verified<v1::CaseOpening> second,
                         CheckOne(moment, caller, request.statements(1)));
  if (!envelope::SameMatter(first.message, second.message)) {
    return FieldInvalid("statements", "two of the same matter");
  }
  if (first.signer.person == second.signer.person ||
      first.signer.public_key == second.signer.public_key) {
    return SignersNotTwo();
  }
  AMANA_ASSIGN_OR_RETURN(events::Pseudonyms pseudonyms, context.pseudonyms(caller.agency));
  return Checked{moment, caller.agency, std::move(first), std::move(second), std::move(pseudonyms)};
}

// A pseudonym cannot be turned back: the event that it was told with says what it stands for.
absl::StatusOr<store::ReferralRecord> FindReferral(const store::Snapshot& snapshot,
                                                   const Checked& checked) {
  const v1::CaseOpening& opening = checked.first.message;
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::StoredEvent> found,
                         snapshot.log().ReadEvents(opening.event_index(), 1));
  if (found.empty() || !found[0].event.referral.has_value()) return NotFound("referral_pseudonym");
  const StatementKey& key = *found[0].event.referral;
  if (checked.pseudonyms.Of(key.sender, key.referral).bytes() != opening.referral_pseudonym()) {
    return NotFound("referral_pseudonym");
  }
  AMANA_ASSIGN_OR_RETURN(std::optional<store::ReferralRecord> referral,
                         snapshot.referrals().Find(key));
  if (!referral.has_value()) return NotFound("referral_pseudonym");
  return *std::move(referral);
}

// The event of these very statements; none when neither was used. One that was used with another is
// refused: what a person signed once must not count again later.
absl::StatusOr<std::optional<uint64_t>> FindBefore(const store::Snapshot& snapshot,
                                                   const StatementKey& key,
                                                   const Checked& checked) {
  const auto find = [&](const Verified<v1::CaseOpening>& statement) {
    return snapshot.cases().FindStatement(key.sender, key.referral, statement.record.digest);
  };
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> first, find(checked.first));
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> second, find(checked.second));
  if (!first.has_value() && !second.has_value()) return std::nullopt;
  if (first.has_value() && second.has_value() && first->log_index == second->log_index) {
    return first->log_index;
  }
  return FieldInvalid("statements", "statements that were not used before");
}

absl::StatusOr<Verdict> Open(store::Transaction& tx, const Checked& checked,
                             v1::OpenCaseResponse& response) {
  const store::Transaction& read = tx;
  AMANA_ASSIGN_OR_RETURN(const store::ReferralRecord referral, FindReferral(read, checked));
  *response.mutable_referral() = delivery::ToWire(referral.key);
  AMANA_ASSIGN_OR_RETURN(const std::optional<uint64_t> before,
                         FindBefore(read, referral.key, checked));
  if (before.has_value()) return Verdict{.event = *before};
  AMANA_RETURN_IF_ERROR(checked.first.freshness);
  AMANA_RETURN_IF_ERROR(checked.second.freshness);
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.first.signer));
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.second.signer));
  delivery::Recorder recorder(tx, referral, checked.moment.now, checked.first.evidence);
  events::Event event = recorder.NewEvent(v1::EVENT_KIND_CASE_OPENED);
  event.detail = checked.second.record.digest.bytes();
  event.detail.push_back(static_cast<char>(checked.first.message.purpose()));
  AMANA_ASSIGN_OR_RETURN(const uint64_t index, recorder.Append(std::move(event)));
  std::vector<store::StatementRecord> statements = {checked.first.record, checked.second.record};
  for (store::StatementRecord& each : statements) each.log_index = index;
  AMANA_RETURN_IF_ERROR(tx.cases().Open(
      {referral.key.sender, referral.key.referral, checked.auditor, index}, statements));
  return Verdict{.event = index};
}

}  // namespace

void OpenCase(const Context& context, const identity::Caller& caller,
              const v1::OpenCaseRequest& request, Reply<v1::OpenCaseResponse> reply) {
  absl::StatusOr<Checked> checked = Check(context, caller, request);
  if (!checked.ok()) return reply(checked.status());
  auto shared = std::make_shared<const Checked>(*std::move(checked));
  CommitAndReply<v1::OpenCaseResponse>(
      context,
      [shared](store::Transaction& tx, v1::OpenCaseResponse& response) {
        return Open(tx, *shared, response);
      },
      std::move(reply));
}

}  // namespace amana::operations
