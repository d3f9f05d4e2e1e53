// Reading the directory: GetDirectoryEntry, ListDirectory, GetDuty. Any agency may; nothing here
// says where a place is, below its county.
#ifndef AMANA_BROKER_OPERATIONS_GET_DIRECTORY_H_
#define AMANA_BROKER_OPERATIONS_GET_DIRECTORY_H_

#include "amana/v1/directory_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// ID_INVALID; NOT_FOUND when there is no such agency or version.
absl::StatusOr<v1::GetDirectoryEntryResponse> GetDirectoryEntry(
    const Context& context, const v1::GetDirectoryEntryRequest& request);
// FIELD_INVALID, ID_INVALID (the token), COUNTY_INVALID.
absl::StatusOr<v1::ListDirectoryResponse> ListDirectory(const Context& context,
                                                        const v1::ListDirectoryRequest& request);
// ID_INVALID; NOT_FOUND when the unit is in no entry.
absl::StatusOr<v1::GetDutyResponse> GetDuty(const Context& context,
                                            const v1::GetDutyRequest& request);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_GET_DIRECTORY_H_
