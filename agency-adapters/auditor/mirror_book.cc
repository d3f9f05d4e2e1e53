#include "agency-adapters/auditor/mirror_book.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>
#include <variant>

#include "agency-adapters/auditor/mirror_book_schema.h"
#include "amana/v1/event.pb.h"
#include "base/errors.h"
#include "base/status.h"

namespace amana::auditor {
namespace {

using sdk::EventField;
using sdk::EventView;

constexpr v1::Reason kMissed[] = {v1::REASON_ACK_SLA_MISSED,   v1::REASON_DECISION_SLA_MISSED,
                                  v1::REASON_START_SLA_MISSED, v1::REASON_RECALL_SLA_MISSED,
                                  v1::REASON_WRAP_SLA_MISSED,  v1::REASON_NO_RESPONSE};
constexpr v1::EventKind kOverdue[] = {v1::EVENT_KIND_DELIVERY_RECALL_UNANSWERED,
                                      v1::EVENT_KIND_OVERRIDE_REVIEW_MISSED,
                                      v1::EVENT_KIND_HANDOVER_OVERDUE};

template <class Number>
std::optional<int64_t> NonZero(Number value) {
  return value == Number() ? std::nullopt : std::optional(static_cast<int64_t>(value));
}
// What was said, as a parameter; empty: NULL.
std::optional<std::string_view> Said(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(text);
}
template <class Id>
std::optional<sqlite::Blob> Said(const Id& id) {
  return id.is_zero() ? std::nullopt : std::optional(sqlite::Blob(id.view()));
}

int64_t MarkOf(v1::Category category) { return 256 + static_cast<int64_t>(category); }

std::string Bytes(const std::vector<v1::Category>& a, const std::vector<v1::Category>& b) {
  std::string bytes;
  for (const auto& list : {a, b}) {
    for (const v1::Category category : list) bytes.push_back(static_cast<char>(category));
  }
  return bytes;
}

absl::Status Insert(sqlite::Database& db, const NewEvent& added) {
  const EventView& view = added.view;
  // 0, which no event has, is where none was shown.
  const int64_t time = view.has(EventField::kTime) ? absl::ToUnixMillis(view.time) : 0;
  const std::string rules(view.consent_rules.begin(), view.consent_rules.end());
  const std::string categories = Bytes(view.delivered, view.withheld);
  const ReferralId referral = view.referral.has_value() ? view.referral->referral : ReferralId();
  const std::string sender = view.referral.has_value() ? view.referral->sender.value() : "";
  const std::string recipient = view.recipient.has_value() ? view.recipient->agency.value() : "";
  return db.Run(
      "INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
      added.event.index, added.event.whole, sqlite::Blob(added.event.opening),
      NonZero(static_cast<int>(view.kind)), NonZero(time), NonZero(static_cast<int>(view.reason)),
      Said(std::string_view(sender)), Said(std::string_view(view.actor_agency.value())),
      Said(std::string_view(recipient)), Said(referral), Said(view.consent_id), Said(view.cert_id),
      sqlite::Blob(rules), sqlite::Blob(categories));
}

absl::Status InsertMarks(sqlite::Database& db, const NewEvent& added) {
  std::vector<int64_t> marks(added.view.consent_rules.begin(), added.view.consent_rules.end());
  for (const auto& list : {added.view.delivered, added.view.withheld}) {
    for (const v1::Category category : list) marks.push_back(MarkOf(category));
  }
  for (const int64_t mark : marks) {
    AMANA_RETURN_IF_ERROR(
        db.Run("INSERT OR IGNORE INTO event_mark VALUES (?1, ?2)", mark, added.event.index));
  }
  return absl::OkStatus();
}

// Conditions and their parameters, which must outlive the statement.
class Where {
 public:
  void Add(std::string_view condition, int64_t value) { Put(condition, value, 1); }
  void AddText(std::string_view condition, const std::string& value, int times = 1) {
    Put(condition, value, times);
  }
  void AddBytes(std::string_view condition, std::string bytes) {
    Put(condition, Raw{std::move(bytes)}, 1);
  }
  template <class Code>
  void OneOf(const std::string& column, const std::vector<Code>& codes) {
    if (!codes.empty()) text_ += " AND " + In(column, codes);
  }
  void AddBreach() {
    text_ += " AND (" + In("reason", kMissed);
    text_ += " OR " + In("kind", kOverdue) + ")";
  }

