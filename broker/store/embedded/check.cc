#include "broker/store/embedded/check.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/sqlite.h"
#include "base/status.h"
#include "broker/store/embedded/body_keys.h"
#include "broker/store/embedded/case_table.h"
#include "broker/store/embedded/directory_lock.h"
#include "broker/store/embedded/erasure_table.h"
#include "broker/store/embedded/event_index.h"
#include "broker/store/embedded/log_rows.h"
#include "broker/store/embedded/reader_pool.h"
#include "broker/store/embedded/record_rows.h"
#include "broker/store/embedded/schema.h"
#include "broker/store/errors.h"

namespace amana::store {
namespace embedded {
namespace {

// A table, and whether the row that a query has stepped to is as it was written.
struct RowCheck {
  const char* table;
  const char* sql;
  bool (*good)(const sqlite::Statement& row);
};

template <auto reader>
bool Reads(const sqlite::Statement& row) {
  return reader(row).has_value();
}

bool IsStatement(const sqlite::Statement& statement) {
  RowReader row(statement);
  const std::string scope(row.Bytes());
  StatementRecord record;
  record.digest = row.Fixed<Digest>();
  record.cert_id = row.Fixed<CertId>();
  record.log_index = row.Int<uint64_t>();
  record.envelope = std::string(row.Bytes());
  return row.ok() && row.Matches(DigestOf(scope, record));
}

// A row whose referral is gone reads as damaged: its key is part of what its digest is over.
constexpr RowCheck kRows[] = {
    {"task", "SELECT " AMANA_TASK_COLUMNS " FROM task t LEFT JOIN referral r ON r.row = t.referral",
     Reads<ReadTask>},
    {"delivery",
     "SELECT " AMANA_DELIVERY_COLUMNS " FROM delivery d LEFT JOIN referral r ON r.row = d.referral",
     Reads<ReadDelivery>},
    {"past_offer",
     "SELECT " AMANA_OFFER_COLUMNS " FROM past_offer o LEFT JOIN referral r ON r.row = o.referral",
     Reads<ReadOffer>},
    {"queue_item",
     "SELECT " AMANA_QUEUE_COLUMNS " FROM queue_item q LEFT JOIN referral r ON r.row = q.referral",
     Reads<ReadQueueItem>},
    {"reconsideration", "SELECT " AMANA_RECONSIDERATION_COLUMNS " FROM reconsideration",
     Reads<ReadReconsideration>},
    {"statement",
     "SELECT scope, statement_digest, cert_id, log_index, envelope, digest FROM statement",
     IsStatement},
    {"queue_note", "SELECT item, log_index, at, annotation, agency, person, digest FROM queue_note",
     Reads<ReadQueueNote>},
    {"settled", kSettledRow, IsSettledRow},
    {"opened_case", kCaseRow, IsCaseRow},
};

class OpenedForCheck final : public StoreForCheck {
 public:
  OpenedForCheck(std::unique_ptr<DirectoryLock> lock, std::shared_ptr<StoreHealth> health,
                 std::shared_ptr<BodyKeys> keys, std::shared_ptr<ReaderPool> pool,
                 std::unique_ptr<Session> session)
      : lock_(std::move(lock)),
        health_(std::move(health)),
        keys_(std::move(keys)),
        pool_(std::move(pool)),
        session_(std::move(session)) {}
  ~OpenedForCheck() override { pool_->Close(); }

  absl::StatusOr<std::unique_ptr<Snapshot>> Read() override { return pool_->Read(); }

  absl::Status CheckRows(const Finding& finding) override {
    const absl::Status whole = session_->db().CheckIntegrity();
    if (absl::IsDataLoss(whole)) {
      finding("DATABASE_DAMAGED", std::string(whole.message()));
    } else {
      AMANA_RETURN_IF_ERROR(whole);
    }
    for (const RowCheck& check : kRows) {
      uint64_t number = 0;
      AMANA_RETURN_IF_ERROR(Each(check.sql, [&](const sqlite::Statement& row) {
        ++number;
        if (!check.good(row)) finding("ROW_DAMAGED", absl::StrCat(check.table, " ", number));
        return absl::OkStatus();
      }));
    }
    AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, pool_->Read());
    AMANA_RETURN_IF_ERROR(CheckConsents(*snapshot, finding));
    AMANA_RETURN_IF_ERROR(CheckNotes(*snapshot, finding));
    AMANA_RETURN_IF_ERROR(CheckHandovers(*snapshot, finding));
    const absl::Status directory = snapshot->directory().Current().status();
    AMANA_RETURN_IF_ERROR(Note(directory, "directory", finding));
    AMANA_RETURN_IF_ERROR(CheckEventIndex(*session_, [&](uint64_t block) {
      finding("ROW_DAMAGED", absl::StrCat("event_index of block ", block));
    }));
    return CheckKeys(finding);
  }

