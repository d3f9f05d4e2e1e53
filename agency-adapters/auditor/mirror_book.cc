#include "agency-adapters/auditor/mirror_book.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>
#include <variant>

#include "amana/v1/event.pb.h"
#include "base/errors.h"
#include "base/status.h"

namespace amana::auditor {
namespace {

constexpr std::string_view kSchema[] = {R"sql(
CREATE TABLE event (
  idx INTEGER PRIMARY KEY,
  whole INTEGER NOT NULL,
  opening BLOB NOT NULL,
  -- What it says, to find it by; NULL where it was not shown or does not apply.
  kind INTEGER, time INTEGER, reason INTEGER, sender TEXT, actor TEXT, recipient TEXT,
  referral BLOB, consent BLOB, cert BLOB, rules BLOB, categories BLOB
) STRICT;
CREATE INDEX event_kind ON event (kind, idx);
CREATE INDEX event_time ON event (time, idx);
CREATE INDEX event_reason ON event (reason, idx) WHERE reason IS NOT NULL;
CREATE INDEX event_sender ON event (sender, idx) WHERE sender IS NOT NULL;
CREATE INDEX event_actor ON event (actor, idx) WHERE actor IS NOT NULL;
CREATE INDEX event_recipient ON event (recipient, idx) WHERE recipient IS NOT NULL;
CREATE INDEX event_referral ON event (referral, idx) WHERE referral IS NOT NULL;
CREATE INDEX event_consent ON event (consent, idx) WHERE consent IS NOT NULL;
CREATE INDEX event_cert ON event (cert, idx) WHERE cert IS NOT NULL;
CREATE TABLE certificate (
  id BLOB PRIMARY KEY,
  der BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE place (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  next INTEGER NOT NULL
) STRICT;
INSERT INTO place VALUES (1, 0);
)sql"};

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

// A WHERE clause and its parameters, which must outlive the statement.
class Where {
 public:
  explicit Where(const EventQuery& query, uint64_t from) {
    Add("idx >= ?", static_cast<int64_t>(from));
    OneOf("kind", query.kinds);
    OneOf("reason", query.reasons);
    if (query.sla_breach) AddBreach();
    if (query.from.has_value()) Add("time >= ?", absl::ToUnixMillis(*query.from));
    if (query.until.has_value()) Add("time < ?", absl::ToUnixMillis(*query.until));
    for (const auto& agency : {query.agency, query.counterpart}) {
      if (agency.has_value()) {
        Add("(sender = ? OR actor = ? OR recipient = ?)", agency->value(), 3);
      }
    }
    if (query.referral.has_value()) Add("referral = ?", Raw{query.referral->bytes()});
    if (query.consent.has_value()) Add("consent = ?", Raw{query.consent->bytes()});
    if (query.certificate.has_value()) Add("cert = ?", Raw{query.certificate->bytes()});
    if (query.rule.has_value()) {
      Add("instr(rules, ?) > 0", Raw{std::string(1, static_cast<char>(*query.rule))});
    }
    if (query.category.has_value()) {
      Add("instr(categories, ?) > 0", Raw{std::string(1, static_cast<char>(*query.category))});
    }
  }

  const std::string& text() const { return text_; }
  int Bind(sqlite::Statement& statement) const {
    int at = 0;
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

  void Add(std::string_view condition, const Value& value, int times = 1) {
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
  template <class Code>
  void OneOf(const std::string& column, const std::vector<Code>& codes) {
    if (!codes.empty()) text_ += " AND " + In(column, codes);
  }
  void AddBreach() {
    text_ += " AND (" + In("reason", kMissed);
    text_ += " OR " + In("kind", kOverdue) + ")";
  }

  std::string text_;
  std::vector<Value> values_;
};

absl::StatusOr<std::vector<MirroredEvent>> Rows(sqlite::Statement& rows) {
  std::vector<MirroredEvent> events;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool there, rows.Step());
    if (!there) return events;
    events.push_back(
        {static_cast<uint64_t>(rows.Int(0)), rows.Bool(1), std::string(rows.Bytes(2))});
  }
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
  AMANA_RETURN_IF_ERROR(sqlite::Migrate(*db, kSchema));
  return std::unique_ptr<MirrorBook>(new MirrorBook(std::move(db)));
}

absl::StatusOr<uint64_t> MirrorBook::Next() {
  AMANA_ASSIGN_OR_RETURN(sqlite::Statement row, db_->Prepare("SELECT next FROM place"));
  AMANA_ASSIGN_OR_RETURN(const bool there, row.Step());
  return there ? static_cast<uint64_t>(row.Int(0)) : 0;
}

absl::Status MirrorBook::Add(const std::vector<NewEvent>& events, uint64_t next) {
  AMANA_ASSIGN_OR_RETURN(sqlite::Transaction tx, sqlite::Transaction::Begin(*db_));
  for (const NewEvent& event : events) AMANA_RETURN_IF_ERROR(Insert(*db_, event));
  AMANA_RETURN_IF_ERROR(db_->Run("UPDATE place SET next = ?1", next));
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
  const Where where(query, from);
  AMANA_ASSIGN_OR_RETURN(sqlite::Statement rows,
                         db_->Prepare("SELECT idx, whole, opening FROM event WHERE " +
                                      where.text() + " ORDER BY idx LIMIT ?"));
  const int bound = where.Bind(rows);
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
