#include "agency-adapters/foreign-affairs/ledger.h"

#include <nlohmann/json.hpp>

#include "agency-adapters/foreign-affairs/errors.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"

namespace amana::foreign_affairs {
namespace {

using nlohmann::json;

constexpr unsigned kMode = 0600;

// None when there is no such file.
absl::StatusOr<std::optional<json>> ReadJson(const std::string& path) {
  const absl::StatusOr<std::string> text = RealFileSystem().Read(path);
  if (absl::IsNotFound(text.status())) return std::nullopt;
  if (!text.ok()) return text.status();
  json object = json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return LedgerBroken();
  return std::optional<json>(std::move(object));
}

// True when every named member is there with its type.
bool Has(const json& object, std::initializer_list<std::pair<const char*, json::value_t>> members) {
  for (const auto& [name, type] : members) {
    const auto at = object.find(name);
    if (at == object.end() || at->type() != type) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<Ledger> Ledger::Open(const std::string& folder) {
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(folder));
  return Ledger(folder);
}

// The tag is checked by its maker: no path can be made of it.
std::string Ledger::CaseFile(const std::string& tag) const {
  return folder_ + "/case-" + tag + ".json";
}

std::string Ledger::MailFile(const std::string& key, std::string_view ending) const {
  return folder_ + "/mail-" + crypto::Sha256(key).hex().substr(0, 32) + std::string(ending);
}

absl::StatusOr<std::optional<CaseRow>> Ledger::Case(const std::string& tag) const {
  if (!IsTag(tag)) return std::nullopt;
  AMANA_ASSIGN_OR_RETURN(const std::optional<json> found, ReadJson(CaseFile(tag)));
  if (!found.has_value()) return std::nullopt;
  using Type = json::value_t;
  if (!Has(*found, {{"version", Type::number_unsigned},
                    {"key", Type::string},
                    {"mailbox", Type::string},
                    {"own", Type::boolean},
                    {"open", Type::boolean},
                    {"answered", Type::array}})) {
    return LedgerBroken();
  }
  CaseRow row;
  row.reference = {tag, (*found)["version"]};
  row.key = (*found)["key"];
  row.mailbox = (*found)["mailbox"];
  row.own = (*found)["own"];
  row.open = (*found)["open"];
  for (const json& digest : (*found)["answered"]) {
    if (!digest.is_string()) return LedgerBroken();
    row.answered.push_back(digest);
  }
  return row;
}

absl::Status Ledger::PutCase(const CaseRow& row) {
  const json object = {{"version", row.reference.version},
                       {"key", row.key},
                       {"mailbox", row.mailbox},
                       {"own", row.own},
                       {"open", row.open},
                       {"answered", row.answered}};
  return RealFileSystem().WriteAtomically(CaseFile(row.reference.tag), object.dump() + "\n", kMode);
}

absl::StatusOr<std::optional<MailRow>> Ledger::Mail(const std::string& key) const {
  AMANA_ASSIGN_OR_RETURN(const std::optional<json> found, ReadJson(MailFile(key, ".json")));
  if (!found.has_value()) return std::nullopt;
  using Type = json::value_t;
  if (!Has(
          *found,
          {{"message_id", Type::string}, {"sent", Type::boolean}, {"at", Type::number_unsigned}})) {
    return LedgerBroken();
  }
  return MailRow{(*found)["message_id"], (*found)["sent"], FromUnixMillis((*found)["at"])};
}

absl::Status Ledger::PutSending(const std::string& key, const MailRow& row, std::string_view mail) {
  AMANA_RETURN_IF_ERROR(RealFileSystem().WriteAtomically(MailFile(key, ".eml"), mail, kMode));
  const json object = {{"message_id", row.message_id},
                       {"sent", false},
                       {"at", static_cast<uint64_t>(ToUnixMillis(row.at))}};
  return RealFileSystem().WriteAtomically(MailFile(key, ".json"), object.dump() + "\n", kMode);
}

absl::Status Ledger::PutSent(const std::string& key, const MailRow& row) {
  const json object = {{"message_id", row.message_id},
                       {"sent", true},
                       {"at", static_cast<uint64_t>(ToUnixMillis(row.at))}};
  AMANA_RETURN_IF_ERROR(
      RealFileSystem().WriteAtomically(MailFile(key, ".json"), object.dump() + "\n", kMode));
  const absl::Status removed = RealFileSystem().Remove(MailFile(key, ".eml"));
  return absl::IsNotFound(removed) ? absl::OkStatus() : removed;
}

absl::StatusOr<std::string> Ledger::Sending(const std::string& key) const {
  return RealFileSystem().Read(MailFile(key, ".eml"));
}

}  // namespace amana::foreign_affairs