  absl::Status EachReferral(const Finding& finding,
                            const std::function<absl::Status(const Referral&)>& each) override {
    return Each("SELECT " AMANA_REFERRAL_COLUMNS ", r.row FROM referral r ORDER BY r.row",
                [&](const sqlite::Statement& row) -> absl::Status {
                  const int64_t number = row.Int(kReferralColumns);
                  const std::optional<ReferralRow> referral = ReadReferral(row);
                  if (referral.has_value()) {
                    return each({referral->record.key, number, referral->record.log_index});
                  }
                  finding("ROW_DAMAGED", absl::StrCat("referral ", number));
                  return absl::OkStatus();
                });
  }

  absl::Status EachConsent(const std::function<absl::Status(const Consent&)>& each) override {
    return Each("SELECT id, version FROM consent UNION ALL SELECT id, 0 FROM exclusion",
                [&](const sqlite::Statement& row) -> absl::Status {
                  RowReader reader(row);
                  Consent consent;
                  consent.id = reader.Fixed<ConsentId>();
                  consent.version = reader.Int<uint32_t>();
                  return each(consent);
                });
  }

  absl::Status EachCounter(
      const Finding& finding,
      const std::function<void(const std::string& name, uint64_t value)>& each) override {
    return Each("SELECT name FROM counter ORDER BY name",
                [&](const sqlite::Statement& row) -> absl::Status {
                  const std::string name(row.Text(0));
                  const absl::StatusOr<uint64_t> value = ReadCounter(*session_, name);
                  if (!value.ok() && !absl::IsDataLoss(value.status())) return value.status();
                  if (value.ok()) {
                    each(name, *value);
                  } else {
                    finding("ROW_DAMAGED", "counter");
                  }
                  return absl::OkStatus();
                });
  }

 private:
  absl::Status Each(std::string_view sql,
                    const std::function<absl::Status(const sqlite::Statement&)>& take) {
    AMANA_ASSIGN_OR_RETURN(auto query, session_->Query(sql));
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool row, session_->Next(query));
      if (!row) return absl::OkStatus();
      AMANA_RETURN_IF_ERROR(take(query));
    }
  }

  static absl::Status Note(const absl::Status& read, const std::string& where,
                           const Finding& finding) {
    if (!absl::IsDataLoss(read)) return read;
    finding("ROW_DAMAGED", where);
    return absl::OkStatus();
  }
  static StatementKey ReadKey(RowReader& row) {
    StatementKey key;
    key.sender = row.Token<AgencyId>();
    key.referral = row.Fixed<ReferralId>();
    key.version = row.Int<uint32_t>();
    return key;
  }

  absl::Status CheckConsents(const Snapshot& snapshot, const Finding& finding) {
    uint64_t number = 0;
    return Each("SELECT subject FROM consent UNION SELECT subject FROM exclusion",
                [&](const sqlite::Statement& statement) {
                  RowReader row(statement);
                  const auto subject = row.Fixed<Pseudonym>();
                  return Note(row.ok() ? snapshot.consents().OfSubject(subject).status()
                                       : RowCorruptError("consent"),
                              absl::StrCat("consent or exclusion of subject ", ++number), finding);
                });
  }

  absl::Status CheckNotes(const Snapshot& snapshot, const Finding& finding) {
    return Each(
        "SELECT r.sender, r.id, r.version, n.note, n.row FROM sealed_note n JOIN referral "
        "r ON r.row = n.referral",
        [&](const sqlite::Statement& statement) {
          RowReader row(statement);
          const StatementKey key = ReadKey(row);
          const auto digest = row.Fixed<Digest>();
          return Note(snapshot.referrals().FindNote(key, digest).status(),
                      absl::StrCat("sealed_note ", row.Int()), finding);
        });
  }

