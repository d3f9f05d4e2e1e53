#include "broker/operations/notices.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "broker/audit/proofs.h"
#include "broker/events/commit.h"
#include "broker/events/update_detail.h"
#include "broker/events/visibility.h"
#include "broker/operations/errors.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

constexpr size_t kMostNotices = 64;
constexpr size_t kMostBytes = 512 * 1024;
constexpr size_t kLookAt = 1000;

// The kind of answer about a delivery that stands behind an event; empty: none does.
std::string_view AnswerType(v1::EventKind kind) {
  switch (kind) {
    case v1::EVENT_KIND_TASK_RECEIVED:
    case v1::EVENT_KIND_DELIVERY_NATIVE_ACKED:
      return envelope::kAcknowledgementType;
    case v1::EVENT_KIND_TASK_SEEN:
    case v1::EVENT_KIND_DELIVERY_READ:
      return envelope::kSeenType;
    case v1::EVENT_KIND_TASK_ACCEPTED:
    case v1::EVENT_KIND_TASK_REJECTED:
      return envelope::kDecisionType;
    case v1::EVENT_KIND_TASK_IN_PROGRESS:
      return envelope::kStartType;
    case v1::EVENT_KIND_TASK_COMPLETED:
    case v1::EVENT_KIND_TASK_FAILED:
      return envelope::kOutcomeType;
    case v1::EVENT_KIND_MISMATCH_REPORTED:
      return envelope::kMismatchType;
    case v1::EVENT_KIND_DELIVERY_RECALL_CONFIRMED:
    case v1::EVENT_KIND_DELIVERY_RECALL_REFUSED:
      return envelope::kRecallAnswerType;
    default:
      return {};
  }
}

bool IsKeptByDigest(v1::EventKind kind) {
  switch (kind) {
    case v1::EVENT_KIND_TASK_INFO_REQUESTED:
    case v1::EVENT_KIND_TASK_REROUTED:
    case v1::EVENT_KIND_TASK_CANCELLED:
    case v1::EVENT_KIND_CALL_RECORDED:
    case v1::EVENT_KIND_COORDINATOR_ACTED:
      return true;
    default:
      return false;
  }
}

// One that was replaced by a later one of its kind is not there any more; the event has its digest.
absl::StatusOr<std::optional<store::StatementRecord>> StatementBehind(
    const store::Snapshot& snapshot, const events::Event& event) {
  if (!event.referral.has_value() || event.statement_digest.is_zero()) return std::nullopt;
  std::optional<store::StatementRecord> found;
  if (const std::string_view type = AnswerType(event.kind); !type.empty()) {
    const v1::DisclosureStage stage = event.stage == v1::DISCLOSURE_STAGE_UNSPECIFIED
                                          ? v1::DISCLOSURE_STAGE_AT_OFFER
                                          : event.stage;
    const store::DeliveryKey key{{*event.referral, event.task.value_or(0)},
                                 event.offer_epoch,
                                 stage,
                                 events::UpdateOf(event)};
    AMANA_ASSIGN_OR_RETURN(found, snapshot.deliveries().FindAnswer(key, type));
  } else if (IsKeptByDigest(event.kind)) {
    AMANA_ASSIGN_OR_RETURN(
        found, snapshot.offers().FindStatement(*event.referral, event.statement_digest));
  }
  if (found.has_value() && found->digest != event.statement_digest) return std::nullopt;
  return found;
}

// For the sender alone: what the other side signed, and who signed it.
absl::Status AddStatement(const store::Snapshot& snapshot, const AgencyId& agency,
                          const events::Event& event, v1::Notice& notice) {
  const bool sender = event.referral.has_value() && event.referral->sender == agency;
  if (!sender || event.actor_agency == agency) return absl::OkStatus();
  const absl::StatusOr<std::optional<store::StatementRecord>> found =
      StatementBehind(snapshot, event);
  // What cannot be read is left out: the event says that it was there.
  if (absl::IsDataLoss(found.status())) return absl::OkStatus();
  if (!found.ok()) return found.status();
  if (!found->has_value() || (*found)->envelope.empty()) return absl::OkStatus();
  if (!notice.mutable_statement()->ParseFromString((*found)->envelope)) {
    notice.clear_statement();
    return absl::OkStatus();
  }
  AMANA_ASSIGN_OR_RETURN(std::optional<std::string> certificate,
                         snapshot.directory().FindCertificate((*found)->cert_id));
  notice.set_certificate(std::move(certificate).value_or(""));
  return absl::OkStatus();
}

