#include "proto/transparency/salted_event.h"

#include <cstring>
#include <utility>

#include "proto/crypto/sha256.h"
#include "proto/transparency/errors.h"
#include "proto/transparency/merkle.h"

namespace amana::transparency {
namespace {

constexpr std::string_view kSaltLabel = "amana-salt-v1";
constexpr size_t kSaltsInOne = Digest::kSize / FieldSalt::kSize;

using FieldSalts = std::array<FieldSalt, kEventFields>;
static_assert(kEventFields % kSaltsInOne == 0);

FieldSalts SaltsOf(const EventSeed& seed) {
  // The input is laid out once and only its last byte changes.
  std::array<char, kSaltLabel.size() + EventSeed::kSize + 1> input;
  kSaltLabel.copy(input.data(), kSaltLabel.size());
  seed.view().copy(input.data() + kSaltLabel.size(), EventSeed::kSize);
  FieldSalts salts;
  for (size_t i = 0; i < kEventFields; i += kSaltsInOne) {
    input.back() = static_cast<char>(i / kSaltsInOne);
    const Digest digest = crypto::Sha256(std::string_view(input.data(), input.size()));
    for (size_t j = 0; j < kSaltsInOne; ++j) {
      std::memcpy(salts[i + j].data(), digest.data() + j * FieldSalt::kSize, FieldSalt::kSize);
    }
  }
  return salts;
}

Digest HashField(const FieldSalt& salt, size_t number, std::string_view value) {
  // The fixed part in one piece: salts are of one length, so no value can imitate another number.
  std::array<char, 1 + FieldSalt::kSize + 1> prefix;
  prefix.front() = 0x00;
  salt.view().copy(prefix.data() + 1, FieldSalt::kSize);
  prefix.back() = static_cast<char>(number);
  return crypto::Sha256({std::string_view(prefix.data(), prefix.size()), value});
}

std::string LeafData(const std::array<Digest, kEventFields>& hashes) {
  std::array<char, 1 + kEventFields * Digest::kSize> input;
  input.front() = 0x01;
  for (size_t i = 0; i < kEventFields; ++i) {
    hashes[i].view().copy(input.data() + 1 + i * Digest::kSize, Digest::kSize);
  }
  std::string leaf(1, static_cast<char>(kLeafFormat));
  leaf += crypto::Sha256(std::string_view(input.data(), input.size())).view();
  return leaf;
}

absl::Status CheckCount(std::span<const std::string> fields) {
  if (fields.size() == kEventFields) return absl::OkStatus();
  return EventInvalid("an event has " + std::to_string(kEventFields) + " fields, got " +
                      std::to_string(fields.size()));
}

}  // namespace

absl::StatusOr<EventCommitment> Commit(std::span<const std::string> fields, const EventSeed& seed) {
  AMANA_RETURN_IF_ERROR(CheckCount(fields));
  const FieldSalts salts = SaltsOf(seed);
  EventCommitment commitment;
  for (size_t i = 0; i < kEventFields; ++i) {
    commitment.field_hashes[i] = HashField(salts[i], i, fields[i]);
  }
  commitment.leaf_data = LeafData(commitment.field_hashes);
  commitment.leaf_hash = HashLeaf(commitment.leaf_data);
  return commitment;
}

absl::StatusOr<Opening> Open(std::span<const std::string> fields, const EventSeed& seed,
                             const FieldSet& which) {
  AMANA_RETURN_IF_ERROR(CheckCount(fields));
  const FieldSalts salts = SaltsOf(seed);
  Opening opening;
  for (size_t i = 0; i < kEventFields; ++i) {
    if (which[i]) {
      opening.opened.push_back({static_cast<uint8_t>(i), salts[i], fields[i]});
    } else {
      opening.hidden.push_back(HashField(salts[i], i, fields[i]));
    }
  }
  return opening;
}

absl::StatusOr<std::string> VerifyOpening(const Opening& opening) {
  if (opening.opened.size() + opening.hidden.size() != kEventFields) {
    return OpeningInvalid("the opened and the hidden fields are not 24 together");
  }
  std::array<Digest, kEventFields> hashes;
  size_t opened = 0;
  size_t hidden = 0;
  for (size_t i = 0; i < kEventFields; ++i) {
    if (opened < opening.opened.size() && opening.opened[opened].number == i) {
      const OpenedField& field = opening.opened[opened++];
      hashes[i] = HashField(field.salt, i, field.value);
    } else if (hidden < opening.hidden.size()) {
      hashes[i] = opening.hidden[hidden++];
    } else {
      return OpeningInvalid("the opened fields are not numbered upwards from 0 to 23");
    }
  }
  return LeafData(hashes);
}

}  // namespace amana::transparency
