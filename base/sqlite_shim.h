// What a SQLite VFS over another one is made of: a file struct that holds the real file behind it,
// and forwarding io methods. A shim replaces the methods it is about.
#ifndef AMANA_BASE_SQLITE_SHIM_H_
#define AMANA_BASE_SQLITE_SHIM_H_

#include <sqlite3.h>

namespace amana::sqlite {

// SQLite allocates szOsFile bytes for a file: this (or a struct that begins with it), then the real
// file's own struct, to which `real` points.
struct ShimFile {
  sqlite3_file base;
  void* vfs;  // the shim, as in sqlite3_vfs::pAppData
  sqlite3_file* real;
};

inline sqlite3_file* RealFile(sqlite3_file* file) {
  return reinterpret_cast<ShimFile*>(file)->real;
}

// Forwards the io method `member` to the real file.
template <auto member>
struct Forward;
template <typename R, typename... Args, R (*sqlite3_io_methods::*member)(sqlite3_file*, Args...)>
struct Forward<member> {
  static R Call(sqlite3_file* file, Args... args) {
    return (RealFile(file)->pMethods->*member)(RealFile(file), args...);
  }
};

// All methods forwarded; no mmap.
constexpr sqlite3_io_methods kForwardAll = {
    .iVersion = 2,
    .xClose = Forward<&sqlite3_io_methods::xClose>::Call,
    .xRead = Forward<&sqlite3_io_methods::xRead>::Call,
    .xWrite = Forward<&sqlite3_io_methods::xWrite>::Call,
    .xTruncate = Forward<&sqlite3_io_methods::xTruncate>::Call,
    .xSync = Forward<&sqlite3_io_methods::xSync>::Call,
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

}  // namespace amana::sqlite

#endif  // AMANA_BASE_SQLITE_SHIM_H_
