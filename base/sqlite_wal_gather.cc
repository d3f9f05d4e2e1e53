#include "base/sqlite_wal_gather.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "base/sqlite_shim.h"

namespace amana::sqlite {
namespace {

constexpr std::string_view kPrefix = "amana-gather:";
constexpr size_t kGatherAtMost = 96 * 1024;  // SQLite's unix VFS writes less than 128 KiB at once

// https://www.sqlite.org/fileformat2.html#the_write_ahead_log: a frame is a header of this size and
// a page; bytes 4 to 7 of the header of a transaction's last frame are not zero. Nothing else in a
// WAL is written in pieces of this size.
constexpr int kFrameHeader = 24;

bool IsLastOfCommit(const void* header) {
  const auto* const bytes = static_cast<const unsigned char*>(header);
  return (bytes[4] | bytes[5] | bytes[6] | bytes[7]) != 0;
}

// A run of bytes that are written already as SQLite sees it.
struct Gathered {
  sqlite3_int64 start = 0;
  std::string bytes;
  bool last = false;             // the page that comes next is the last of a transaction
  sqlite3_int64 written_to = 0;  // since the WAL was begun anew, at offset 0

  sqlite3_int64 end() const { return start + static_cast<sqlite3_int64>(bytes.size()); }
};

struct File {
  ShimFile shim;
  Gathered* gathered;
};

Gathered& Of(sqlite3_file* file) { return *reinterpret_cast<File*>(file)->gathered; }

// What could not be written is dropped: SQLite has not published it and is told. Kept, it could
// come to be in the file later, with the commit of a transaction that was told to have failed.
int Flush(sqlite3_file* file) {
  Gathered& gathered = Of(file);
  if (gathered.bytes.empty()) return SQLITE_OK;
  sqlite3_file* const real = RealFile(file);
  const int rc = real->pMethods->xWrite(real, gathered.bytes.data(),
                                        static_cast<int>(gathered.bytes.size()), gathered.start);
  gathered.bytes.clear();
  return rc;
}

// Flushes, then forwards.
template <auto member>
struct After;
template <typename... Args, int (*sqlite3_io_methods::*member)(sqlite3_file*, Args...)>
struct After<member> {
  static int Call(sqlite3_file* file, Args... args) {
    if (const int rc = Flush(file); rc != SQLITE_OK) return rc;
    return (RealFile(file)->pMethods->*member)(RealFile(file), args...);
  }
};

int Gather(sqlite3_file* file, const void* data, size_t bytes, sqlite3_int64 offset) {
  Gathered& gathered = Of(file);
  if (gathered.bytes.empty() || offset != gathered.end() ||
      gathered.bytes.size() + bytes > kGatherAtMost) {
    if (const int rc = Flush(file); rc != SQLITE_OK) return rc;
    gathered.start = offset;
  }
  gathered.bytes.append(static_cast<const char*>(data), bytes);
  return SQLITE_OK;
}

int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  Gathered& gathered = Of(file);
  const auto bytes = static_cast<size_t>(size);
  const bool again =
      !gathered.bytes.empty() && offset >= gathered.start && offset + size <= gathered.end();
  if (again) {
    std::memcpy(gathered.bytes.data() + (offset - gathered.start), data, bytes);
  } else if (const int rc = Gather(file, data, bytes, offset); rc != SQLITE_OK) {
    return rc;
  }
  const bool has_page = offset + size <= gathered.written_to;  // a header that is written again
  gathered.written_to = offset == 0 ? size : std::max(gathered.written_to, offset + size);
  if (size != kFrameHeader) return std::exchange(gathered.last, false) ? Flush(file) : SQLITE_OK;
  gathered.last = IsLastOfCommit(data);
  return gathered.last && has_page ? Flush(file) : SQLITE_OK;
}

int Close(sqlite3_file* file) {
  const int flushed = Flush(file);
  delete reinterpret_cast<File*>(file)->gathered;
  const int closed = RealFile(file)->pMethods->xClose(RealFile(file));
  return flushed != SQLITE_OK ? flushed : closed;
}

constexpr sqlite3_io_methods Methods() {
  sqlite3_io_methods methods = kForwardAll;
  methods.xClose = Close;
  methods.xRead = After<&sqlite3_io_methods::xRead>::Call;
  methods.xWrite = Write;
  methods.xTruncate = After<&sqlite3_io_methods::xTruncate>::Call;
  methods.xSync = After<&sqlite3_io_methods::xSync>::Call;
  methods.xFileSize = After<&sqlite3_io_methods::xFileSize>::Call;
  methods.xFileControl = After<&sqlite3_io_methods::xFileControl>::Call;
  return methods;
}
constexpr sqlite3_io_methods kMethods = Methods();

// Files other than the WAL are opened as the VFS below opens them, in its own struct.
int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* out, int flags, int* out_flags) {
  auto* const below = static_cast<sqlite3_vfs*>(vfs->pAppData);
  if ((flags & SQLITE_OPEN_WAL) == 0) return below->xOpen(below, name, out, flags, out_flags);
  File* const file = reinterpret_cast<File*>(out);
  file->shim.vfs = below;
  file->shim.real = reinterpret_cast<sqlite3_file*>(file + 1);
  const int rc = below->xOpen(below, name, file->shim.real, flags, out_flags);
  file->gathered = rc == SQLITE_OK ? new Gathered : nullptr;
  file->shim.base.pMethods = rc == SQLITE_OK ? &kMethods : nullptr;
  return rc;
}

struct Registered {
  std::string name;
  sqlite3_vfs vfs;
};

}  // namespace

absl::StatusOr<std::string> WalGatherVfs(const std::string& below) {
  // Never unregistered, so never destroyed.
  static std::mutex& mutex = *new std::mutex;
  static auto& all = *new std::vector<std::unique_ptr<Registered>>;
  const std::lock_guard<std::mutex> lock(mutex);
  sqlite3_vfs* const real = sqlite3_vfs_find(below.empty() ? nullptr : below.c_str());
  if (real == nullptr) return SqlError("SQLite: there is no VFS of this name");
  for (const auto& each : all) {
    if (each->vfs.pAppData == real) return each->name;
  }
  auto fresh = std::make_unique<Registered>();
  // Not by the name below: a test may register another VFS under it.
  fresh->name = std::string(kPrefix) + std::to_string(all.size());
  fresh->vfs = *real;
  fresh->vfs.szOsFile = static_cast<int>(sizeof(File)) + real->szOsFile;
  fresh->vfs.zName = fresh->name.c_str();
  fresh->vfs.pNext = nullptr;
  fresh->vfs.pAppData = real;
  fresh->vfs.xOpen = Open;
  if (sqlite3_vfs_register(&fresh->vfs, 0) != SQLITE_OK) {
    return SqlError("SQLite: the VFS that gathers could not be registered");
  }
  all.push_back(std::move(fresh));
  return all.back()->name;
}

}  // namespace amana::sqlite
