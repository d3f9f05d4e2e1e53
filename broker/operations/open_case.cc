#include "broker/operations/open_case.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "broker/delivery/wire.h"
#include "broker/operations/commit.h"
#include "broker/operations/errors.h"
#include "broker/operations/two_persons.h"
#include "proto/envelope/case_opening.h"

namespace amana::operations {
namespace {

struct Checked {
  delivery::Moment moment;
  AgencyId auditor;
  TwoStatements<v1::CaseOpening> two;
  events::Pseudonyms pseudonyms;
};

absl::StatusOr<Checked> Check(const Context& context, const identity::Caller& caller,
                              const v1::OpenCaseRequest& request) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  AMANA_ASSIGN_OR_RETURN(
      auto two,
      VerifyTwo<v1::CaseOpening>(moment, caller, request.statements(), envelope::kCaseOpeningType,
                                 envelope::CheckCaseOpening, envelope::SameMatter));
  AMANA_ASSIGN_OR_RETURN(events::Pseudonyms pseudonyms, context.pseudonyms(caller.agency));
  return Checked{moment, caller.agency, std::move(two), std::move(pseudonyms)};
}

// A pseudonym cannot be turned back: the event that it was told with says what it stands for.
absl::StatusOr<store::ReferralRecord> FindReferral(const store::Snapshot& snapshot,
                                                   const Checked& checked) {
  const v1::CaseOpening& opening = checked.two.first.message;
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

absl::StatusOr<Verdict> Open(store::Transaction& tx, const Checked& checked,
                             v1::OpenCaseResponse& response) {
  const store::Transaction& read = tx;
  AMANA_ASSIGN_OR_RETURN(const store::ReferralRecord referral, FindReferral(read, checked));
  *response.mutable_referral() = delivery::ToWire(referral.key);
  AMANA_ASSIGN_OR_RETURN(
      const std::optional<uint64_t> before, EventOfBoth(checked.two, [&](const Digest& digest) {
        return read.cases().FindStatement(referral.key.sender, referral.key.referral, digest);
      }));
  if (before.has_value()) return Verdict{.event = *before};
  AMANA_RETURN_IF_ERROR(checked.two.Freshness());
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.two.first.signer));
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.two.second.signer));
  delivery::Recorder recorder(tx, referral, checked.moment.now, checked.two.first.evidence);
  events::Event event = recorder.NewEvent(v1::EVENT_KIND_CASE_OPENED);
  event.detail = checked.two.second.record.digest.bytes();
  event.detail.push_back(static_cast<char>(checked.two.first.message.purpose()));
  AMANA_ASSIGN_OR_RETURN(const uint64_t index, recorder.Append(std::move(event)));
  AMANA_RETURN_IF_ERROR(
      tx.cases().Open({referral.key.sender, referral.key.referral, checked.auditor, index},
                      checked.two.Records(index)));
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