absl::StatusOr<v1::Notice> ShowNotice(const store::Snapshot& snapshot, const AgencyId& agency,
                                      audit::Prover& prover, const store::StoredEvent& stored) {
  v1::Notice notice;
  notice.set_index(stored.index);
  const events::FieldSet visible = events::VisibleFields(stored.event, agency);
  if (visible.all()) {
    *notice.mutable_whole() = events::ToOpening(stored.event, stored.seed);
  } else {
    *notice.mutable_partial() = events::ToPartialOpening(stored.event, stored.seed, visible);
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<Digest> path, prover.Inclusion(stored.index));
  for (const Digest& node : path) notice.add_inclusion_path(node.bytes());
  AMANA_RETURN_IF_ERROR(AddStatement(snapshot, agency, stored.event, notice));
  return notice;
}

// What every answer says of the log.
absl::Status AddCheckpoint(const store::Snapshot& snapshot, const store::LogHead& head,
                           const NoticePlace& place, v1::FollowEventsResponse& response) {
  response.set_checkpoint(head.checkpoint);
  if (place.held == 0) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const std::vector<Digest> proof,
                         audit::ConsistencyProofFor(snapshot, place.held));
  for (const Digest& node : proof) response.add_consistency_proof(node.bytes());
  return absl::OkStatus();
}

}  // namespace

bool IsNoticeFor(const events::Event& event, const AgencyId& agency) {
  if (event.referral.has_value() && event.referral->sender == agency) return true;
  return event.recipient.has_value() && event.recipient->agency == agency &&
         events::IsParty(event, agency);
}

absl::StatusOr<NoticePage> ReadNotices(const store::Snapshot& snapshot, const AgencyId& agency,
                                       const NoticePlace& place) {
  AMANA_ASSIGN_OR_RETURN(const store::LogHead head, snapshot.log().Head());
  if (place.next > head.size) return FieldInvalid("first_index", "at most the log's size");
  if (place.held > head.size) return FieldInvalid("held_size", "at most the log's size");
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::StoredEvent> found,
                         snapshot.log().ReadEvents(place.next, kLookAt));
  audit::Prover prover(snapshot, head.size);
  NoticePage page{{}, head.size};
  v1::FollowEventsResponse& response = page.response;
  response.set_next_index(place.next);
  size_t bytes = 0;
  for (const store::StoredEvent& stored : found) {
    if (IsNoticeFor(stored.event, agency)) {
      AMANA_ASSIGN_OR_RETURN(v1::Notice notice, ShowNotice(snapshot, agency, prover, stored));
      bytes += notice.ByteSizeLong();
      *response.add_notices() = std::move(notice);
    }
    response.set_next_index(stored.index + 1);
    if (response.notices_size() == kMostNotices || bytes > kMostBytes) break;
  }
  AMANA_RETURN_IF_ERROR(AddCheckpoint(snapshot, head, place, response));
  return page;
}

absl::StatusOr<NoticePage> ReadNoticesAt(const store::Snapshot& snapshot, const AgencyId& agency,
                                         const NoticePlace& place,
                                         const std::vector<uint64_t>& indexes, uint64_t after) {
  AMANA_ASSIGN_OR_RETURN(const store::LogHead head, snapshot.log().Head());
  audit::Prover prover(snapshot, head.size);
  NoticePage page{{}, head.size};
  v1::FollowEventsResponse& response = page.response;
  size_t bytes = 0;
  for (const uint64_t index : indexes) {
    if (response.notices_size() == kMostNotices || bytes > kMostBytes) {
      after = index;
      break;
    }
    AMANA_ASSIGN_OR_RETURN(const std::vector<store::StoredEvent> found,
                           snapshot.log().ReadEvents(index, 1));
    if (found.empty() || !IsNoticeFor(found[0].event, agency)) continue;
    AMANA_ASSIGN_OR_RETURN(v1::Notice notice, ShowNotice(snapshot, agency, prover, found[0]));
    bytes += notice.ByteSizeLong();
    *response.add_notices() = std::move(notice);
  }
  response.set_next_index(after);
  AMANA_RETURN_IF_ERROR(AddCheckpoint(snapshot, head, place, response));
  return page;
}

}  // namespace amana::operations
