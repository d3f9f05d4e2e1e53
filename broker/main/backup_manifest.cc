#include "broker/main/backup_manifest.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "base/durable_file.h"
#include "base/json_text.h"
#include "base/status.h"

namespace amana::broker {
namespace {

constexpr char kFormat[] = "amana-broker backup 1";

absl::Status Invalid(const std::string& folder) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "BACKUP_INVALID", "backup",
                   folder +
                       " holds no backup, or one that did not end: backup.json is missing or "
                       "not as it was written");
}

}  // namespace

absl::Status WriteManifest(const std::string& folder, const BackupManifest& manifest) {
  const nlohmann::ordered_json json = {
      {"format", kFormat},
      {"made", absl::FormatTime(absl::RFC3339_sec, manifest.made, absl::UTCTimeZone())},
      {"origin", manifest.origin},
      {"log_size", manifest.log_size},
      {"bytes", manifest.database.bytes},
      {"sha256", manifest.database.digest.hex()},
      {"log_key", manifest.has_log_key},
      {"pseudonym_key", manifest.has_pseudonym_key}};
  return RealFileSystem().CreateAtomically(folder + "/backup.json", json.dump(2) + "\n",
                                           kPrivateFile);
}

absl::StatusOr<BackupManifest> ReadManifest(const std::string& folder) {
  const absl::StatusOr<std::string> text = RealFileSystem().Read(folder + "/backup.json");
  if (absl::IsNotFound(text.status())) return Invalid(folder);
  AMANA_RETURN_IF_ERROR(text.status());
  const auto json = ParseJson(*text);
  const auto has = [&](const char* key, nlohmann::json::value_t type) {
    return json.is_object() && json.contains(key) && json[key].type() == type;
  };
  using Type = nlohmann::json::value_t;
  if (!has("format", Type::string) || json["format"] != kFormat || !has("made", Type::string) ||
      !has("origin", Type::string) || !has("log_size", Type::number_unsigned) ||
      !has("bytes", Type::number_unsigned) || !has("sha256", Type::string) ||
      !has("log_key", Type::boolean)) {
    return Invalid(folder);
  }
  BackupManifest manifest;
  std::string error;
  const auto digest = Digest::FromHexString(json["sha256"].get<std::string>());
  if (!digest.ok() || !absl::ParseTime(absl::RFC3339_sec, json["made"].get<std::string>(),
                                       &manifest.made, &error)) {
    return Invalid(folder);
  }
  manifest.origin = json["origin"];
  manifest.log_size = json["log_size"];
  manifest.database = {json["bytes"], *digest};
  manifest.has_log_key = json["log_key"];
  manifest.has_pseudonym_key = has("pseudonym_key", Type::boolean) && json["pseudonym_key"];
  return manifest;
}

absl::StatusOr<std::optional<KeyCopy>> NewestKeyCopy(const store::KeyCopyPolicy& policy) {
  const absl::StatusOr<std::vector<std::string>> names = RealFileSystem().List(policy.folder);
  if (absl::IsNotFound(names.status())) return std::nullopt;
  AMANA_RETURN_IF_ERROR(names.status());
  std::optional<KeyCopy> newest;
  for (const std::string& name : *names) {  // sorted, so by date
    const std::optional<absl::Time> made = store::KeyCopyDate(name);
    if (made.has_value()) newest = {policy.folder + "/" + name, *made};
  }
  return newest;
}

}  // namespace amana::broker
