// Items of the inbox as rows, for the .cc files of the inbox only. Each is inside a transaction of
// the caller's.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_INBOX_ROWS_H_
#define AMANA_AGENCY_ADAPTERS_SDK_INBOX_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/sdk/inbox.h"
#include "agency-adapters/sdk/outbox.h"
#include "base/sqlite.h"

namespace amana::sdk {

// An item's columns, `more` columns (from kNextItemColumn on), of the items that `where` says.
std::string SelectItems(std::string_view more, std::string_view where);
inline constexpr int kNextItemColumn = 20;
absl::StatusOr<InboxItem> ReadItem(const sqlite::Statement& row);

absl::StatusOr<std::optional<InboxItem>> FindItem(sqlite::Database& db, const DeliveryKey& key);
absl::StatusOr<InboxItem> GetItem(sqlite::Database& db, int64_t id);  // ENTRY_UNKNOWN
absl::StatusOr<int64_t> InsertItem(sqlite::Database& db, const InboxItem& item,
                                   std::optional<sqlite::Blob> delivery);
absl::Status SetItemState(sqlite::Database& db, int64_t item, InboxState state);

// The entry that answers `item`; none when there is none, or the broker refused it: then it may be
// signed anew.
absl::StatusOr<std::optional<int64_t>> StandingAnswer(sqlite::Database& db, int64_t item,
                                                      EntryKind kind);
absl::StatusOr<int64_t> AddAnswer(sqlite::Database& db, int64_t item, const NewEntry& entry);

// What every answer names.
template <class Message>
void NameItem(const InboxItem& item, Message& message) {
  *message.mutable_delivery() = ToWire(item.key);
  *message.mutable_recipient() = ToWire(item.recipient);
  message.set_header_digest(item.header_digest.bytes());
}

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_INBOX_ROWS_H_
