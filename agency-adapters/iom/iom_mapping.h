// iom.mapping.toml as it was when this program was built: what the import of files goes by. The
// adapter reads the file itself, which an office may have changed.
#ifndef AMANA_AGENCY_ADAPTERS_IOM_IOM_MAPPING_H_
#define AMANA_AGENCY_ADAPTERS_IOM_IOM_MAPPING_H_

#include "absl/status/statusor.h"
#include "agency-adapters/mapping/mapping.h"

namespace amana::iom {

// Parsed anew with each call. Errors: Mapping::Parse's, which tests rule out. Thread-safe.
absl::StatusOr<mapping::Mapping> BuiltInMapping();

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_IOM_MAPPING_H_
