// Each adapter killed again and again while cases and answers flow both ways to and from every
// native side; in the end each has had its effects once.
#ifndef AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_KILLS_H_
#define AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_KILLS_H_

#include <cstdint>

namespace amana::five {

struct KillOptions {
  int kills = 2;  // of each adapter
  uint64_t seed = 0;
  bool json = false;
  bool keep = false;  // the folder, where it fails
};

// Prints the figures; 0 when nothing was lost, nothing doubled and the log verifies.
int RunKills(const KillOptions& options);

}  // namespace amana::five

#endif  // AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_KILLS_H_