  // Found by a mark, in the order of those.
  void FindByMark(int64_t mark) {
    from_ = "event_mark CROSS JOIN event USING (idx)";
    Add("mark = ?", mark);
  }

  std::string Select() const { return "SELECT idx FROM " + from_ + " WHERE " + text_; }
  // As the parameters behind `at`; returns the last.
  int Bind(sqlite::Statement& statement, int at) const {
    for (const Value& value : values_) {
      ++at;
      if (const auto* number = std::get_if<int64_t>(&value)) statement.BindOne(at, *number);
      if (const auto* text = std::get_if<std::string>(&value)) {
        statement.BindOne(at, std::string_view(*text));
      }
      if (const auto* raw = std::get_if<Raw>(&value)) {
        statement.BindOne(at, sqlite::Blob(raw->bytes));
      }
    }
    return at;
  }

 private:
  struct Raw {
    std::string bytes;
  };
  using Value = std::variant<int64_t, std::string, Raw>;

  void Put(std::string_view condition, const Value& value, int times) {
    text_ += text_.empty() ? "" : " AND ";
    text_ += condition;
    values_.insert(values_.end(), static_cast<size_t>(times), value);
  }
  template <class Codes>
  std::string In(const std::string& column, const Codes& codes) {
    std::string list;
    for (const auto code : codes) {
      list += list.empty() ? "?" : ", ?";
      values_.emplace_back(static_cast<int64_t>(code));
    }
    return column + " IN (" + list + ")";
  }

  std::string from_ = "event";
  std::string text_;
  std::vector<Value> values_;
};

// Events [first, end) can be meant, as far as their times tell.
struct Stretch {
  int64_t first = 0;
  std::optional<int64_t> end;
};

// What one event in many has is found by its own index; else by the mark, where one is asked for.
std::optional<int64_t> MarkToFindBy(const EventQuery& query) {
  const bool has_index = !query.kinds.empty() || !query.reasons.empty() || query.agency ||
                         query.counterpart || query.referral || query.consent || query.certificate;
  if (has_index) return std::nullopt;
  if (query.rule.has_value()) return *query.rule;
  if (query.category.has_value()) return MarkOf(*query.category);
  return std::nullopt;
}

Where WhereOf(const EventQuery& query, const Stretch& stretch) {
  Where where;
  if (const auto mark = MarkToFindBy(query)) where.FindByMark(*mark);
  where.Add("idx >= ?", stretch.first);
  if (stretch.end.has_value()) where.Add("idx < ?", *stretch.end);
  where.OneOf("kind", query.kinds);
  where.OneOf("reason", query.reasons);
  if (query.sla_breach) where.AddBreach();
  // "+": found by its place, and looked at.
  if (query.from.has_value()) where.Add("+time >= ?", absl::ToUnixMillis(*query.from));
  if (query.until.has_value()) where.Add("+time < ?", absl::ToUnixMillis(*query.until));
  if (query.counterpart.has_value()) {
    where.AddText("(+sender = ? OR +actor = ? OR +recipient = ?)", query.counterpart->value(), 3);
  }
  if (query.referral.has_value()) where.AddBytes("referral = ?", query.referral->bytes());
  if (query.consent.has_value()) where.AddBytes("consent = ?", query.consent->bytes());
  if (query.certificate.has_value()) where.AddBytes("cert = ?", query.certificate->bytes());
  if (query.rule.has_value()) {
    where.AddBytes("instr(rules, ?) > 0", std::string(1, static_cast<char>(*query.rule)));
  }
  if (query.category.has_value()) {
    where.AddBytes("instr(categories, ?) > 0", std::string(1, static_cast<char>(*query.category)));
  }
  return where;
}

absl::StatusOr<std::vector<MirroredEvent>> Rows(sqlite::Statement& rows) {
  std::vector<MirroredEvent> events;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool there, rows.Step());
    if (!there) return events;
    events.push_back(
        {static_cast<uint64_t>(rows.Int(0)), rows.Bool(1), std::string(rows.Bytes(2))});
  }
}

