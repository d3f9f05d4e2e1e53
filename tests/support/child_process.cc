#include "tests/support/child_process.h"

#include <stdlib.h>

namespace amana::tests {

std::string ProgramPath(const std::string& name) {
  const char* folder = getenv("AMANA_BIN");
  return std::string(folder != nullptr && *folder != '\0' ? folder : AMANA_BIN_DIR) + "/" + name;
}

}  // namespace amana::tests
