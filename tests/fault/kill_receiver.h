// A receiving program of its own, to be killed: `fault_kill --receiver <agency.toml> [--die
// MOMENT]`.
#ifndef AMANA_TESTS_FAULT_KILL_RECEIVER_H_
#define AMANA_TESTS_FAULT_KILL_RECEIVER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "agency-adapters/sdk/client.h"

namespace amana::tests {

// When the program kills itself: at the `call`th acknowledgement, after the inbox has committed;
// before it is sent, or after the broker has answered and before the answer is kept. 0: never.
struct DieAt {
  int call = 0;
  bool after_answer = false;
};

// Receives, acknowledges and accepts every third offer, until SIGTERM.
absl::Status RunReceiver(const std::string& agency_toml, const DieAt& die);

}  // namespace amana::tests

#endif  // AMANA_TESTS_FAULT_KILL_RECEIVER_H_
