// Read-only connections, opened when they are needed and kept for the next snapshot. Thread-safe.
#ifndef AMANA_BROKER_STORE_EMBEDDED_READER_POOL_H_
#define AMANA_BROKER_STORE_EMBEDDED_READER_POOL_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/sqlite.h"
#include "broker/store/embedded/body_keys.h"
#include "broker/store/embedded/health.h"
#include "broker/store/embedded/session.h"
#include "broker/store/store.h"

namespace amana::store::embedded {

class ReaderPool : public std::enable_shared_from_this<ReaderPool> {
 public:
  ReaderPool(std::string path, sqlite::OpenOptions options, std::shared_ptr<StoreHealth> health,
             std::shared_ptr<BodyKeys> keys, std::shared_ptr<DirectoryCache> directory, size_t keep)
      : path_(std::move(path)),
        options_(std::move(options)),
        health_(std::move(health)),
        keys_(std::move(keys)),
        directory_(std::move(directory)),
        keep_(keep) {}

  // Begins a short read transaction; the snapshot ends it when it goes. While it lives the WAL
  // cannot start over: hold it for one request. STORE_UNAVAILABLE after Close.
  absl::StatusOr<std::unique_ptr<Snapshot>> Read();
  void Close();

 private:
  friend class EmbeddedSnapshot;
  void GiveBack(std::unique_ptr<Session> session);

  const std::string path_;
  const sqlite::OpenOptions options_;
  const std::shared_ptr<StoreHealth> health_;
  const std::shared_ptr<BodyKeys> keys_;
  const std::shared_ptr<DirectoryCache> directory_;
  const size_t keep_;

  absl::Mutex mu_;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::unique_ptr<Session>> idle_ ABSL_GUARDED_BY(mu_);
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_READER_POOL_H_
