#include "agency-adapters/sdk/wrap_keeper.h"

#include <algorithm>
#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "base/status.h"

namespace amana::sdk {
namespace {

constexpr size_t kAtOnce = 256;

// Whether a later attempt may go well.
bool Passes(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsCancelled(status) || absl::IsResourceExhausted(status);
}

}  // namespace

absl::StatusOr<bool> WrapKeeper::IsAnswered(uint64_t index) {
  bool answered = false;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](sqlite::Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(sqlite::Statement row,
                           db.Prepare("SELECT 1 FROM wrap_answered WHERE log_index = ?1"));
    row.Bind(index);
    AMANA_ASSIGN_OR_RETURN(answered, row.Step());
    return absl::OkStatus();
  }));
  return answered;
}

absl::Status WrapKeeper::NoteAnswered(uint64_t index) {
  return mailbox_.Write([&](sqlite::Database& db) {
    return db.Run("INSERT OR IGNORE INTO wrap_answered(log_index) VALUES(?1)", index);
  });
}

absl::Status WrapKeeper::Seal(const StatementKey& referral, const Address& recipient) {
  const WrapPolicy& policy = identity_.wraps();
  if (!policy.Names(recipient.agency) && policy.kinds.empty()) {
    return WrapNotAllowed(recipient);
  }
  AMANA_ASSIGN_OR_RETURN(const Candidate candidate, look_up_(recipient));
  if (!policy.Names(recipient.agency) && !policy.kinds.Has(candidate.kind)) {
    return WrapNotAllowed(recipient);
  }
  AMANA_RETURN_IF_ERROR(sender_.AddCandidate(candidate));
  AMANA_ASSIGN_OR_RETURN(const Queued queued, sender_.QueueWraps(referral, {recipient}));
  // In the outbox it is durable; the next flush sends it where this one cannot.
  return sender_.Send(queued.entry).status();
}

absl::StatusOr<Wrapped> WrapKeeper::AnswerOne(const NoticeItem& notice) {
  Wrapped out;
  out.referral = *notice.event.referral;
  out.recipient = *notice.event.recipient;
  out.status = Seal(out.referral, out.recipient);
  if (!Passes(out.status)) AMANA_RETURN_IF_ERROR(NoteAnswered(notice.index));
  return out;
}

absl::StatusOr<std::vector<Wrapped>> WrapKeeper::Answer() {
  std::vector<Wrapped> done;
  // Oldest first; what is answered stays in the list and is passed over.
  for (uint64_t first = 0;;) {
    AMANA_ASSIGN_OR_RETURN(const std::vector<NoticeItem> found,
                           notices_.From(first, v1::EVENT_KIND_TASK_NEEDS_WRAP, kAtOnce));
    for (const NoticeItem& notice : found) {
      first = notice.index + 1;
      const EventView& event = notice.event;
      if (!event.referral.has_value() || !event.recipient.has_value()) continue;
      if (event.referral->sender != identity_.agency()) continue;
      AMANA_ASSIGN_OR_RETURN(const bool answered, IsAnswered(notice.index));
      if (answered) continue;
      AMANA_ASSIGN_OR_RETURN(Wrapped wrapped, AnswerOne(notice));
      done.push_back(std::move(wrapped));
    }
    if (found.size() < kAtOnce) return done;
  }
}

}  // namespace amana::sdk
