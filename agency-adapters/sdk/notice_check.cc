#include "agency-adapters/sdk/notice_check.h"

#include <utility>
#include <vector>

#include "agency-adapters/sdk/errors.h"
#include "amana/v1/answer.pb.h"
#include "amana/v1/offer.pb.h"
#include "base/status.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/sealed_note.h"
#include "proto/envelope/statement.h"
#include "proto/transparency/merkle.h"

namespace amana::sdk {
namespace {

using google::protobuf::RepeatedPtrField;
using transparency::Checkpoint;
using transparency::Hashes;

absl::StatusOr<Hashes> PathOf(const RepeatedPtrField<std::string>& nodes, std::string_view field) {
  Hashes path;
  for (const std::string& node : nodes) {
    AMANA_ASSIGN_OR_RETURN(const Digest hash, Digest::FromBytes(node, field));
    path.push_back(hash);
  }
  return path;
}

absl::StatusOr<EventView> EventOf(const v1::Notice& notice) {
  switch (notice.opening_case()) {
    case v1::Notice::kWhole:
      return ViewOf(notice.whole());
    case v1::Notice::kPartial:
      return ViewOf(notice.partial());
    default:
      return NoticeInvalid("opening", "missing");
  }
}

absl::Status CheckIsMine(const EventView& event, const AgencyId& agency) {
  const bool sent = event.referral.has_value() && event.referral->sender == agency;
  const bool received = event.recipient.has_value() && event.recipient->agency == agency;
  if (!sent && !received) return NoticeInvalid("event", "of others");
  const bool counted =
      (sent && event.sender_counter > 0) || (received && event.recipient_counter > 0);
  return counted ? absl::OkStatus() : NoticeInvalid("event", "without its counter");
}

template <class Message>
absl::StatusOr<std::string> NamedIn(const v1::SignedEnvelope& statement,
                                    std::string_view payload_type) {
  AMANA_ASSIGN_OR_RETURN(const Message message,
                         envelope::ParseStatement<Message>(statement, payload_type));
  return message.note_sha256();
}

absl::Status CheckStatement(const v1::Notice& notice, const EventView& event,
                            const Identity& identity) {
  if (!notice.has_statement()) return absl::OkStatus();
  if (envelope::PayloadDigest(notice.statement()) != event.statement_digest) {
    return NoticeInvalid("statement", "not the one that the event names");
  }
  AMANA_ASSIGN_OR_RETURN(const crypto::Certificate certificate,
                         crypto::Certificate::FromDer(notice.certificate()));
  if (certificate.id() != event.cert_id || certificate.spiffe().agency != event.actor_agency ||
      certificate.spiffe().trust_domain != identity.trust_domain()) {
    return NoticeInvalid("certificate", "not the one that the event names");
  }
  AMANA_RETURN_IF_ERROR(
      identity.authorities().Verify(certificate, event.time, crypto::CertUsage::kSigning));
  return envelope::VerifyEnvelope(notice.statement(), certificate.public_key());
}

}  // namespace

absl::StatusOr<Checkpoint> CheckNoticeLog(const v1::FollowEventsResponse& message,
                                          uint64_t held_size, const Digest& held_root,
                                          const Identity& identity) {
  AMANA_ASSIGN_OR_RETURN(transparency::OpenedCheckpoint opened,
                         transparency::OpenCheckpoint(message.checkpoint(), identity.log()));
  if (held_size == 0) return std::move(opened.checkpoint);
  AMANA_ASSIGN_OR_RETURN(const Hashes proof,
                         PathOf(message.consistency_proof(), "consistency_proof"));
  const absl::Status consistent = transparency::VerifyConsistency(
      held_size, opened.checkpoint.size(), held_root, opened.checkpoint.root(), proof);
  if (!consistent.ok()) return LogForked(held_size, opened.checkpoint.size());
  return std::move(opened.checkpoint);
}

absl::StatusOr<EventView> CheckNotice(const v1::Notice& notice, const Checkpoint& checkpoint,
                                      const Identity& identity) {
  AMANA_ASSIGN_OR_RETURN(EventView event, EventOf(notice));
  AMANA_ASSIGN_OR_RETURN(const Hashes path, PathOf(notice.inclusion_path(), "inclusion_path"));
  AMANA_RETURN_IF_ERROR(transparency::VerifyInclusion(notice.index(), checkpoint.size(),
                                                      event.leaf_hash, path, checkpoint.root()));
  AMANA_RETURN_IF_ERROR(CheckIsMine(event, identity.agency()));
  AMANA_RETURN_IF_ERROR(CheckStatement(notice, event, identity));
  return event;
}

absl::StatusOr<std::string> NoteNamedBy(const v1::SignedEnvelope& statement) {
  const std::string& type = statement.payload_type();
  if (type == envelope::kQuestionType) return NamedIn<v1::Question>(statement, type);
  if (type == envelope::kOutcomeType) return NamedIn<v1::Outcome>(statement, type);
  if (type == envelope::kDecisionType) return NamedIn<v1::Decision>(statement, type);
  return std::string();
}

absl::StatusOr<std::string> OpenNoticeWords(const v1::Notice& notice,
                                            const v1::NotedStatement& noted,
                                            const Identity& identity) {
  AMANA_ASSIGN_OR_RETURN(const EventView event, EventOf(notice));
  if (!event.referral.has_value() || !event.task.has_value() ||
      envelope::PayloadDigest(noted.statement()) != event.statement_digest) {
    return NoticeInvalid("note", "beside another statement");
  }
  AMANA_ASSIGN_OR_RETURN(const std::string named, NoteNamedBy(notice.statement()));
  envelope::NoteContext context;
  context.referral = *event.referral;
  context.task = *event.task;
  context.payload_type = notice.statement().payload_type();
  context.signer = event.cert_id;
  return envelope::OpenNote(context, noted.note(), named, identity.sealing());
}

std::map<std::string, uint64_t> CountersOf(const EventView& event, const AgencyId& agency) {
  std::map<std::string, uint64_t> counters;
  if (event.referral.has_value() && event.referral->sender == agency && event.sender_counter > 0) {
    counters["s"] = event.sender_counter;
  }
  if (event.recipient.has_value() && event.recipient->agency == agency &&
      event.recipient_counter > 0) {
    counters["r/" + event.recipient->unit.value()] = event.recipient_counter;
  }
  return counters;
}

}  // namespace amana::sdk
