#include "broker/store/embedded/backup.h"

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/errors.h"
#include "base/sqlite.h"
#include "base/status.h"
#include "broker/store/embedded/health.h"
#include "broker/store/embedded/log_rows.h"
#include "broker/store/embedded/session.h"
#include "proto/crypto/secret.h"
#include "proto/crypto/sha256.h"

namespace amana::store {
namespace {

constexpr size_t kChunk = 1 << 20;

absl::StatusOr<std::unique_ptr<sqlite::Database>> OpenForReading(const std::string& file) {
  sqlite::OpenOptions options;
  options.mode = sqlite::Mode::kReader;
  return sqlite::Database::Open(file, options);
}

// What a file holds, a piece at a time.
absl::Status ReadFile(const std::string& file,
                      const std::function<absl::Status(std::string_view)>& take) {
  for (uint64_t offset = 0;;) {
    AMANA_ASSIGN_OR_RETURN(std::string chunk, RealFileSystem().ReadRange(file, offset, kChunk));
    if (chunk.empty()) return absl::OkStatus();
    offset += chunk.size();
    const absl::Status taken = take(chunk);
    crypto::WipeMemory(chunk.data(), chunk.size());
    AMANA_RETURN_IF_ERROR(taken);
  }
}

absl::StatusOr<DatabaseCopy> Measure(const std::string& file) {
  crypto::Sha256Hasher hasher;
  DatabaseCopy copy;
  AMANA_RETURN_IF_ERROR(ReadFile(file, [&](std::string_view bytes) {
    hasher.Update(bytes);
    copy.bytes += bytes.size();
    return absl::OkStatus();
  }));
  copy.digest = hasher.Finish();
  return copy;
}

}  // namespace

absl::StatusOr<DatabaseCopy> CopyDatabaseOut(const std::string& directory,
                                             const std::string& file) {
  AMANA_ASSIGN_OR_RETURN(const auto db, OpenForReading(directory + "/store.db"));
  AMANA_RETURN_IF_ERROR(db->BackUpTo(file));
  return Measure(file);
}

absl::StatusOr<LogHead> HeadOfCopy(const std::string& file) {
  AMANA_ASSIGN_OR_RETURN(auto db, OpenForReading(file));
  embedded::StoreHealth health;
  embedded::Session session(std::move(db), health);
  AMANA_ASSIGN_OR_RETURN(const std::optional<embedded::HeadRow> head,
                         embedded::ReadHeadRow(session));
  if (!head.has_value()) return session.Corrupt("log_head");
  return LogHead{head->frontier.size(), head->frontier.Root(), head->checkpoint};
}

absl::Status CopyDatabaseIn(const std::string& file, const DatabaseCopy& expected,
                            const std::string& directory) {
  FileSystem& files = RealFileSystem();
  AMANA_RETURN_IF_ERROR(files.CreateDirectories(directory));
  const std::string part = directory + "/store.part";
  AMANA_ASSIGN_OR_RETURN(const bool exists, files.Exists(directory + "/store.db"));
  if (exists) return FileExistsError(directory + "/store.db");
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<AppendFile> copy,
                         files.OpenAppend(part, kPrivateFile));
  AMANA_RETURN_IF_ERROR(copy->Truncate(0));  // what a process that died had written
  AMANA_RETURN_IF_ERROR(
      ReadFile(file, [&](std::string_view bytes) { return copy->Append(bytes); }));
  AMANA_RETURN_IF_ERROR(copy->Sync());
  AMANA_ASSIGN_OR_RETURN(const DatabaseCopy written, Measure(part));
  if (written.bytes != expected.bytes || written.digest != expected.digest) {
    files.Remove(part).IgnoreError();
    return StoreCorruptError("the copy of the database is not as it was made");
  }
  return files.Rename(part, directory + "/store.db");
}

absl::Status CopyKeysIn(const std::string& file, const std::string& directory) {
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(directory));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<InPlaceFile> keys,
                         RealFileSystem().OpenInPlace(directory + "/keys.amana"));
  uint64_t offset = 0;
  AMANA_RETURN_IF_ERROR(ReadFile(file, [&](std::string_view bytes) {
    const absl::Status written = keys->WriteAt(offset, bytes);
    offset += bytes.size();
    return written;
  }));
  return keys->Sync();
}

}  // namespace amana::store
