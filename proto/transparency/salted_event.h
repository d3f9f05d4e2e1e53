// A log leaf is a commitment to an event: kEventFields numbered byte strings under one random seed.
// Any subset of the fields can be opened and proven, and nothing can be learnt of the others: each
// is hashed under a salt of its own. The leaf stays valid after the seed and the values are erased.
//
//   salts     = SHA-256("amana-salt-v1" || seed || uint8 j) for j = 0..11, concatenated
//   salt_i    = 16 bytes of salts, from 16 * i on
//   hash_i    = SHA-256(0x00 || salt_i || uint8 i || value_i)
//   root      = SHA-256(0x01 || hash_0 || ... || hash_23)
//   leaf data = 0x01 (format) || root                            33 bytes
//   leaf hash = SHA-256(0x00 || leaf data)                       RFC 6962
//
// Who holds a salt can open its field and test guesses of its value, and so can who holds the seed
// for all fields: both are as confidential as the values. Pure; any thread. About 7 us per event.
#ifndef AMANA_PROTO_TRANSPARENCY_SALTED_EVENT_H_
#define AMANA_PROTO_TRANSPARENCY_SALTED_EVENT_H_

#include <array>
#include <bitset>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/ids.h"

namespace amana::transparency {

inline constexpr size_t kEventFields = 24;
inline constexpr size_t kLeafDataBytes = 33;
inline constexpr uint8_t kLeafFormat = 0x01;

struct EventSeedTag {
  static constexpr std::string_view kName = "event_seed";
};
using EventSeed = FixedBytes<EventSeedTag, 32>;  // random, one per event, never used twice

struct FieldSaltTag {
  static constexpr std::string_view kName = "salt";
};
using FieldSalt = FixedBytes<FieldSaltTag, 16>;

using FieldSet = std::bitset<kEventFields>;

struct EventCommitment {
  std::array<Digest, kEventFields> field_hashes;
  std::string leaf_data;  // what the entry bundle holds
  Digest leaf_hash;       // what the tree holds
};

// EVENT_INVALID unless there are kEventFields fields.
absl::StatusOr<EventCommitment> Commit(std::span<const std::string> fields, const EventSeed& seed);

struct OpenedField {
  uint8_t number = 0;
  FieldSalt salt;
  std::string value;
};

// Some fields in the clear, of the rest the hashes; both in the order of their numbers.
struct Opening {
  std::vector<OpenedField> opened;
  std::vector<Digest> hidden;
};

// Opens the fields in `which`. EVENT_INVALID unless there are kEventFields fields.
absl::StatusOr<Opening> Open(std::span<const std::string> fields, const EventSeed& seed,
                             const FieldSet& which);

// The leaf data that the opening is of; the caller compares HashLeaf of it with the log (a
// tlog-proof, an entry bundle). OPENING_INVALID when the fields are not numbered upwards or not 24
// with the hidden. An opening with another value, salt or hash gives other leaf data.
absl::StatusOr<std::string> VerifyOpening(const Opening& opening);

}  // namespace amana::transparency

#endif  // AMANA_PROTO_TRANSPARENCY_SALTED_EVENT_H_
