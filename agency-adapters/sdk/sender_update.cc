// Sender::QueueUpdate.
#include <algorithm>
#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/sender.h"
#include "agency-adapters/sdk/sending_rules.h"
#include "amana/v1/coordination_service.pb.h"
#include "base/errors.h"
#include "base/status.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/update.h"

namespace amana::sdk {
namespace {

// The number of the next update of a referral; none while one of the same task waits.
absl::StatusOr<uint32_t> NextNumber(Outbox& outbox, const StatementKey& referral, uint32_t task) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<OutboxEntry> standing,
                         outbox.Standing(EntryKind::kUpdate, referral));
  uint32_t last = 0;
  for (const OutboxEntry& entry : standing) {
    v1::AnswerQuestionRequest request;
    v1::Update update;
    if (!request.ParseFromString(entry.request) ||
        !update.ParseFromString(request.update().update().payload())) {
      return StoreCorruptError("outbox: an update does not parse");
    }
    if (entry.state == EntryState::kPending && update.task() == task) {
      return StatementInvalid("task", "another answer to it waits to be sent");
    }
    last = std::max(last, update.number());
  }
  return last + 1;
}

}  // namespace

// What was not sent with the referral is not sent after it.
absl::Status Sender::CheckSections(const v1::ReferralHeader& header, const UpdateDraft& draft) {
  if (draft.sections.empty()) return absl::OkStatus();
  const bool tells = std::ranges::any_of(draft.sections, [](const envelope::SectionDraft& section) {
    return section.category == v1::CATEGORY_DEMOGRAPHIC;
  });
  if (tells) AMANA_RETURN_IF_ERROR(CheckEmbassyContact(header, draft.sections));
  AMANA_ASSIGN_OR_RETURN(const std::optional<v1::ConsentRecord> consent, ConsentOf(header));
  AMANA_ASSIGN_OR_RETURN(const bool header_only, IsHeaderOnly(draft.asked, consent, "asked"));
  return header_only ? RecipientNotNamed("asked") : absl::OkStatus();
}

absl::StatusOr<Queued> Sender::QueueUpdate(UpdateDraft draft) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.Signer());
  AMANA_ASSIGN_OR_RETURN(const OutboxEntry sent, outbox_.FindSubmission(draft.referral));
  v1::SubmitRequest submission;
  if (!submission.ParseFromString(sent.request)) {
    return StoreCorruptError("outbox: a submission does not parse");
  }
  AMANA_ASSIGN_OR_RETURN(const auto statement,
                         envelope::ReferralStatement::Create(
                             std::move(*submission.mutable_submission()->mutable_header())));
  AMANA_RETURN_IF_ERROR(CheckSections(statement.header(), draft));
  AMANA_ASSIGN_OR_RETURN(crypto::Certificate sealing, SealingFor(draft.asked, "asked"));
  AMANA_ASSIGN_OR_RETURN(const uint32_t number, NextNumber(outbox_, draft.referral, draft.task));
  for (envelope::SectionDraft& section : draft.sections) {
    section.stage = v1::DISCLOSURE_STAGE_AT_OFFER;
  }
  const absl::Time now = clock_.Now();
  v1::AnswerQuestionRequest request;
  AMANA_ASSIGN_OR_RETURN(*request.mutable_update(),
                         envelope::SealUpdate({.referral = statement,
                                               .task = draft.task,
                                               .offer_epoch = draft.offer_epoch,
                                               .number = number,
                                               .created = now,
                                               .sections = std::move(draft.sections),
                                               .recipient = {draft.asked, std::move(sealing)},
                                               .words = draft.words},
                                              signer->key, signer->certificate));
  NewEntry entry{.kind = EntryKind::kUpdate,
                 .request = request.SerializeAsString(),
                 .digest = envelope::PayloadDigest(request.update().update()),
                 .referral = draft.referral,
                 .urgency = sent.urgency,
                 .queued = now,
                 .made_for = std::move(draft.made_for)};
  AMANA_ASSIGN_OR_RETURN(const int64_t id, outbox_.Add(entry));
  return Queued{id, entry.digest};
}

}  // namespace amana::sdk
