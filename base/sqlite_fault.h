// For tests: a SQLite VFS over the default one whose nth write or fsync fails, so that the code
// above runs its real error paths. Name it in OpenOptions::vfs.
#ifndef AMANA_BASE_SQLITE_FAULT_H_
#define AMANA_BASE_SQLITE_FAULT_H_

#include <atomic>
#include <memory>
#include <string>

struct sqlite3_vfs;

namespace amana::sqlite {

// Registered with SQLite while it lives; must outlive the databases opened through it. Thread-safe.
class FaultVfs {
 public:
  enum Op { kWrite, kSync, kOpCount };

  explicit FaultVfs(std::string name);
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  // The nth such call from now (1 is the next) and, when `stays`, all after it return the SQLite
  // result `code`, for example SQLITE_FULL, SQLITE_IOERR_WRITE or SQLITE_IOERR_FSYNC.
  void Fail(Op op, int nth, int code, bool stays = false);
  void Heal();
  int calls(Op op) const { return faults_[op].calls; }

  // The code to fail with now, or 0; called by the file methods.
  int Next(Op op);
  sqlite3_vfs* real() const { return real_; }

 private:
  struct Fault {
    std::atomic<int> calls{0};
    std::atomic<int> fail_at{0};  // value of `calls`; 0 is never
    std::atomic<int> code{0};
    std::atomic<bool> stays{false};
  };

  const std::string name_;
  sqlite3_vfs* const real_;
  std::unique_ptr<sqlite3_vfs> vfs_;
  Fault faults_[kOpCount];
};

}  // namespace amana::sqlite

#endif  // AMANA_BASE_SQLITE_FAULT_H_
