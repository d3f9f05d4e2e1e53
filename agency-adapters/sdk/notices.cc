#include "agency-adapters/sdk/notices.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/time/clock.h"
#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/notice_check.h"
#include "amana/v1/coordination_service.pb.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/status.h"
#include "proto/envelope/statement.h"

namespace amana::sdk {
namespace {

using sqlite::Blob;
using sqlite::Database;
using sqlite::Statement;

constexpr absl::Duration kLongestBackoff = absl::Minutes(1);
constexpr absl::Duration kIdle = absl::Seconds(1);

// The counter must be the next one; it is kept.
absl::Status CountOn(Database& db, const std::string& name, uint64_t value) {
  uint64_t last = 0;
  {
    AMANA_ASSIGN_OR_RETURN(Statement row,
                           db.Prepare("SELECT value FROM notice_counter WHERE name = ?1"));
    row.Bind(name);
    AMANA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (found) last = static_cast<uint64_t>(row.Int(0));
  }
  if (value != last + 1) return NoticeGap(name, last + 1, value);
  return db.Run("INSERT OR REPLACE INTO notice_counter(name, value) VALUES(?1, ?2)", name, value);
}

absl::Status Insert(Database& db, const v1::Notice& notice, const EventView& event) {
  std::optional<std::string_view> sender;
  std::optional<Blob> referral;
  if (event.referral.has_value()) {
    sender = event.referral->sender.value();
    referral = Blob(event.referral->referral.view());
  }
  v1::Notice kept = notice;
  kept.clear_inclusion_path();  // proven; the log can prove it again
  const std::string bytes = kept.SerializeAsString();
  AMANA_ASSIGN_OR_RETURN(const std::string named, NoteNamedBy(notice.statement()));
  return db.Run(
      "INSERT INTO notice(log_index, kind, sender, referral, time_ms, has_words, notice) "
      "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
      notice.index(), event.kind, sender, referral, ToUnixMillis(event.time), !named.empty(),
      Blob(bytes));
}

absl::StatusOr<v1::Notice> ReadNotice(const Statement& row, int column) {
  v1::Notice notice;
  const std::string_view bytes = row.Bytes(column);
  if (!notice.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return StoreCorruptError("notice: does not parse");
  }
  return notice;
}

absl::StatusOr<std::vector<NoticeItem>> ReadItems(Statement row) {
  std::vector<NoticeItem> items;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool more, row.Step());
    if (!more) return items;
    AMANA_ASSIGN_OR_RETURN(const v1::Notice notice, ReadNotice(row, 1));
    NoticeItem item;
    item.index = static_cast<uint64_t>(row.Int(0));
    AMANA_ASSIGN_OR_RETURN(item.event,
                           notice.has_whole() ? ViewOf(notice.whole()) : ViewOf(notice.partial()));
    item.has_words = row.Int(2) != 0;
    items.push_back(std::move(item));
  }
}

}  // namespace

absl::StatusOr<NoticeBox::Place> NoticeBox::Load() {
  Place place;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(Statement row,
                           db.Prepare("SELECT next_index, held_size, held_root, held_note FROM "
                                      "notice_place"));
    AMANA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return absl::OkStatus();
    place.next = static_cast<uint64_t>(row.Int(0));
    place.size = static_cast<uint64_t>(row.Int(1));
    AMANA_ASSIGN_OR_RETURN(place.root, Digest::FromBytes(row.Bytes(2)));
    place.note = std::string(row.Text(3));
    return absl::OkStatus();
  }));
  return place;
}

