#include "agency-adapters/iom/iom_adapter.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "agency-adapters/iom/htcds_csv.h"
#include "agency-adapters/iom/htcds_record.h"
#include "agency-adapters/iom/htcds_xform.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"

namespace amana::iom {
namespace {

using runtime::ItemKind;
using runtime::NativeItem;

constexpr std::string_view kKeyColumn = "ref_Key";

absl::Status FormatInvalid(std::string_view field, std::string_view why) {
  return MakeError(absl::StatusCode::kInvalidArgument, "NATIVE_FORMAT_INVALID", field, why);
}

// Of all that the row says, each name and text with its length.
std::string KeyOf(const mapping::Record& record) {
  std::string said;
  const auto add = [&said](std::string_view text) {
    said.append(std::to_string(text.size())).append(":").append(text);
  };
  for (const auto& [name, values] : record.fields) {
    add(name);
    add(std::to_string(values.size()));
    for (const std::string& value : values) add(value);
  }
  return "row-" + absl::BytesToHexString(crypto::Sha256(said).bytes()).substr(0, 32);
}

NativeItem ItemOf(const HtcdsRow& row) {
  NativeItem item;
  item.kind = ItemKind::kCase;
  item.record = RecordOf(row);
  const auto named = item.record.fields.find(kKeyColumn);
  if (named != item.record.fields.end()) {
    item.key = CellOf(named->second, ' ');
    item.record.fields.erase(named);
  } else {
    item.key = row.key.empty() ? KeyOf(item.record) : row.key;
  }
  return item;
}

}  // namespace

absl::StatusOr<std::vector<NativeItem>> IomAdapter::Poll(size_t limit) {
  AMANA_ASSIGN_OR_RETURN(std::vector<NativeItem> items, tables_->Ready(limit));
  for (NativeItem& item : items) TidyRecord(item.record);
  return items;
}

absl::Status IomAdapter::Settle(const std::string& key, const runtime::Settlement& settlement) {
  return tables_->Settle(key, settlement);
}

absl::StatusOr<std::string> IomAdapter::Deliver(const runtime::NativeDelivery& delivery) {
  return tables_->Deliver(delivery);
}

absl::StatusOr<std::optional<std::string>> IomAdapter::Find(const std::string& delivery_key) {
  return tables_->Find(delivery_key);
}

runtime::Health IomAdapter::Check() {
  const absl::Status answered = tables_->Ping();
  return {.ok = answered.ok(), .what = "postgresql", .reason = ErrorReason(answered)};
}

absl::StatusOr<std::vector<NativeItem>> IomAdapter::Decode(std::string_view bytes) const {
  const absl::StatusOr<HtcdsRows> read =
      LooksLikeXml(bytes) ? ReadHtcdsXForm(bytes) : ReadHtcdsCsv(bytes);
  if (!read.ok()) return FormatInvalid(ErrorField(read.status()), ErrorReason(read.status()));
  if (!read->report.refusals.empty()) {
    const RowRefusal& first = read->report.refusals.front();
    return FormatInvalid(
        first.field, "row " + std::to_string(first.row) + ": " + first.reason + ": " + first.hint);
  }
  std::vector<NativeItem> items;
  for (const HtcdsRow& row : read->rows) items.push_back(ItemOf(row));
  return items;
}

runtime::AdapterOpener MakeIomAdapter(const ConfigTable& native) {
  const std::string connection = native.String("connection");
  const absl::Status valid = PgSession::Create(connection).status();
  if (!valid.ok()) native.Refuse("connection", std::string(valid.message()));
  return [connection](
             const runtime::AdapterContext&) -> absl::StatusOr<std::unique_ptr<runtime::Adapter>> {
    AMANA_ASSIGN_OR_RETURN(auto session, PgSession::Create(connection));
    return std::make_unique<IomAdapter>(std::make_unique<CaseTables>(std::move(session)));
  };
}

}  // namespace amana::iom
