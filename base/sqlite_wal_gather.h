// A SQLite VFS that gathers what a connection writes to its WAL and hands it to the file in large
// pieces: SQLite writes a WAL page as two small pieces, a system call each.
//
// Nothing is promised later than before: the WAL's bytes are in the file before its fsync begins,
// and a transaction's are when its last page was written: SQLite publishes it only after that,
// whether or not it waits for the disk. Whatever else the connection does with the file (a read,
// its size, a truncation) finds the bytes in place; other connections look at published frames
// only. The database file itself is not gathered: its pages are published without an fsync between.
// An error that a write would have had comes from the call that makes it: the write of a
// transaction's last page, usually.
#ifndef AMANA_BASE_SQLITE_WAL_GATHER_H_
#define AMANA_BASE_SQLITE_WAL_GATHER_H_

#include <string>

#include "absl/status/statusor.h"

namespace amana::sqlite {

// The name of the gathering VFS over the VFS `below` (empty: the default one), to be named in
// sqlite3_open_v2; registered at the first call, for good. Thread-safe. SQL_ERROR: there is no VFS
// `below`.
absl::StatusOr<std::string> WalGatherVfs(const std::string& below);

}  // namespace amana::sqlite

#endif  // AMANA_BASE_SQLITE_WAL_GATHER_H_
