#include "base/sqlite_fault.h"

#include <sqlite3.h>

#include "base/sqlite_shim.h"

namespace amana::sqlite {
namespace {

FaultVfs& VfsOf(sqlite3_file* file) {
  return *static_cast<FaultVfs*>(reinterpret_cast<ShimFile*>(file)->vfs);
}

int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  if (const int code = VfsOf(file).Next(FaultVfs::kWrite); code != 0) return code;
  return RealFile(file)->pMethods->xWrite(RealFile(file), data, size, offset);
}

int Sync(sqlite3_file* file, int flags) {
  if (const int code = VfsOf(file).Next(FaultVfs::kSync); code != 0) return code;
  return RealFile(file)->pMethods->xSync(RealFile(file), flags);
}

constexpr sqlite3_io_methods Methods() {
  sqlite3_io_methods methods = kForwardAll;
  methods.xWrite = Write;
  methods.xSync = Sync;
  return methods;
}
constexpr sqlite3_io_methods kMethods = Methods();

int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* out, int flags, int* out_flags) {
  ShimFile* file = reinterpret_cast<ShimFile*>(out);
  file->vfs = vfs->pAppData;
  file->real = reinterpret_cast<sqlite3_file*>(file + 1);
  sqlite3_vfs* real = VfsOf(out).real();
  const int rc = real->xOpen(real, name, file->real, flags, out_flags);
  file->base.pMethods = rc == SQLITE_OK ? &kMethods : nullptr;
  return rc;
}

}  // namespace

FaultVfs::FaultVfs(std::string name)
    : name_(std::move(name)),
      real_(sqlite3_vfs_find(nullptr)),
      vfs_(std::make_unique<sqlite3_vfs>(*real_)) {
  vfs_->szOsFile = static_cast<int>(sizeof(ShimFile)) + real_->szOsFile;
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
