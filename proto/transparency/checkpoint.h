// C2SP checkpoints (https://c2sp.org/tlog-checkpoint): a log's origin, size and root as a signed
// note. Immutable values; everything may be called from any thread.
#ifndef AMANA_PROTO_TRANSPARENCY_CHECKPOINT_H_
#define AMANA_PROTO_TRANSPARENCY_CHECKPOINT_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "proto/transparency/note.h"

namespace amana::transparency {

class Checkpoint {
 public:
  // CHECKPOINT_MALFORMED for an empty or multi-line origin or extension, text that no note can
  // carry, or size 0 with a root other than EmptyRoot().
  static absl::StatusOr<Checkpoint> Create(std::string_view origin, uint64_t size,
                                           const Digest& root,
                                           std::vector<std::string> extensions = {});
  // From a note's text. CHECKPOINT_MALFORMED for anything Text() would not write.
  static absl::StatusOr<Checkpoint> Parse(std::string_view text);

  const std::string& origin() const { return origin_; }
  uint64_t size() const { return size_; }
  const Digest& root() const { return root_; }
  const std::vector<std::string>& extensions() const { return extensions_; }

  std::string Text() const;  // what is signed

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;

 private:
  Checkpoint() = default;

  std::string origin_;
  uint64_t size_ = 0;
  Digest root_;
  std::vector<std::string> extensions_;
};

// The checkpoint as a note signed by the log. CHECKPOINT_ORIGIN_MISMATCH unless the signer's name
// is the origin. Whether it is consistent with all signed before is the caller's duty.
absl::StatusOr<std::string> SignCheckpoint(const Checkpoint& checkpoint, const NoteSigner& log);

struct OpenedCheckpoint {
  Checkpoint checkpoint;
  std::vector<VerifiedSignature> witnesses;  // those of the given ones that cosigned
};

// Believes a checkpoint: the log's own key must have signed it and be named as its origin; how many
// witnesses are enough is the caller's policy. Errors: NOTE_MALFORMED, NOTE_SIGNATURE_INVALID,
// NOTE_UNTRUSTED (no signature by `log`), CHECKPOINT_MALFORMED, CHECKPOINT_ORIGIN_MISMATCH.
absl::StatusOr<OpenedCheckpoint> OpenCheckpoint(std::string_view note, const NoteVerifier& log,
                                                std::span<const NoteVerifier> witnesses = {});

}  // namespace amana::transparency

#endif  // AMANA_PROTO_TRANSPARENCY_CHECKPOINT_H_
