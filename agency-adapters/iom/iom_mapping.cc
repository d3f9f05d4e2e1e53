#include "agency-adapters/iom/iom_mapping.h"

#include "agency-adapters/iom/iom_mapping_text.h"

namespace amana::iom {

absl::StatusOr<mapping::Mapping> BuiltInMapping() {
  return mapping::Mapping::Parse(kIomMappingText, "iom.mapping.toml");
}

}  // namespace amana::iom
