// What a unit says itself, many times a day: how much room it has, who is on duty
// (directory.proto). Forms only; verifies no signature. Pure; thread-safe.
#ifndef AMANA_PROTO_ENVELOPE_UNIT_WORDS_H_
#define AMANA_PROTO_ENVELOPE_UNIT_WORDS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "amana/v1/directory.pb.h"

namespace amana::envelope {

inline constexpr int kMaxShifts = 200;
inline constexpr absl::Duration kMaxShift = absl::Hours(7 * 24);
inline constexpr absl::Duration kMaxRoster = absl::Hours(100 * 24);
inline constexpr uint32_t kMaxPlaces = 100'000;

// Errors of ParseStatement; ID_INVALID naming the field; DIRECTORY_FIELD_INVALID naming it for
// whatever else the comments of directory.proto ask.
absl::StatusOr<v1::CapacityReport> ParseCapacityReport(const v1::SignedEnvelope& envelope);
absl::StatusOr<v1::DutyRoster> ParseDutyRoster(const v1::SignedEnvelope& envelope);

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_UNIT_WORDS_H_
