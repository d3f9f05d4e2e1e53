// Which notices are told natively, and each once: also when the log goes on as another, which gives
// some of them again under other indices.
#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "agency-adapters/runtime/incoming.h"
#include "agency-adapters/sdk/keys.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"

namespace amana::runtime {
namespace {

// How far notices were told, and the last place at which they were begun to be read again.
constexpr char kNotices[] = "notices", kReadAgain[] = "notices-read-again";
constexpr size_t kEvery = 10'000'000;

std::string KeyByIndex(uint64_t index) { return absl::StrCat("notice/", index); }

// What a notice is about, whatever log it is in: not its index, time, salts and counters, nor its
// lease.
std::string SubjectKey(const sdk::EventView& event) {
  const std::string recipient = event.recipient.has_value() ? ToString(*event.recipient) : "";
  return absl::StrCat(
      "notice/",
      crypto::Sha256(
          absl::StrCat(static_cast<int>(event.kind), "|", sdk::ToString(*event.referral), "|",
                       event.statement_digest.hex(), "|", event.actor_agency.value(), "/",
                       event.actor_unit.value(), "/", event.actor_person.value(), "|", recipient,
                       "|", event.task.value_or(0), "|", static_cast<int>(event.stage), "|",
                       event.offer_epoch, "|", event.attempt, "|", static_cast<int>(event.reason),
                       "|", event.consent_id.hex(), "|", event.consent_version))
          .hex()
          .substr(0, 32));
}

bool IsTold(const sdk::EventView& event) {
  return IsToldNatively(event.kind) && event.referral.has_value();
}

// Forgets what was not written of the log that ended: it comes again, or is lost. What was written
// has from now on the key under which it would come again.
absl::Status SetBack(sqlite::Database& db, uint64_t from,
                     const std::vector<sdk::NoticeItem>& ended) {
  AMANA_RETURN_IF_ERROR(
      db.Run("DELETE FROM delivery WHERE kind = ?1 AND source >= ?2 AND state IN (?3, ?4)",
             DeliveryKind::kNotice, from, RowState::kIntended, RowState::kDead));
  std::map<std::string, int> times;
  for (const sdk::NoticeItem& notice : ended) {
    if (!IsTold(notice.event)) continue;
    const std::string subject = SubjectKey(notice.event);
    const std::string key = absl::StrCat(subject, "/", ++times[subject]);
    const std::string before = KeyByIndex(notice.index);
    AMANA_RETURN_IF_ERROR(
        db.Run("UPDATE OR IGNORE delivery SET key = ?1 WHERE key = ?2", key, before));
  }
  return absl::OkStatus();
}

}  // namespace

bool IsToldNatively(v1::EventKind kind) {
  const int number = kind;
  const bool task = number >= v1::EVENT_KIND_TASK_ROUTED && number <= 39;
  const bool clock = number >= v1::EVENT_KIND_TASK_REMINDED && number <= 69;
  const bool handover = number >= v1::EVENT_KIND_HANDOVER_OFFERED && number <= 109;
  return task || clock || handover || kind == v1::EVENT_KIND_CONSENT_WITHDRAWN ||
         kind == v1::EVENT_KIND_REFERRAL_ERASED || kind == v1::EVENT_KIND_DELIVERY_DEAD_LETTER ||
         kind == v1::EVENT_KIND_SUBMISSION_ACCEPTED;
}

absl::Status Incoming::FollowSuccession(const std::vector<uint64_t>& read_again) {
  AMANA_ASSIGN_OR_RETURN(const int64_t done, journal_.Cursor(kReadAgain));
  for (const uint64_t from : read_again) {
    const int64_t first = static_cast<int64_t>(from);
    if (first <= done) continue;
    AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::NoticeItem> ended, end_.notices.Ended(from));
    AMANA_ASSIGN_OR_RETURN(const int64_t cursor, journal_.Cursor(kNotices));
    AMANA_RETURN_IF_ERROR(journal_.Write([&](sqlite::Database& db) -> absl::Status {
      AMANA_RETURN_IF_ERROR(SetBack(db, from, ended));
      AMANA_RETURN_IF_ERROR(Journal::SetCursor(db, kNotices, std::min(cursor, first - 1)));
      return Journal::SetCursor(db, kReadAgain, first);
    }));
  }
  return absl::OkStatus();
}

// By its index in the first log; in one that goes on in its place, by what it is about, and how
// often that has been told there.
absl::StatusOr<std::string> Incoming::NoticeKey(const sdk::NoticeItem& notice,
                                                const std::vector<uint64_t>& read_again) {
  if (read_again.empty() || notice.index < read_again.front()) return KeyByIndex(notice.index);
  const std::string subject = SubjectKey(notice.event);
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::NoticeItem> told,
                         end_.notices.List(notice.event.referral->referral, kEvery));
  int times = 0;
  for (const sdk::NoticeItem& each : told) {
    if (each.index < read_again.front() || each.index > notice.index) continue;
    if (IsTold(each.event) && SubjectKey(each.event) == subject) ++times;
  }
  return absl::StrCat(subject, "/", times);
}

absl::StatusOr<size_t> Incoming::CollectNotices(size_t limit, absl::Time now) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<uint64_t> read_again, end_.notices.ReadAgainFrom());
  AMANA_RETURN_IF_ERROR(FollowSuccession(read_again));
  AMANA_ASSIGN_OR_RETURN(const int64_t cursor, journal_.Cursor(kNotices));
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::NoticeItem> found,
                         end_.notices.After(cursor, limit));
  if (found.empty()) return 0;
  std::vector<NewDelivery> made;
  for (const sdk::NoticeItem& notice : found) {
    const sdk::EventView& event = notice.event;
    if (!IsTold(event)) continue;
    AMANA_ASSIGN_OR_RETURN(std::string key, NoticeKey(notice, read_again));
    made.push_back({.key = std::move(key),
                    .kind = DeliveryKind::kNotice,
                    .source = static_cast<int64_t>(notice.index),
                    .thread = "notices/" + sdk::ToString(*event.referral),
                    .urgency = event.urgency});
  }
  AMANA_RETURN_IF_ERROR(
      deliveries_.Intend(made, kNotices, static_cast<int64_t>(found.back().index), now));
  return found.size();
}

}  // namespace amana::runtime
