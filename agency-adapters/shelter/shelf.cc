#include "agency-adapters/shelter/shelf.h"

#include <nlohmann/json.hpp>

#include "agency-adapters/shelter/errors.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"

namespace amana::shelter {
namespace {

using nlohmann::json;

bool Is(const json& object, const char* name, json::value_t type) {
  const auto at = object.find(name);
  return at != object.end() && at->type() == type;
}

absl::StatusOr<ShelfRow> Parse(const std::string& text) {
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return ShelfBroken();
  for (const char* name : {"key", "referral", "settled"}) {
    if (!Is(object, name, json::value_t::string)) return ShelfBroken();
  }
  for (const char* name : {"written", "open", "sms_due"}) {
    if (!Is(object, name, json::value_t::boolean)) return ShelfBroken();
  }
  if (!Is(object, "reply_by", json::value_t::number_unsigned) ||
      !Is(object, "fields", json::value_t::array)) {
    return ShelfBroken();
  }
  ShelfRow row;
  row.key = object["key"];
  row.referral = object["referral"];
  row.settled = object["settled"];
  for (const json& field : object["fields"]) {
    if (!field.is_string()) return ShelfBroken();
    row.fields.push_back(field);
  }
  row.written = object["written"];
  row.open = object["open"];
  row.sms_due = object["sms_due"];
  row.reply_by = FromUnixMillis(object["reply_by"]);
  return row;
}

}  // namespace

absl::StatusOr<Shelf> Shelf::Open(const std::string& folder) {
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(folder));
  return Shelf(folder);
}

std::string Shelf::FileOf(const std::string& key) const {
  return folder_ + "/delivery-" + crypto::Sha256(key).hex().substr(0, 32) + ".json";
}

absl::StatusOr<std::optional<ShelfRow>> Shelf::Get(const std::string& key) const {
  const absl::StatusOr<std::string> text = RealFileSystem().Read(FileOf(key));
  if (absl::IsNotFound(text.status())) return std::nullopt;
  if (!text.ok()) return text.status();
  AMANA_ASSIGN_OR_RETURN(ShelfRow row, Parse(*text));
  return std::optional(std::move(row));
}

absl::Status Shelf::Put(const ShelfRow& row) {
  const json object = {
      {"key", row.key},         {"referral", row.referral},
      {"settled", row.settled}, {"fields", row.fields},
      {"written", row.written}, {"open", row.open},
      {"sms_due", row.sms_due}, {"reply_by", static_cast<uint64_t>(ToUnixMillis(row.reply_by))}};
  return RealFileSystem().WriteAtomically(FileOf(row.key), object.dump() + "\n", 0600);
}

absl::StatusOr<std::vector<ShelfRow>> Shelf::Pending() const {
  AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> names, RealFileSystem().List(folder_));
  std::vector<ShelfRow> rows;
  for (const std::string& name : names) {
    AMANA_ASSIGN_OR_RETURN(const std::string text, RealFileSystem().Read(folder_ + "/" + name));
    AMANA_ASSIGN_OR_RETURN(ShelfRow row, Parse(text));
    if (row.open || row.sms_due) rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace amana::shelter