absl::StatusOr<size_t> NoticeBox::Take(const v1::FollowEventsResponse& message, Place& place) {
  const auto checkpoint = CheckNoticeLog(message, place.size, place.root, identity_);
  if (!checkpoint.ok()) {
    if (ErrorReason(checkpoint.status()) == "LOG_FORKED") {
      AMANA_RETURN_IF_ERROR(watch_.KeepForked({place.note, message.checkpoint()}));
    }
    return checkpoint.status();
  }
  if (message.next_index() < place.next || message.next_index() > checkpoint->size()) {
    return NoticeInvalid("next_index", "between where it was and the log's size");
  }
  std::vector<EventView> events;
  uint64_t from = place.next;
  for (const v1::Notice& notice : message.notices()) {
    if (notice.index() < from || notice.index() >= message.next_index()) {
      return NoticeInvalid("index", "not in log order");
    }
    from = notice.index() + 1;
    AMANA_ASSIGN_OR_RETURN(EventView event, CheckNotice(notice, *checkpoint, identity_));
    events.push_back(std::move(event));
  }
  AMANA_RETURN_IF_ERROR(mailbox_.Write([&](Database& db) -> absl::Status {
    for (int i = 0; i < message.notices_size(); ++i) {
      const EventView& event = events[static_cast<size_t>(i)];
      for (const auto& [name, value] : CountersOf(event, identity_.agency())) {
        AMANA_RETURN_IF_ERROR(CountOn(db, name, value));
      }
      AMANA_RETURN_IF_ERROR(Insert(db, message.notices(i), event));
    }
    return db.Run(
        "INSERT OR REPLACE INTO notice_place(one, next_index, held_size, held_root, held_note) "
        "VALUES(1, ?1, ?2, ?3, ?4)",
        message.next_index(), checkpoint->size(), Blob(checkpoint->root().view()),
        message.checkpoint());
  }));
  place = {message.next_index(), checkpoint->size(), checkpoint->root(), message.checkpoint()};
  return events.size();
}

absl::StatusOr<NoticeReport> NoticeBox::Serve(
    Place& place, absl::Duration timeout, const std::function<bool()>& done,
    const std::function<void(const NoticeReport&)>& on_notices) {
  NoticeReport report;
  // Not by the clock on the wall, which may be set meanwhile.
  const auto begun = std::chrono::steady_clock::now();
  const auto left = [&] {
    return timeout - absl::FromChrono(std::chrono::steady_clock::now() - begun);
  };
  Stream<v1::FollowEventsRequest, v1::FollowEventsResponse> stream =
      client_.Open(kFollowEvents, timeout);
  v1::FollowEventsRequest request;
  request.set_first_index(place.next);
  request.set_held_size(place.size);
  AMANA_RETURN_IF_ERROR(stream.Write(request));
  stream.WritesDone();
  while (left() > absl::ZeroDuration() && !(report.caught_up && done())) {
    absl::StatusOr<std::optional<v1::FollowEventsResponse>> message =
        stream.Read(std::clamp(left(), absl::ZeroDuration(), kIdle));
    if (ErrorReason(message.status()) == "READ_TIMEOUT") {
      if (done()) break;
      on_notices({0, report.caught_up});
      continue;
    }
    if (!message.ok()) return message.status();
    if (!message->has_value()) break;
    AMANA_ASSIGN_OR_RETURN(const size_t taken, Take(**message, place));
    report.taken += taken;
    report.caught_up = report.caught_up || place.next == place.size;
    on_notices({taken, report.caught_up});
  }
  stream.Cancel();
  return report;
}

absl::StatusOr<NoticeReport> NoticeBox::CatchUp(absl::Duration timeout) {
  AMANA_ASSIGN_OR_RETURN(Place place, Load());
  return Serve(
      place, timeout, [] { return true; }, [](const NoticeReport&) {});
}

