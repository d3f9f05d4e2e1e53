#include "broker/operations/set_legal_hold.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "amana/v1/erasure.pb.h"
#include "broker/delivery/wire.h"
#include "broker/operations/commit.h"
#include "broker/operations/errors.h"
#include "broker/operations/statement.h"
#include "broker/operations/task_status.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

struct Checked {
  delivery::Moment moment;
  identity::Caller caller;
  Verified<v1::LegalHold> first;
  Verified<v1::LegalHold> second;
  StatementKey key;
};

absl::StatusOr<Verified<v1::LegalHold>> CheckOne(const delivery::Moment& moment,
                                                 const identity::Caller& caller,
                                                 const v1::SignedEnvelope& envelope) {
  AMANA_ASSIGN_OR_RETURN(
      Verified<v1::LegalHold> statement,
      VerifyStatement<v1::LegalHold>(moment, caller, envelope, envelope::kLegalHoldType));
  AMANA_RETURN_IF_ERROR(identity::CheckIsPerson(statement.signer));
  if (statement.message.order_sha256().size() != Digest::kSize) {
    return FieldInvalid("order_sha256", "32 bytes");
  }
  return statement;
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
  if (request.statements_size() != 2) return FieldInvalid("statements", "exactly two");
  AMANA_ASSIGN_OR_RETURN(Verified<v1::LegalHold> first,
                         CheckOne(moment, caller, request.statements(0)));
  AMANA_ASSIGN_OR_RETURN(Verified<v1::LegalHold> second,
                         CheckOne(moment, caller, request.statements(1)));
  if (!SameMatter(first.message, second.message)) {
    return FieldInvalid("statements", "two of the same matter");
  }
  if (first.signer.person == second.signer.person ||
      first.signer.public_key == second.signer.public_key) {
    return SignersNotTwo();
  }
  AMANA_ASSIGN_OR_RETURN(StatementKey key,
                         delivery::FromWire(first.message.referral(), "referral"));
  return Checked{moment, caller, std::move(first), std::move(second), std::move(key)};
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

// The event of these very statements; none when neither was used. One that was used with another is
// refused: what a person signed once must not count again later.
absl::StatusOr<std::optional<uint64_t>> FindBefore(const store::Snapshot& snapshot,
                                                   const Checked& checked) {
  const auto find = [&](const Verified<v1::LegalHold>& statement) {
    return snapshot.erasures().FindHoldStatement(checked.key.sender, checked.key.referral,
                                                 statement.record.digest);
  };
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> first, find(checked.first));
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> second, find(checked.second));
  if (!first.has_value() && !second.has_value()) return std::nullopt;
  if (first.has_value() && second.has_value() && first->log_index == second->log_index) {
    return first->log_index;
  }
  return FieldInvalid("statements", "statements that were not used before");
}

absl::StatusOr<Verdict> Set(store::Transaction& tx, const Checked& checked) {
  const store::Transaction& read = tx;
  AMANA_ASSIGN_OR_RETURN(const store::ReferralRecord referral, FindForParty(read, checked));
  AMANA_ASSIGN_OR_RETURN(const std::optional<uint64_t> before, FindBefore(read, checked));
  if (before.has_value()) return Verdict{.event = *before};
  AMANA_RETURN_IF_ERROR(checked.first.freshness);
  AMANA_RETURN_IF_ERROR(checked.second.freshness);
  store::HoldRecord hold{.sender = checked.key.sender,
                         .referral = checked.key.referral,
                         .holder = checked.caller.agency,
                         .held = checked.first.message.hold()};
  // Nobody may believe kept what is gone.
  if (hold.held) AMANA_RETURN_IF_ERROR(read.referrals().ReadBody(referral.key).status());
  if (!hold.held) {
    AMANA_ASSIGN_OR_RETURN(const std::optional<store::HoldRecord> current,
                           read.erasures().FindHold(hold.sender, hold.referral, hold.holder));
    if (!current.has_value() || !current->held) return NotFound("hold");
  }
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.first.signer));
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.second.signer));
  delivery::Recorder recorder(tx, referral, checked.moment.now, checked.first.evidence);
  events::Event event = recorder.NewEvent(hold.held ? v1::EVENT_KIND_LEGAL_HOLD_SET
                                                    : v1::EVENT_KIND_LEGAL_HOLD_ENDED);
  event.detail = checked.second.record.digest.bytes();
  AMANA_ASSIGN_OR_RETURN(hold.log_index, recorder.Append(std::move(event)));
  std::vector<store::StatementRecord> statements = {checked.first.record, checked.second.record};
  for (store::StatementRecord& each : statements) each.log_index = hold.log_index;
  AMANA_RETURN_IF_ERROR(tx.erasures().SetHold(hold, statements));
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
