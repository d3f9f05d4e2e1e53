#include "broker/operations/set_legal_hold.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "amana/v1/erasure.pb.h"
#include "broker/delivery/wire.h"
#include "broker/operations/commit.h"
#include "broker/operations/errors.h"
#include "broker/operations/task_status.h"
#include "broker/operations/two_persons.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

struct Checked {
  delivery::Moment moment;
  identity::Caller caller;
  TwoStatements<v1::LegalHold> two;
  StatementKey key;
};

absl::Status CheckMessage(const v1::LegalHold& hold) {
  if (hold.order_sha256().size() == Digest::kSize) return absl::OkStatus();
  return FieldInvalid("order_sha256", "32 bytes");
}

// All but who signs, and when.
bool SameMatter(const v1::LegalHold& a, const v1::LegalHold& b) {
  return a.referral().sender_agency() == b.referral().sender_agency() &&
         a.referral().referral_id() == b.referral().referral_id() &&
         a.referral().version() == b.referral().version() && a.hold() == b.hold() &&
         a.order_sha256() == b.order_sha256();
}

absl::StatusOr<Checked> Check(const Context& context, const identity::Caller& caller,
                              const v1::SetLegalHoldRequest& request) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  AMANA_ASSIGN_OR_RETURN(
      auto two, VerifyTwo<v1::LegalHold>(moment, caller, request.statements(),
                                         envelope::kLegalHoldType, CheckMessage, SameMatter));
  AMANA_ASSIGN_OR_RETURN(StatementKey key,
                         delivery::FromWire(two.first.message.referral(), "referral"));
  return Checked{moment, caller, std::move(two), std::move(key)};
}

// To a caller who may not see the referral there is none.
absl::StatusOr<store::ReferralRecord> FindForParty(const store::Snapshot& snapshot,
                                                   const Checked& checked) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         snapshot.referrals().Find(checked.key));
  if (!referral.has_value()) return NotFound("referral");
  AMANA_ASSIGN_OR_RETURN(const std::vector<v1::TaskStatus> visible,
                         TaskStatuses(snapshot, checked.key, checked.caller));
  if (visible.empty()) return NotFound("referral");
  return *referral;
}

absl::StatusOr<Verdict> Set(store::Transaction& tx, const Checked& checked) {
  const store::Transaction& read = tx;
  AMANA_ASSIGN_OR_RETURN(const store::ReferralRecord referral, FindForParty(read, checked));
  AMANA_ASSIGN_OR_RETURN(
      const std::optional<uint64_t> before, EventOfBoth(checked.two, [&](const Digest& digest) {
        return read.erasures().FindHoldStatement(checked.key.sender, checked.key.referral, digest);
      }));
  if (before.has_value()) return Verdict{.event = *before};
  AMANA_RETURN_IF_ERROR(checked.two.Freshness());
  store::HoldRecord hold{.sender = checked.key.sender,
                         .referral = checked.key.referral,
                         .holder = checked.caller.agency,
                         .held = checked.two.first.message.hold()};
  // Nobody may believe kept what is gone.
  if (hold.held) AMANA_RETURN_IF_ERROR(read.referrals().ReadBody(referral.key).status());
  if (!hold.held) {
    AMANA_ASSIGN_OR_RETURN(const std::optional<store::HoldRecord> current,
                           read.erasures().FindHold(hold.sender, hold.referral, hold.holder));
    if (!current.has_value() || !current->held) return NotFound("hold");
  }
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.two.first.signer));
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.two.second.signer));
  delivery::Recorder recorder(tx, referral, checked.moment.now, checked.two.first.evidence);
  events::Event event = recorder.NewEvent(hold.held ? v1::EVENT_KIND_LEGAL_HOLD_SET
                                                    : v1::EVENT_KIND_LEGAL_HOLD_ENDED);
  event.detail = checked.two.second.record.digest.bytes();
  AMANA_ASSIGN_OR_RETURN(hold.log_index, recorder.Append(std::move(event)));
  AMANA_RETURN_IF_ERROR(tx.erasures().SetHold(hold, checked.two.Records(hold.log_index)));
  return Verdict{.event = hold.log_index};
}

}  // namespace

void SetLegalHold(const Context& context, const identity::Caller& caller,
                  const v1::SetLegalHoldRequest& request, Reply<v1::SetLegalHoldResponse> reply) {
  absl::StatusOr<Checked> checked = Check(context, caller, request);
  if (!checked.ok()) return reply(checked.status());
  auto shared = std::make_shared<const Checked>(*std::move(checked));
  CommitAndReply<v1::SetLegalHoldResponse>(
      context,
      [shared](store::Transaction& tx, v1::SetLegalHoldResponse&) { return Set(tx, *shared); },
      std::move(reply));
}

}  // namespace amana::operations
