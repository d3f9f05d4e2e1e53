#include "broker/store/embedded/embedded_store.h"

#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/sqlite.h"
#include "broker/store/embedded/body_keys.h"
#include "broker/store/embedded/custody_table.h"
#include "broker/store/embedded/directory_lock.h"
#include "broker/store/embedded/health.h"
#include "broker/store/embedded/reader_pool.h"
#include "broker/store/embedded/record_rows.h"
#include "broker/store/embedded/schema.h"
#include "broker/store/embedded/sequencer.h"
#include "broker/store/embedded/writer.h"
#include "broker/store/errors.h"

namespace amana::store {
namespace embedded {
namespace {

class EmbeddedStore final : public Store {
 public:
  EmbeddedStore(std::unique_ptr<DirectoryLock> lock, std::shared_ptr<StoreHealth> health,
                std::shared_ptr<BodyKeys> keys, std::shared_ptr<DirectoryCache> directory,
                std::shared_ptr<ReaderPool> readers, std::unique_ptr<Writer> writer)
      : lock_(std::move(lock)),
        health_(std::move(health)),
        keys_(std::move(keys)),
        directory_(std::move(directory)),
        readers_(std::move(readers)),
        writer_(std::move(writer)) {}
  ~EmbeddedStore() override { Close(); }

  void Commit(Work work, Done done) override { writer_->Commit(std::move(work), std::move(done)); }
  absl::StatusOr<std::unique_ptr<Snapshot>> Read() const override { return readers_->Read(); }
  void SetCommitListener(CommitListener listener) override {
    writer_->SetListener(std::move(listener));
  }
  absl::Status Health() const override { return health_->Get(); }
  void Close() override {
    absl::MutexLock lock(&closing_);
    readers_->Close();
    writer_->Close();
    keys_->Close();
    lock_.reset();
  }

 private:
  absl::Mutex closing_;
  std::unique_ptr<DirectoryLock> lock_ ABSL_GUARDED_BY(closing_);
  const std::shared_ptr<StoreHealth> health_;
  const std::shared_ptr<BodyKeys> keys_;
  const std::shared_ptr<DirectoryCache> directory_;
  const std::shared_ptr<ReaderPool> readers_;
  const std::unique_ptr<Writer> writer_;
};

absl::Status AppendLogOpened(Session& session, Sequencer& sequencer, const std::string& detail,
                             const Digest& statement = Digest()) {
  AMANA_ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::Begin(session.db()));
  events::Event opened;
  opened.kind = v1::EVENT_KIND_LOG_OPENED;
  opened.detail = detail;
  opened.statement_digest = statement;
  AMANA_RETURN_IF_ERROR(sequencer.Append(std::move(opened)).status());
  AMANA_RETURN_IF_ERROR(sequencer.Seal());
  AMANA_RETURN_IF_ERROR(transaction.Commit());
  session.EndTransaction(true);
  sequencer.Committed();
  return absl::OkStatus();
}

absl::Status BringUpToDate(Session& session) {
  AMANA_ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::Begin(session.db()));
  AMANA_RETURN_IF_ERROR(BeginOlderCustodies(session));
  AMANA_RETURN_IF_ERROR(transaction.Commit());
  session.EndTransaction(true);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Session>> OpenWriterSession(const std::string& path,
                                                           const EmbeddedOptions& options,
                                                           StoreHealth& health) {
  sqlite::OpenOptions writer;
  writer.wal_autocheckpoint_pages = 0;
  writer.cache_kib = options.cache_kib;
  writer.vfs = options.sqlite_vfs;
  AMANA_ASSIGN_OR_RETURN(auto db, sqlite::Database::Open(path, writer));
  AMANA_RETURN_IF_ERROR(sqlite::Migrate(*db, SchemaScripts()));
  auto session = std::make_unique<Session>(std::move(db), health);
  AMANA_RETURN_IF_ERROR(BringUpToDate(*session));
  return session;
}

// The slots that rows name were given out in the order of the rows; what a damaged row names may be
// anybody's, and its own lies somewhere after the last one that is sure.
absl::StatusOr<UsedSlots> SlotsInUse(Session& session) {
  UsedSlots used;
  AMANA_ASSIGN_OR_RETURN(auto newest, session.Query("SELECT " AMANA_REFERRAL_COLUMNS
                                                    " FROM referral r ORDER BY r.row DESC"));
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool found, session.Next(newest));
    if (!found) return used;
    const std::optional<ReferralRow> row = ReadReferral(newest);
    if (row.has_value()) {
      used.below = row->key_slot + 1;
      return used;
    }
    used.all = false;
  }
}

