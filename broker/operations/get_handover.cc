#include "broker/operations/get_handover.h"

#include <memory>
#include <optional>
#include <vector>

#include "broker/delivery/errors.h"
#include "broker/operations/errors.h"
#include "broker/operations/handover_view.h"

namespace amana::operations {
namespace {

constexpr uint32_t kMaxPage = 200;
constexpr uint32_t kDefaultPage = 50;

absl::StatusOr<std::optional<store::HandoverRecord>> Find(const store::Snapshot& snapshot,
                                                          const store::HandoverKey& key) {
  return key.attempt == 0 ? snapshot.handovers().Latest(key.task) : snapshot.handovers().Find(key);
}

absl::StatusOr<Digest> HeaderDigestOf(const store::Snapshot& snapshot, const StatementKey& key) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         snapshot.referrals().Find(key));
  return referral.has_value() ? referral->header_digest : Digest();
}

absl::Status AddSteps(const store::Snapshot& snapshot, const store::HandoverKey& key,
                      v1::GetHandoverResponse& response) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::StatementRecord> steps,
                         snapshot.handovers().Steps(key));
  for (const store::StatementRecord& step : steps) {
    v1::HandoverStepRecord& record = *response.add_steps();
    if (!record.mutable_step()->ParseFromString(step.envelope)) {
      return delivery::RecordUnreadable();
    }
    AMANA_ASSIGN_OR_RETURN(const std::optional<std::string> der,
                           snapshot.directory().FindCertificate(step.cert_id));
    record.set_certificate(der.value_or(std::string()));
    record.set_log_index(step.log_index);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::GetHandoverResponse> GetHandover(const Context& context,
                                                    const identity::Caller& caller,
                                                    const v1::GetHandoverRequest& request) {
  AMANA_ASSIGN_OR_RETURN(const store::HandoverKey key, FromWire(request.handover()));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::HandoverRecord> handover, Find(*snapshot, key));
  if (!handover.has_value() || !IsHandoverParty(*handover, caller)) return NotFound("handover");
  AMANA_ASSIGN_OR_RETURN(const Digest header,
                         HeaderDigestOf(*snapshot, handover->key.task.referral));
  v1::GetHandoverResponse response;
  *response.mutable_handover() = Summarise(*handover, header);
  AMANA_RETURN_IF_ERROR(AddSteps(*snapshot, handover->key, response));
  return response;
}

absl::StatusOr<v1::ListHandoversResponse> ListHandovers(const Context& context,
                                                        const identity::Caller& caller,
                                                        const v1::ListHandoversRequest& request) {
  if (request.page_size() > kMaxPage) return FieldInvalid("page_size", "at most 200");
  const store::Page page{.size = request.page_size() == 0 ? kDefaultPage : request.page_size(),
                         .token = request.page_token()};
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(const store::Paged<store::HandoverRecord> found,
                         snapshot->handovers().List(caller.agency, request.open_only(), page));
  v1::ListHandoversResponse response;
  for (const store::HandoverRecord& handover : found.items) {
    if (!IsHandoverParty(handover, caller)) continue;  // of another unit
    AMANA_ASSIGN_OR_RETURN(const Digest header,
                           HeaderDigestOf(*snapshot, handover.key.task.referral));
    *response.add_handovers() = Summarise(handover, header);
  }
  response.set_next_page_token(found.next_token);
  return response;
}

}  // namespace amana::operations
