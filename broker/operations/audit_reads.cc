#include "broker/operations/audit_reads.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "broker/audit/proofs.h"
#include "broker/events/commit.h"
#include "broker/events/visibility.h"
#include "broker/operations/errors.h"
#include "broker/operations/event_view.h"

namespace amana::operations {
namespace {

constexpr uint32_t kDefaultEvents = 1000;
constexpr uint32_t kMaxEvents = 1000;  // all are held until the reader has taken them
constexpr size_t kMaxQuestion = 4096;  // it is in the log for ever; no question needs as much

std::optional<v1::ListEventsResponse> Show(const events::FieldSet& visible,
                                           const store::StoredEvent& stored) {
  if (visible.none()) return std::nullopt;
  v1::ListEventsResponse out;
  out.set_index(stored.index);
  if (visible.all()) {
    *out.mutable_whole() = events::ToOpening(stored.event, stored.seed);
  } else {
    *out.mutable_partial() = events::ToPartialOpening(stored.event, stored.seed, visible);
  }
  return out;
}

absl::Status CheckRequest(const identity::Caller& caller, const v1::ListEventsRequest& request) {
  if (request.limit() > kMaxEvents) return FieldInvalid("limit", "at most 1000");
  // Which events are of one case is what an auditor is not told.
  if (caller.role == crypto::Role::kAuditor && !request.referral_id().empty()) {
    return FieldInvalid("referral_id", "absent: no case is open to an auditor");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::ListEventsResponse>> Read(const Context& context,
                                                         const identity::Caller& caller,
                                                         const v1::ListEventsRequest& request) {
  const uint32_t limit = request.limit() == 0 ? kDefaultEvents : request.limit();
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  std::vector<store::StoredEvent> found;
  if (request.referral_id().empty()) {
    AMANA_ASSIGN_OR_RETURN(found, snapshot->log().ReadEvents(request.first_index(), limit));
  } else {
    AMANA_ASSIGN_OR_RETURN(const ReferralId referral, ReferralId::FromBytes(request.referral_id()));
    AMANA_ASSIGN_OR_RETURN(found, snapshot->log().EventsOf(referral, request.first_index(), limit));
  }
  std::vector<v1::ListEventsResponse> out;
  EventViewer viewer(caller, *snapshot);
  for (const store::StoredEvent& stored : found) {
    AMANA_ASSIGN_OR_RETURN(const EventView view, viewer.Of(stored.event));
    if (std::optional<v1::ListEventsResponse> shown = Show(view.fields, stored)) {
      out.push_back(*std::move(shown));
    }
  }
  return out;
}

}  // namespace

void LogAuditRead(const Context& context, const identity::Caller& caller, std::string question,
                  absl::AnyInvocable<void(absl::Status)> logged) {
  if (question.size() > kMaxQuestion) {
    return logged(FieldInvalid("filter", "a shorter question: it is kept in the log"));
  }
  context.store->Commit(
      [caller, question = std::move(question)](store::Transaction& tx) {
        events::Event event;
        event.kind = v1::EVENT_KIND_AUDIT_READ;
        event.actor_agency = caller.agency;
        event.actor_unit = caller.unit.value_or(UnitId());
        event.actor_person = caller.person.value_or(PersonId());
        event.cert_id = caller.cert_id;
        event.detail = question;
        return tx.log().Append(std::move(event)).status();
      },
      [logged = std::move(logged)](const absl::StatusOr<store::BatchPtr>& batch) mutable {
        logged(batch.status());
      });
}

void ListEvents(const Context& context, const identity::Caller& caller,
                const v1::ListEventsRequest& request,
                Reply<std::vector<v1::ListEventsResponse>> reply) {
  if (absl::Status checked = CheckRequest(caller, request); !checked.ok()) return reply(checked);
  if (caller.role != crypto::Role::kAuditor) return reply(Read(context, caller, request));
  v1::ListEventsRequest question = request;
  question.DiscardUnknownFields();  // nobody's words get into the log by them
  LogAuditRead(
      context, caller, question.SerializeAsString(),
      [&context, caller, request, reply = std::move(reply)](const absl::Status& logged) mutable {
        if (!logged.ok()) return reply(logged);
        reply(Read(context, caller, request));
      });
}

absl::StatusOr<v1::GetReceiptResponse> GetReceipt(const Context& context,
                                                  const identity::Caller& caller,
                                                  const v1::GetReceiptRequest& request) {
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::StoredEvent> found,
                         snapshot->log().ReadEvents(request.index(), 1));
  if (found.empty()) return NotFound("index");
  // What an auditor reads is logged first, so of what others do it is given no proof here.
  const events::FieldSet visible = events::VisibleFields(found[0].event, caller.agency);
  if (visible.none()) return NotFound("index");
  v1::GetReceiptResponse response;
  v1::Receipt& receipt = *response.mutable_receipt();
  if (visible.all()) {
    *receipt.mutable_event() = events::ToOpening(found[0].event, found[0].seed);
  } else {
    *receipt.mutable_partial() = events::ToPartialOpening(found[0].event, found[0].seed, visible);
  }
  if (!request.witnessed()) {
    AMANA_ASSIGN_OR_RETURN(*response.mutable_receipt()->mutable_tlog_proof(),
                           audit::TlogProofFor(*snapshot, request.index()));
    return response;
  }
  const std::optional<audit::WitnessedCheckpoint> newest = context.witnessed();
  if (!newest || newest->size <= request.index()) return NotWitnessed();
  AMANA_ASSIGN_OR_RETURN(
      *response.mutable_receipt()->mutable_tlog_proof(),
      audit::TlogProofAt(*snapshot, request.index(), newest->size, newest->note));
  return response;
}

absl::StatusOr<v1::GetCheckpointResponse> GetCheckpoint(const Context& context,
                                                        const v1::GetCheckpointRequest& request) {
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(store::LogHead head, snapshot->log().Head());
  if (request.from_size() > head.size) return FieldInvalid("from_size", "at most the log's size");
  if (request.witnessed()) {
    const std::optional<audit::WitnessedCheckpoint> newest = context.witnessed();
    if (!newest || newest->size < request.from_size()) return NotWitnessed();
    head.size = newest->size;
    head.checkpoint = newest->note;
  }
  v1::GetCheckpointResponse response;
  response.set_checkpoint(head.checkpoint);
  if (request.from_size() == 0) return response;
  AMANA_ASSIGN_OR_RETURN(const std::vector<Digest> proof,
                         audit::ConsistencyProofBetween(*snapshot, request.from_size(), head.size));
  for (const Digest& node : proof) response.add_consistency_proof(node.bytes());
  return response;
}

absl::StatusOr<v1::ReadTileResponse> ReadTile(const Context& context,
                                              const v1::ReadTileRequest& request) {
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  v1::ReadTileResponse response;
  AMANA_ASSIGN_OR_RETURN(*response.mutable_content(),
                         audit::ReadResource(*snapshot, request.path()));
  return response;
}

absl::StatusOr<v1::GetCertificateResponse> GetCertificate(
    const Context& context, const v1::GetCertificateRequest& request) {
  AMANA_ASSIGN_OR_RETURN(const CertId id, CertId::FromBytes(request.cert_id()));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(std::optional<std::string> der, snapshot->directory().FindCertificate(id));
  if (!der.has_value()) return NotFound("cert_id");
  v1::GetCertificateResponse response;
  response.set_certificate(*std::move(der));
  return response;
}

}  // namespace amana::operations
