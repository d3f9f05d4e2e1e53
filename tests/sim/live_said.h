// What a program of a live world has signed, by call and what became of it: "decision ACCEPTED",
// "decision OFFER_SUPERSEDED", "seen PENDING".
#ifndef AMANA_TESTS_SIM_LIVE_SAID_H_
#define AMANA_TESTS_SIM_LIVE_SAID_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "agency-adapters/sdk/mailbox.h"

namespace amana::sim {

absl::StatusOr<std::map<std::string, uint64_t>> SaidIn(sdk::Mailbox& mailbox);

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_LIVE_SAID_H_
