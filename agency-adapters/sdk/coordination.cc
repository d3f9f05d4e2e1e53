#include "agency-adapters/sdk/coordination.h"

#include <utility>
#include <vector>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/keep_once.h"
#include "agency-adapters/sdk/keys.h"
#include "amana/v1/coordination_service.pb.h"
#include "amana/v1/referral_service.pb.h"
#include "base/status.h"
#include "proto/envelope/dsse.h"

namespace amana::sdk {
namespace {

absl::StatusOr<v1::SubmitRequest> Parse(const OutboxEntry& submission) {
  v1::SubmitRequest request;
  if (!request.ParseFromString(submission.request)) {
    return StoreCorruptError("outbox: a submission does not parse");
  }
  return request;
}

// The highest number of an order that was sent, and its tasks: what the submission brought, or a
// later one.
struct LastOrder {
  uint32_t number = 0;
  envelope::Candidates tasks;
  int64_t entry = 0;  // 0: the submission's
};

absl::StatusOr<LastOrder> FindLastOrder(Outbox& outbox, const StatementKey& referral,
                                        const v1::Submission& submission) {
  LastOrder last;
  if (submission.has_candidate_order()) {
    AMANA_ASSIGN_OR_RETURN(envelope::CandidateOrderStatement order,
                           envelope::ParseCandidateOrder(submission.candidate_order()));
    last = {order.number, std::move(order.tasks), 0};
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<OutboxEntry> standing,
                         outbox.Standing(EntryKind::kCandidates, referral));
  for (const OutboxEntry& entry : standing) {
    v1::SetCandidatesRequest request;
    if (!request.ParseFromString(entry.request)) {
      return StoreCorruptError("outbox: an order does not parse");
    }
    AMANA_ASSIGN_OR_RETURN(envelope::CandidateOrderStatement order,
                           envelope::ParseCandidateOrder(request.order()));
    if (order.number > last.number) last = {order.number, std::move(order.tasks), entry.id};
  }
  return last;
}

}  // namespace

absl::StatusOr<int64_t> Coordination::SetCandidates(const StatementKey& referral,
                                                    const envelope::Candidates& order) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.Signer());
  AMANA_ASSIGN_OR_RETURN(const OutboxEntry sent, outbox_.FindSubmission(referral));
  AMANA_ASSIGN_OR_RETURN(v1::SubmitRequest request, Parse(sent));
  AMANA_ASSIGN_OR_RETURN(const LastOrder last,
                         FindLastOrder(outbox_, referral, request.submission()));
  if (last.entry != 0 && last.tasks == order) return last.entry;
  AMANA_ASSIGN_OR_RETURN(const auto statement,
                         envelope::ReferralStatement::Create(
                             std::move(*request.mutable_submission()->mutable_header())));
  NewEntry entry;
  entry.kind = EntryKind::kCandidates;
  entry.referral = referral;
  entry.queued = clock_.Now();
  v1::SetCandidatesRequest call;
  AMANA_ASSIGN_OR_RETURN(*call.mutable_order(),
                         envelope::MakeOrder(statement, order, last.number + 1, signer->key,
                                             signer->certificate, entry.queued));
  entry.digest = envelope::PayloadDigest(call.order());
  entry.request = call.SerializeAsString();
  return outbox_.Add(entry);
}

absl::StatusOr<int64_t> Coordination::Reroute(const StatementKey& referral, uint32_t task,
                                              uint32_t offer_epoch,
                                              const std::optional<Address>& recipient) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.PersonSigner());
  AMANA_ASSIGN_OR_RETURN(const OutboxEntry sent, outbox_.FindSubmission(referral));
  v1::Reroute reroute;
  *reroute.mutable_referral() = ToWire(referral);
  reroute.set_header_digest(sent.digest.bytes());
  reroute.set_task(task);
  reroute.set_offer_epoch(offer_epoch);
  if (recipient.has_value()) *reroute.mutable_recipient() = ToWire(*recipient);
  AMANA_ASSIGN_OR_RETURN(
      const auto kept, KeepEntryOnce(outbox_, *signer, clock_.Now(),
                                     {EntryKind::kReroute, envelope::kRerouteType, referral},
                                     std::move(reroute), &v1::RerouteTaskRequest::mutable_reroute));
  return kept.first;
}

absl::StatusOr<int64_t> Coordination::RecordCall(v1::CallRecord call) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.PersonSigner());
  AMANA_ASSIGN_OR_RETURN(const StatementKey key, FromWire(call.referral(), "referral"));
  if (!call.has_by()) {
    AMANA_ASSIGN_OR_RETURN(const Address self, identity_.address());
    *call.mutable_by() = ToWire(self);
  }
  AMANA_ASSIGN_OR_RETURN(const auto kept,
                         KeepEntryOnce(outbox_, *signer, clock_.Now(),
                                       {EntryKind::kCall, envelope::kCallRecordType, key},
                                       std::move(call), &v1::RecordCallRequest::mutable_call));
  return kept.first;
}

absl::StatusOr<int64_t> Coordination::Act(v1::CoordinatorAct act) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.PersonSigner());
  AMANA_ASSIGN_OR_RETURN(const StatementKey key, FromWire(act.referral(), "referral"));
  if (!act.has_coordinator()) {
    AMANA_ASSIGN_OR_RETURN(const Address self, identity_.address());
    *act.mutable_coordinator() = ToWire(self);
  }
  AMANA_ASSIGN_OR_RETURN(
      const auto kept,
      KeepEntryOnce(outbox_, *signer, clock_.Now(),
                    {EntryKind::kCoordinatorAct, envelope::kCoordinatorActType, key},
                    std::move(act), &v1::ActOnItemRequest::mutable_act));
  return kept.first;
}

}  // namespace amana::sdk
