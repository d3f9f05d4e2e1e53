// Database::BackUpTo, by SQLite's backup API.
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>

#include "base/sqlite.h"

namespace amana::sqlite {
namespace {

constexpr int kPagesAtOnce = 1024;

}  // namespace

absl::Status Database::CopyPages(Database& to) {
  sqlite3_backup* const backup = sqlite3_backup_init(to.db_, "main", db_, "main");
  if (backup == nullptr) return to.Error(sqlite3_extended_errcode(to.db_));
  int rc = SQLITE_OK;
  while (rc == SQLITE_OK) rc = sqlite3_backup_step(backup, kPagesAtOnce);
  const int finished = sqlite3_backup_finish(backup);
  if (rc == SQLITE_DONE && finished == SQLITE_OK) return absl::OkStatus();
  return to.Error(finished != SQLITE_OK ? finished : rc);
}

absl::Status Database::BackUpTo(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return ErrnoError(errno, path);
  close(fd);
  sqlite3* handle = nullptr;
  const int rc =
      sqlite3_open_v2(path.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Database copy(handle, Mode::kWriter);
  if (rc != SQLITE_OK) return copy.Error(rc);
  AMANA_RETURN_IF_ERROR(copy.Exec("PRAGMA synchronous=FULL"));
  {
    // One view from the first page to the last: the copying joins it, and never begins anew.
    AMANA_ASSIGN_OR_RETURN(Transaction view, Transaction::Begin(*this));
    AMANA_ASSIGN_OR_RETURN(Statement first, Prepare("SELECT 1 FROM sqlite_schema"));
    AMANA_RETURN_IF_ERROR(first.Step().status());
    AMANA_RETURN_IF_ERROR(CopyPages(copy));
  }
  // The first page says WAL, as it did where it came from; a copy is one file.
  return copy.Exec("PRAGMA journal_mode=DELETE");
}

}  // namespace amana::sqlite
