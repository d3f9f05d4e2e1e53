#include "broker/store/embedded/reader_pool.h"

#include <utility>

#include "broker/store/embedded/transaction.h"
#include "broker/store/errors.h"

namespace amana::store::embedded {

// Used by one thread at a time, as its connection is.
class EmbeddedSnapshot final : public Snapshot {
 public:
  EmbeddedSnapshot(std::shared_ptr<ReaderPool> pool, std::unique_ptr<Session> session)
      : pool_(std::move(pool)), session_(std::move(session)), tables_(*session_, nullptr) {}
  ~EmbeddedSnapshot() override { pool_->GiveBack(std::move(session_)); }

  const Referrals& referrals() const override { return tables_.referrals; }
  const Deliveries& deliveries() const override { return tables_.deliveries; }
  const Consents& consents() const override { return tables_.consents; }
  const Reconsiderations& reconsiderations() const override { return tables_.reconsiderations; }
  const Erasures& erasures() const override { return tables_.erasures; }
  const Cases& cases() const override { return tables_.cases; }
  const Grounds& grounds() const override { return tables_.grounds; }
  const Offers& offers() const override { return tables_.offers; }
  const Queue& queue() const override { return tables_.queue; }
  const Custodies& custodies() const override { return tables_.custodies; }
  const Handovers& handovers() const override { return tables_.handovers; }
  const Directory& directory() const override { return tables_.directory; }
  const Log& log() const override { return tables_.log; }

 private:
  const std::shared_ptr<ReaderPool> pool_;
  std::unique_ptr<Session> session_;
  Tables tables_;
};

absl::StatusOr<std::unique_ptr<Snapshot>> ReaderPool::Read() {
  std::unique_ptr<Session> session;
  {
    absl::MutexLock lock(&mu_);
    if (closed_) return StoreUnavailableError("the store is closed");
    if (!idle_.empty()) {
      session = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (session == nullptr) {
    AMANA_ASSIGN_OR_RETURN(auto db, sqlite::Database::Open(path_, options_));
    session = std::make_unique<Session>(std::move(db), *health_);
    session->UseKeys(*keys_);
    session->UseDirectory(*directory_);
  }
  AMANA_RETURN_IF_ERROR(session->db().Begin());
  return std::make_unique<EmbeddedSnapshot>(shared_from_this(), std::move(session));
}

void ReaderPool::GiveBack(std::unique_ptr<Session> session) {
  if (!session->db().Rollback().ok()) return;  // closes it
  absl::MutexLock lock(&mu_);
  if (!closed_ && idle_.size() < keep_) idle_.push_back(std::move(session));
}

void ReaderPool::Close() {
  std::vector<std::unique_ptr<Session>> closing;
  absl::MutexLock lock(&mu_);
  closed_ = true;
  closing.swap(idle_);
}

}  // namespace amana::store::embedded