// A process may have died between an erasure's commit and the end of its key; or the key file is an
// older one that was put back. A row that was erased without its key names none (body_table.h).
absl::Status FinishErasures(Session& session, BodyKeys& keys) {
  std::vector<uint64_t> slots;
  AMANA_ASSIGN_OR_RETURN(
      auto erased,
      session.Query("SELECT key_slot FROM referral WHERE tag = x'' AND key_slot >= 0"));
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool row, session.Next(erased));
    if (!row) break;
    slots.push_back(static_cast<uint64_t>(erased.Int(0)));
  }
  return keys.Erase(slots);
}

absl::StatusOr<std::shared_ptr<BodyKeys>> OpenKeys(Session& session,
                                                   const EmbeddedOptions& options) {
  std::string id;
  {
    AMANA_ASSIGN_OR_RETURN(auto query, session.Query("SELECT id FROM key_file"));
    AMANA_ASSIGN_OR_RETURN(const bool known, session.Next(query));
    if (known) id = std::string(query.Bytes(0));
  }
  AMANA_ASSIGN_OR_RETURN(const UsedSlots used, SlotsInUse(session));
  const BodyKeysOptions key_options{.files = options.files,
                                    .clock = options.clock,
                                    .path = options.directory + "/keys.amana",
                                    .block = options.key_block,
                                    .copies = options.key_copies,
                                    .on_copies = options.on_key_copies};
  AMANA_ASSIGN_OR_RETURN(std::shared_ptr<BodyKeys> keys, BodyKeys::Open(key_options, id, used));
  AMANA_RETURN_IF_ERROR(FinishErasures(session, *keys));
  if (id.empty()) {
    AMANA_RETURN_IF_ERROR(
        session.Run("INSERT INTO key_file (one, id) VALUES (1, ?1)", sqlite::Blob(keys->id())));
    session.EndTransaction(true);
  }
  session.UseKeys(*keys);
  return keys;
}

absl::StatusOr<std::unique_ptr<Store>> Open(const EmbeddedOptions& options) {
  AMANA_ASSIGN_OR_RETURN(auto lock, DirectoryLock::Acquire(options.directory));
  AMANA_ASSIGN_OR_RETURN(auto signer,
                         transparency::NoteSigner::Create(options.origin, options.log_key));
  const std::string path = options.directory + "/store.db";
  auto health = std::make_shared<StoreHealth>();
  AMANA_ASSIGN_OR_RETURN(auto session, OpenWriterSession(path, options, *health));
  AMANA_ASSIGN_OR_RETURN(std::shared_ptr<BodyKeys> keys, OpenKeys(*session, options));
  auto directory = std::make_shared<DirectoryCache>(options.hour);
  session->UseDirectory(*directory);
  // Now, and not when the first answer waits for it. One that cannot be read is in the health.
  Tables(*session, nullptr).directory.Current().status().IgnoreError();
  AMANA_ASSIGN_OR_RETURN(auto sequencer,
                         Sequencer::Load(*session, *options.clock, std::move(signer)));
  if (sequencer->size() == 0) {
    if (!options.may_begin) return LogMissingError();
    AMANA_RETURN_IF_ERROR(AppendLogOpened(*session, *sequencer, options.opened_detail));
  }
  sqlite::OpenOptions reader;
  reader.mode = sqlite::Mode::kReader;
  reader.cache_kib = 2 * 1024;
  reader.vfs = options.sqlite_vfs;
  auto readers = std::make_shared<ReaderPool>(path, std::move(reader), health, keys, directory,
                                              options.idle_readers);
  const WriterLimits limits{options.batch_works, options.batch_bytes, options.checkpoint_pages,
                            options.rehearse_works};
  auto writer = std::make_unique<Writer>(std::move(session), std::move(sequencer), *health, limits);
  return std::make_unique<EmbeddedStore>(std::move(lock), std::move(health), std::move(keys),
                                         std::move(directory), std::move(readers),
                                         std::move(writer));
}

absl::Status Continue(const EmbeddedOptions& options, const transparency::NoteVerifier& before,
                      const Digest& statement) {
  AMANA_ASSIGN_OR_RETURN(const auto lock, DirectoryLock::Acquire(options.directory));
  AMANA_ASSIGN_OR_RETURN(auto signer,
                         transparency::NoteSigner::Create(options.origin, options.log_key));
  StoreHealth health;
  AMANA_ASSIGN_OR_RETURN(const auto session,
                         OpenWriterSession(options.directory + "/store.db", options, health));
  AMANA_ASSIGN_OR_RETURN(const auto sequencer,
                         Sequencer::Load(*session, *options.clock, std::move(signer), &before));
  if (sequencer->size() == 0) return LogMissingError();
  return AppendLogOpened(*session, *sequencer, options.opened_detail, statement);
}

}  // namespace
}  // namespace embedded

absl::StatusOr<std::unique_ptr<Store>> OpenEmbeddedStore(const EmbeddedOptions& options) {
  return embedded::Open(options);
}

absl::Status ContinueLog(const EmbeddedOptions& options, const transparency::NoteVerifier& before,
                         const Digest& statement) {
  return embedded::Continue(options, before, statement);
}

}  // namespace amana::store