// What together is asked for. Each is read in the order of one index and they are merged, so that
// no more is read than a page needs.
std::vector<Where> PartsOf(const EventQuery& query, const Stretch& stretch) {
  std::vector<Where> parts;
  const auto& agency = query.agency.has_value() ? query.agency : query.counterpart;
  if (agency.has_value()) {
    for (const char* const condition : {"sender = ?", "actor = ?", "recipient = ?"}) {
      parts.push_back(WhereOf(query, stretch));
      parts.back().AddText(condition, agency->value());
    }
  } else if (query.kinds.size() > 1) {
    for (const v1::EventKind kind : query.kinds) {
      EventQuery one = query;
      one.kinds = {kind};
      parts.push_back(WhereOf(one, stretch));
    }
  } else if (query.reasons.size() > 1) {
    for (const v1::Reason reason : query.reasons) {
      EventQuery one = query;
      one.reasons = {reason};
      parts.push_back(WhereOf(one, stretch));
    }
  } else {
    parts.push_back(WhereOf(query, stretch));
  }
  return parts;
}

// Whether times go back, as events are added in their order.
struct Times {
  int64_t newest = 0;
  bool disordered = false;
  void Add(const EventView& view) {
    if (!view.has(EventField::kTime)) return;
    const int64_t time = absl::ToUnixMillis(view.time);
    disordered = disordered || time < newest;
    newest = std::max(newest, time);
  }
};

absl::StatusOr<Times> ReadTimes(sqlite::Database& db) {
  AMANA_ASSIGN_OR_RETURN(sqlite::Statement row, db.Prepare("SELECT newest, disordered FROM place"));
  AMANA_ASSIGN_OR_RETURN(const bool there, row.Step());
  return there ? Times{row.Int(0), row.Bool(1)} : Times();
}

// Where times have never gone back, the first event of a time is found by the index of times.
absl::StatusOr<std::optional<int64_t>> FirstAt(sqlite::Database& db, absl::Time time) {
  AMANA_ASSIGN_OR_RETURN(
      sqlite::Statement row,
      db.Prepare("SELECT idx FROM event WHERE time >= ?1 ORDER BY time, idx LIMIT 1"));
  row.Bind(absl::ToUnixMillis(time));
  AMANA_ASSIGN_OR_RETURN(const bool there, row.Step());
  return there ? std::optional(row.Int(0)) : std::nullopt;
}

absl::StatusOr<Stretch> StretchOf(sqlite::Database& db, const EventQuery& query, uint64_t from) {
  Stretch stretch{static_cast<int64_t>(from), std::nullopt};
  if (!query.from.has_value() && !query.until.has_value()) return stretch;
  AMANA_ASSIGN_OR_RETURN(sqlite::Statement row, db.Prepare("SELECT disordered FROM place"));
  AMANA_ASSIGN_OR_RETURN(const bool there, row.Step());
  if (!there || row.Bool(0)) return stretch;
  if (query.from.has_value()) {
    AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> first, FirstAt(db, *query.from));
    // None: nothing is so late.
    stretch.first = std::max(stretch.first, first.value_or(std::numeric_limits<int64_t>::max()));
  }
  if (query.until.has_value()) {
    AMANA_ASSIGN_OR_RETURN(stretch.end, FirstAt(db, *query.until));
  }
  return stretch;
}

}  // namespace

bool IsSlaBreach(const sdk::EventView& event) {
  return std::ranges::find(kMissed, event.reason) != std::end(kMissed) ||
         std::ranges::find(kOverdue, event.kind) != std::end(kOverdue);
}

absl::StatusOr<sdk::EventView> ViewOf(const MirroredEvent& event) {
  const auto malformed = [] {
    return MakeError(absl::StatusCode::kInvalidArgument, "EVENT_INVALID", "opening",
                     "no opening of an event");
  };
  if (event.whole) {
    v1::EventOpening opening;
    if (!opening.ParseFromString(event.opening)) return malformed();
    return sdk::ViewOf(opening);
  }
  v1::PartialEventOpening opening;
  if (!opening.ParseFromString(event.opening)) return malformed();
  return sdk::ViewOf(opening);
}