  absl::Status CheckHandovers(const Snapshot& snapshot, const Finding& finding) {
    return Each(
        "SELECT r.sender, r.id, r.version, h.task, h.attempt, h.row FROM handover h JOIN "
        "referral r ON r.row = h.referral",
        [&](const sqlite::Statement& statement) {
          RowReader row(statement);
          HandoverKey key;
          key.task.referral = ReadKey(row);
          key.task.task = row.Int<uint32_t>();
          key.attempt = row.Int<uint32_t>();
          absl::Status read = snapshot.handovers().Find(key).status();
          if (read.ok()) read = snapshot.handovers().Steps(key).status();
          return Note(read, absl::StrCat("handover ", row.Int()), finding);
        });
  }

  absl::Status CheckKeys(const Finding& finding) {
    return Each("SELECT row, key_slot FROM referral WHERE tag = x'' AND key_slot >= 0",
                [&](const sqlite::Statement& row) -> absl::Status {
                  if (keys_->Find(static_cast<uint64_t>(row.Int(1))).ok()) {
                    finding("KEY_NOT_DESTROYED", absl::StrCat("referral ", row.Int(0)));
                  }
                  return absl::OkStatus();
                });
  }

  const std::unique_ptr<DirectoryLock> lock_;
  const std::shared_ptr<StoreHealth> health_;
  const std::shared_ptr<BodyKeys> keys_;
  const std::shared_ptr<ReaderPool> pool_;
  const std::unique_ptr<Session> session_;
};

absl::Status CheckVersion(Session& session) {
  AMANA_ASSIGN_OR_RETURN(auto query, session.Query("PRAGMA user_version"));
  AMANA_ASSIGN_OR_RETURN(const bool row, session.Next(query));
  const int64_t version = row ? query.Int(0) : 0;
  const auto known = static_cast<int64_t>(SchemaScripts().size());
  return version == known ? absl::OkStatus() : SchemaTooNewError(version, known);
}

absl::StatusOr<std::unique_ptr<StoreForCheck>> Open(const std::string& directory) {
  const std::string path = directory + "/store.db";
  AMANA_ASSIGN_OR_RETURN(const bool exists, RealFileSystem().Exists(path));
  if (!exists) return FileNotFoundError(path);
  AMANA_ASSIGN_OR_RETURN(auto lock, DirectoryLock::Acquire(directory));
  sqlite::OpenOptions reader;
  reader.mode = sqlite::Mode::kReader;
  AMANA_ASSIGN_OR_RETURN(auto db, sqlite::Database::Open(path, reader));
  auto health = std::make_shared<StoreHealth>();
  auto session = std::make_unique<Session>(std::move(db), *health);
  AMANA_RETURN_IF_ERROR(CheckVersion(*session));
  std::string id;
  {
    AMANA_ASSIGN_OR_RETURN(auto query, session->Query("SELECT id FROM key_file"));
    AMANA_ASSIGN_OR_RETURN(const bool known, session->Next(query));
    if (known) id = std::string(query.Bytes(0));
  }
  static const SystemClock clock(ClockSync::kTrusted);  // no copy is made by it
  AMANA_ASSIGN_OR_RETURN(std::shared_ptr<BodyKeys> keys,
                         BodyKeys::OpenToRead({.files = &RealFileSystem(),
                                               .clock = &clock,
                                               .path = directory + "/keys.amana",
                                               .copies = {}},
                                              id));
  session->UseKeys(*keys);
  auto pool = std::make_shared<ReaderPool>(path, reader, health, keys,
                                           std::make_shared<DirectoryCache>(), /*keep=*/1);
  return std::make_unique<OpenedForCheck>(std::move(lock), std::move(health), std::move(keys),
                                          std::move(pool), std::move(session));
}

}  // namespace
}  // namespace embedded

absl::StatusOr<std::unique_ptr<StoreForCheck>> StoreForCheck::Open(const std::string& directory) {
  return embedded::Open(directory);
}

}  // namespace amana::store
