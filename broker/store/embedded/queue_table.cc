#include "broker/store/embedded/queue_table.h"

#include <charconv>
#include <limits>
#include <string>
#include <utility>

#include "broker/store/embedded/page_token.h"
#include "broker/store/embedded/record_rows.h"
#include "broker/store/errors.h"

namespace amana::store::embedded {
namespace {

#define AMANA_SELECT_QUEUE \
  "SELECT " AMANA_QUEUE_COLUMNS " FROM queue_item q CROSS JOIN referral r ON r.row = q.referral "

// Alerted before all others, then by urgency.
int64_t StandingOf(const QueueItem& item) {
  constexpr int64_t kNotAlerted = 100;
  return static_cast<int64_t>(item.urgency) + (item.alerted ? 0 : kNotAlerted);
}

}  // namespace

// Of what is to be done: what cannot be read is told to health and left out.
absl::StatusOr<std::vector<QueueItem>> QueueTable::ReadReadable(sqlite::Statement query,
                                                                size_t limit) const {
  std::vector<QueueItem> items;
  while (items.size() < limit) {
    AMANA_ASSIGN_OR_RETURN(const bool row, session_.Next(query));
    if (!row) break;
    std::optional<QueueItem> item = ReadQueueItem(query);
    if (item.has_value()) {
      items.push_back(*std::move(item));
    } else {
      session_.Corrupt("queue_item").IgnoreError();
    }
  }
  return items;
}

absl::StatusOr<std::optional<QueueItem>> QueueTable::Find(uint64_t item) const {
  AMANA_ASSIGN_OR_RETURN(auto query, session_.Query(AMANA_SELECT_QUEUE "WHERE q.item = ?1", item));
  AMANA_ASSIGN_OR_RETURN(const bool row, session_.Next(query));
  if (!row) return std::nullopt;
  std::optional<QueueItem> found = ReadQueueItem(query);
  if (!found.has_value()) return session_.Corrupt("queue_item");
  return found;
}

absl::StatusOr<QueueTable::Place> QueueTable::PlaceOf(const Page& page) const {
  Place place;
  if (page.token.empty()) return place;
  const char* const end = page.token.data() + page.token.size();
  const auto [at, error] = std::from_chars(page.token.data(), end, place.item);
  if (error != std::errc() || at != end) return PageTokenInvalidError();
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT standing, opened FROM queue_item WHERE item = ?1", place.item));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return PageTokenInvalidError();
  place.standing = query.Int(0);
  place.opened = query.Int(1);
  return place;
}

absl::StatusOr<Paged<QueueItem>> QueueTable::List(const std::optional<PersonRef>& assignee,
                                                  const Page& page) const {
  AMANA_ASSIGN_OR_RETURN(const Place after, PlaceOf(page));
  const size_t size = PageSize(page);
  const PersonRef who = assignee.value_or(PersonRef());
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      assignee.has_value()
          ? session_.Query(AMANA_SELECT_QUEUE
                           "WHERE q.closed = 0 AND q.assignee <> '' AND q.assigned_agency = ?1 AND "
                           "q.assignee = ?2 AND (q.standing, q.opened, q.item) > (?3, ?4, ?5) "
                           "ORDER BY q.standing, q.opened, q.item",
                           who.agency.value(), who.person.value(), after.standing, after.opened,
                           after.item)
          : session_.Query(AMANA_SELECT_QUEUE
                           "WHERE q.closed = 0 AND (q.standing, q.opened, q.item) > (?1, ?2, ?3) "
                           "ORDER BY q.standing, q.opened, q.item",
                           after.standing, after.opened, after.item));
  Paged<QueueItem> result;
  AMANA_ASSIGN_OR_RETURN(result.items, ReadReadable(std::move(query), size + 1));
  if (result.items.size() > size) {
    result.items.pop_back();
    result.next_token = std::to_string(result.items.back().item);
  }
  return result;
}

absl::StatusOr<std::vector<QueueItem>> QueueTable::OfTask(const TaskKey& task) const {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> row, session_.FindReferralRow(task.referral));
  if (!row.has_value()) return std::vector<QueueItem>();
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query(AMANA_SELECT_QUEUE "WHERE q.closed = 0 AND q.referral = ?1 AND q.task = ?2 "
                                        "ORDER BY q.item",
                     *row, task.task));
  return ReadReadable(std::move(query), std::numeric_limits<size_t>::max());
}

absl::StatusOr<std::vector<QueueNoteRecord>> QueueTable::Notes(uint64_t item) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query, session_.Query("SELECT item, log_index, at, annotation, agency, person, digest "
                                 "FROM queue_note WHERE item = ?1 ORDER BY log_index",
                                 item));
  std::vector<QueueNoteRecord> notes;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool row, session_.Next(query));
    if (!row) return notes;
    std::optional<QueueNoteRecord> note = ReadQueueNote(query);
    if (!note.has_value()) return session_.Corrupt("queue_note");
    notes.push_back(*std::move(note));
  }
}

absl::StatusOr<Queue::Size> QueueTable::Count() const {
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT count(*), coalesce(sum(standing < 100), 0) FROM queue_item "
                     "WHERE closed = 0"));
  AMANA_ASSIGN_OR_RETURN(const bool row, session_.Next(query));
  if (!row) return Size{};
  return Size{static_cast<uint64_t>(query.Int(0)), static_cast<uint64_t>(query.Int(1))};
}

absl::Status QueueTable::Open(const QueueItem& item) {
  AMANA_ASSIGN_OR_RETURN(const int64_t row, session_.ReferralRow(item.task.referral));
  const RowDigest digest = DigestOf(item);
  const absl::Status inserted = session_.Run(
      "INSERT INTO queue_item (item, referral, task, offer_epoch, reason, urgency, opened, "
      "alerted, "
      "closed, assigned_agency, assigned_unit, assignee, standing, digest) VALUES (?1, ?2, ?3, ?4, "
      "?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
      item.item, row, item.task.task, item.offer_epoch, item.reason, item.urgency,
      TimeToRow(item.opened), item.alerted, item.closed, item.assigned.agency.value(),
      item.assigned.unit.value(), item.assignee.value(), StandingOf(item), digest.blob());
  return absl::IsAlreadyExists(inserted) ? ConflictError("queue_item") : inserted;
}

absl::Status QueueTable::Move(const QueueItem& item) {
  const RowDigest digest = DigestOf(item);
  AMANA_RETURN_IF_ERROR(session_.Run(
      "UPDATE queue_item SET alerted = ?2, closed = ?3, assigned_agency = ?4, assigned_unit = ?5, "
      "assignee = ?6, standing = ?7, digest = ?8 WHERE item = ?1 AND closed = 0",
      item.item, item.alerted, item.closed, item.assigned.agency.value(),
      item.assigned.unit.value(), item.assignee.value(), StandingOf(item), digest.blob()));
  return session_.db().Changes() == 1 ? absl::OkStatus() : ConflictError("queue_item");
}

absl::Status QueueTable::AddNote(const QueueNoteRecord& note) {
  const RowDigest digest = DigestOf(note);
  const absl::Status inserted = session_.Run(
      "INSERT INTO queue_note (log_index, item, at, annotation, agency, person, digest) VALUES "
      "(?1, "
      "?2, ?3, ?4, ?5, ?6, ?7)",
      note.log_index, note.item, TimeToRow(note.at), note.annotation, note.by.agency.value(),
      note.by.person.value(), digest.blob());
  return absl::IsAlreadyExists(inserted) ? ConflictError("queue_note") : inserted;
}

}  // namespace amana::store::embedded