absl::StatusOr<std::unique_ptr<MirrorBook>> MirrorBook::Open(const std::string& folder) {
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<sqlite::Database> db,
                         sqlite::Database::Open(folder + "/" + kFile, {}));
  AMANA_RETURN_IF_ERROR(sqlite::Migrate(*db, kMirrorBookSchema));
  return std::unique_ptr<MirrorBook>(new MirrorBook(std::move(db)));
}

absl::StatusOr<uint64_t> MirrorBook::Next() {
  AMANA_ASSIGN_OR_RETURN(sqlite::Statement row, db_->Prepare("SELECT next FROM place"));
  AMANA_ASSIGN_OR_RETURN(const bool there, row.Step());
  return there ? static_cast<uint64_t>(row.Int(0)) : 0;
}

absl::Status MirrorBook::Add(const std::vector<NewEvent>& events, uint64_t next) {
  AMANA_ASSIGN_OR_RETURN(sqlite::Transaction tx, sqlite::Transaction::Begin(*db_));
  AMANA_ASSIGN_OR_RETURN(Times times, ReadTimes(*db_));
  for (const NewEvent& event : events) {
    AMANA_RETURN_IF_ERROR(Insert(*db_, event));
    AMANA_RETURN_IF_ERROR(InsertMarks(*db_, event));
    times.Add(event.view);
  }
  AMANA_RETURN_IF_ERROR(db_->Run("UPDATE place SET next = ?1, newest = ?2, disordered = ?3", next,
                                 times.newest, times.disordered));
  return tx.Commit();
}

absl::StatusOr<std::vector<MirroredEvent>> MirrorBook::Read(uint64_t from, size_t limit) {
  AMANA_ASSIGN_OR_RETURN(
      sqlite::Statement rows,
      db_->Prepare("SELECT idx, whole, opening FROM event WHERE idx >= ?1 ORDER BY idx LIMIT ?2"));
  rows.Bind(from, limit);
  return Rows(rows);
}

absl::StatusOr<std::vector<MirroredEvent>> MirrorBook::Find(const EventQuery& query, uint64_t from,
                                                            size_t limit) {
  AMANA_ASSIGN_OR_RETURN(const Stretch stretch, StretchOf(*db_, query, from));
  const std::vector<Where> parts = PartsOf(query, stretch);
  std::string indexes;
  for (const Where& part : parts) {
    indexes += indexes.empty() ? "" : " UNION ";
    indexes += part.Select();
  }
  AMANA_ASSIGN_OR_RETURN(sqlite::Statement rows,
                         db_->Prepare("SELECT idx, whole, opening FROM event WHERE idx IN (" +
                                      indexes + " ORDER BY 1 LIMIT ?) ORDER BY idx"));
  int bound = 0;
  for (const Where& part : parts) bound = part.Bind(rows, bound);
  rows.BindOne(bound + 1, limit);
  return Rows(rows);
}

absl::StatusOr<uint64_t> MirrorBook::Count() {
  AMANA_ASSIGN_OR_RETURN(sqlite::Statement row, db_->Prepare("SELECT count(*) FROM event"));
  AMANA_ASSIGN_OR_RETURN(const bool there, row.Step());
  return there ? static_cast<uint64_t>(row.Int(0)) : 0;
}

absl::Status MirrorBook::AddCertificate(const CertId& id, const std::string& der) {
  return db_->Run("INSERT OR IGNORE INTO certificate VALUES (?1, ?2)", sqlite::Blob(id.view()),
                  sqlite::Blob(der));
}

absl::StatusOr<std::optional<std::string>> MirrorBook::FindCertificate(const CertId& id) {
  AMANA_ASSIGN_OR_RETURN(sqlite::Statement row,
                         db_->Prepare("SELECT der FROM certificate WHERE id = ?1"));
  row.Bind(sqlite::Blob(id.view()));
  AMANA_ASSIGN_OR_RETURN(const bool there, row.Step());
  if (!there) return std::nullopt;
  return std::string(row.Bytes(0));
}

}  // namespace amana::auditor