absl::Status NoticeBox::Follow(const std::function<bool()>& stop,
                               const std::function<void(const NoticeReport&)>& on_notices) {
  absl::Duration backoff = absl::Seconds(1);
  while (!stop()) {
    AMANA_ASSIGN_OR_RETURN(Place place, Load());
    const uint64_t before = place.next;
    const absl::StatusOr<NoticeReport> served =
        Serve(place, absl::InfiniteDuration(), stop, on_notices);
    if (!served.ok() && !absl::IsUnavailable(served.status()) &&
        !absl::IsDeadlineExceeded(served.status()) && !absl::IsCancelled(served.status())) {
      return served.status();
    }
    backoff = place.next > before ? absl::Seconds(1) : std::min(backoff * 2, kLongestBackoff);
    for (absl::Duration waited; waited < backoff && !stop(); waited += absl::Milliseconds(100)) {
      absl::SleepFor(absl::Milliseconds(100));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<NoticeItem>> NoticeBox::List(const std::optional<ReferralId>& referral,
                                                        size_t limit) {
  absl::StatusOr<std::vector<NoticeItem>> items;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(
        Statement row,
        db.Prepare("SELECT log_index, notice, has_words FROM notice WHERE ?1 IS NULL OR "
                   "referral = ?1 ORDER BY log_index DESC LIMIT ?2"));
    std::optional<Blob> of;
    if (referral.has_value()) of = Blob(referral->view());
    row.Bind(of, limit);
    items = ReadItems(std::move(row));
    return absl::OkStatus();
  }));
  return items;
}

absl::StatusOr<std::vector<NoticeItem>> NoticeBox::After(int64_t index, size_t limit) {
  absl::StatusOr<std::vector<NoticeItem>> items;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(Statement row,
                           db.Prepare("SELECT log_index, notice, has_words FROM notice WHERE "
                                      "log_index > ?1 ORDER BY log_index LIMIT ?2"));
    row.Bind(index, limit);
    items = ReadItems(std::move(row));
    return absl::OkStatus();
  }));
  return items;
}

absl::StatusOr<std::vector<uint64_t>> NoticeBox::ReadAgainFrom() {
  std::vector<uint64_t> from;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(
        Statement row,
        db.Prepare("SELECT kept FROM ended_log WHERE kept IS NOT NULL ORDER BY kept"));
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool more, row.Step());
      if (!more) return absl::OkStatus();
      from.push_back(static_cast<uint64_t>(row.Int(0)));
    }
  }));
  return from;
}

absl::StatusOr<std::vector<NoticeItem>> NoticeBox::Ended(uint64_t from) {
  absl::StatusOr<std::vector<NoticeItem>> items;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(
        Statement row,
        db.Prepare("SELECT n.log_index, n.notice, 0 FROM ended_notice n JOIN ended_log l ON "
                   "l.vkey = n.vkey WHERE l.kept = ?1 ORDER BY n.log_index"));
    row.Bind(from);
    items = ReadItems(std::move(row));
    return absl::OkStatus();
  }));
  return items;
}

absl::StatusOr<std::vector<NoticeItem>> NoticeBox::From(uint64_t first, v1::EventKind kind,
                                                        size_t limit) {
  absl::StatusOr<std::vector<NoticeItem>> items;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(
        Statement row,
        db.Prepare("SELECT log_index, notice, has_words FROM notice WHERE kind = ?1 AND "
                   "log_index >= ?2 ORDER BY log_index LIMIT ?3"));
    row.Bind(kind, static_cast<int64_t>(first), limit);
    items = ReadItems(std::move(row));
    return absl::OkStatus();
  }));
  return items;
}

absl::StatusOr<std::string> NoticeBox::Words(uint64_t index) {
  v1::Notice notice;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(
        Statement row,
        db.Prepare("SELECT notice FROM notice WHERE log_index = ?1 AND has_words = 1"));
    row.Bind(index);
    AMANA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return EntryUnknown("index");
    AMANA_ASSIGN_OR_RETURN(notice, ReadNotice(row, 0));
    return absl::OkStatus();
  }));
  AMANA_ASSIGN_OR_RETURN(const EventView event, ViewOf(notice.whole()));
  if (!event.referral.has_value()) return EntryUnknown("index");
  v1::GetNoteRequest request;
  *request.mutable_referral() = ToWire(*event.referral);
  AMANA_ASSIGN_OR_RETURN(*request.mutable_note_sha256(), NoteNamedBy(notice.statement()));
  AMANA_ASSIGN_OR_RETURN(const v1::GetNoteResponse response, client_.Call(kGetNote, request));
  return OpenNoticeWords(notice, response.note(), identity_);
}

}  // namespace amana::sdk
