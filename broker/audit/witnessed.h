// Who cosigns the log's checkpoints, and what they have cosigned. Plain values.
#ifndef AMANA_BROKER_AUDIT_WITNESSED_H_
#define AMANA_BROKER_AUDIT_WITNESSED_H_

#include <cstdint>
#include <string>

#include "proto/transparency/note_verifier.h"

namespace amana::audit {

struct WitnessPeer {
  transparency::NoteVerifier key;  // of type cosignature/v1
  std::string url;                 // the submission prefix, without a slash at its end
};

// A checkpoint with the log's signature and those of the witnesses that have cosigned it.
struct WitnessedCheckpoint {
  uint64_t size = 0;
  std::string note;
  int cosignatures = 0;
};

}  // namespace amana::audit

#endif  // AMANA_BROKER_AUDIT_WITNESSED_H_
