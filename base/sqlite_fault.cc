#include "base/sqlite_fault.h"

#include <sqlite3.h>

namespace amana::sqlite {
namespace {

// What SQLite allocates for a file of ours: this, then the real file's own struct.
struct File {
  sqlite3_file base;
  FaultVfs* vfs;
  sqlite3_file* real;
};

File* Of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* Real(sqlite3_file* file) { return Of(file)->real; }

// Forwards the io method `member` to the real file.
template <auto member>
struct Forward;
template <typename R, typename... Args, R (*sqlite3_io_methods::*member)(sqlite3_file*, Args...)>
struct Forward<member> {
  static R Call(sqlite3_file* file, Args... args) {
    return (Real(file)->pMethods->*member)(Real(file), args...);
  }
};

int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  if (const int code = Of(file)->vfs->Next(FaultVfs::kWrite); code != 0) return code;
  return Real(file)->pMethods->xWrite(Real(file), data, size, offset);
}

int Sync(sqlite3_file* file, int flags) {
  if (const int code = Of(file)->vfs->Next(FaultVfs::kSync); code != 0) return code;
  return Real(file)->pMethods->xSync(Real(file), flags);
}

constexpr sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = Forward<&sqlite3_io_methods::xClose>::Call,
    .xRead = Forward<&sqlite3_io_methods::xRead>::Call,
    .xWrite = Write,
    .xTruncate = Forward<&sqlite3_io_methods::xTruncate>::Call,
    .xSync = Sync,
    .xFileSize = Forward<&sqlite3_io_methods::xFileSize>::Call,
    .xLock = Forward<&sqlite3_io_methods::xLock>::Call,
    .xUnlock = Forward<&sqlite3_io_methods::xUnlock>::Call,
    .xCheckReservedLock = Forward<&sqlite3_io_methods::xCheckReservedLock>::Call,
    .xFileControl = Forward<&sqlite3_io_methods::xFileControl>::Call,
    .xSectorSize = Forward<&sqlite3_io_methods::xSectorSize>::Call,
    .xDeviceCharacteristics = Forward<&sqlite3_io_methods::xDeviceCharacteristics>::Call,
    .xShmMap = Forward<&sqlite3_io_methods::xShmMap>::Call,
    .xShmLock = Forward<&sqlite3_io_methods::xShmLock>::Call,
    .xShmBarrier = Forward<&sqlite3_io_methods::xShmBarrier>::Call,
    .xShmUnmap = Forward<&sqlite3_io_methods::xShmUnmap>::Call,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* out, int flags, int* out_flags) {
  File* file = Of(out);
  file->vfs = static_cast<FaultVfs*>(vfs->pAppData);
  file->real = reinterpret_cast<sqlite3_file*>(file + 1);
  sqlite3_vfs* real = file->vfs->real();
  const int rc = real->xOpen(real, name, file->real, flags, out_flags);
  file->base.pMethods = rc == SQLITE_OK ? &kMethods : nullptr;
  return rc;
}

}  // namespace

FaultVfs::FaultVfs(std::string name)
    : name_(std::move(name)),
      real_(sqlite3_vfs_find(nullptr)),
      vfs_(std::make_unique<sqlite3_vfs>(*real_)) {
  vfs_->szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
  vfs_->zName = name_.c_str();
  vfs_->pNext = nullptr;
  vfs_->pAppData = this;
  vfs_->xOpen = Open;  // the rest works on names only, and serves as it is
  sqlite3_vfs_register(vfs_.get(), 0);
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(vfs_.get()); }

void FaultVfs::Fail(Op op, int nth, int code, bool stays) {
  Fault& fault = faults_[op];
  fault.code = code;
  fault.stays = stays;
  fault.fail_at = fault.calls + nth;
}

void FaultVfs::Heal() {
  for (Fault& fault : faults_) fault.fail_at = 0;
}

int FaultVfs::Next(Op op) {
  Fault& fault = faults_[op];
  const int call = ++fault.calls;
  const int at = fault.fail_at;
  return at != 0 && (call == at || (fault.stays && call > at)) ? fault.code.load() : 0;
}

}  // namespace amana::sqlite
