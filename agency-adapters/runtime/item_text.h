// A held item as the journal keeps it, and back: JSON, one form for one item. Pure.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_ITEM_TEXT_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_ITEM_TEXT_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/runtime/journal_items.h"

namespace amana::runtime {

std::string ToText(const HeldItem& item);
absl::StatusOr<HeldItem> HeldItemFromText(std::string_view text);  // STORE_CORRUPT

// KEY_INVALID, and ITEM_INVALID naming the part: a kind's parts are there and no others, as
// adapter.h says of each kind.
absl::Status CheckItem(const HeldItem& item);

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_ITEM_TEXT_H_
