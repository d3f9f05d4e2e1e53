// Page tokens of listings: the key of the last item, so that a token tells its holder nothing it
// has not read already. Pure.
#ifndef AMANA_BROKER_STORE_EMBEDDED_PAGE_TOKEN_H_
#define AMANA_BROKER_STORE_EMBEDDED_PAGE_TOKEN_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "broker/store/records.h"

namespace amana::store::embedded {

// Between 1 and 1000.
size_t PageSize(const Page& page);

std::string TokenOf(const StatementKey& key);
std::string TokenOf(const DeliveryKey& key);
// PAGE_TOKEN_INVALID for what TokenOf does not write.
absl::StatusOr<StatementKey> ParseReferralToken(std::string_view token);
absl::StatusOr<DeliveryKey> ParseDeliveryToken(std::string_view token);

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_PAGE_TOKEN_H_
