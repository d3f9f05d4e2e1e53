// What a program of a live world has signed, by call and what became of it: "decision ACCEPTED",
// "decision OFFER_SUPERSEDED", "seen PENDING".
#ifndef AMANA_TESTS_SIM_LIVE_SAID_H_
#define AMANA_TESTS_SIM_LIVE_SAID_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/sdk/mailbox.h"
#include "tests/support/endpoint.h"

namespace amana::sim {

absl::StatusOr<std::map<std::string, uint64_t>> SaidIn(sdk::Mailbox& mailbox);

// Sends what is in the outbox until all of it is answered; kDeadlineExceeded with what is not.
absl::Status SendAll(tests::Endpoint& endpoint, absl::Time deadline);

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_LIVE_SAID_H_
