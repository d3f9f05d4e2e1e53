#include "proto/transparency/tlog_proof.h"

#include <utility>

#include "proto/transparency/errors.h"
#include "proto/transparency/text.h"

namespace amana::transparency {
namespace {

constexpr std::string_view kHeader = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";
constexpr size_t kMaxPath = 64;
constexpr size_t kHashLineBytes = 45;

// The hash lines and the empty line after them.
absl::StatusOr<Hashes> ParsePath(std::string_view& rest) {
  Hashes path;
  while (true) {
    const std::optional<std::string_view> line = TakeLine(rest);
    if (!line) return ProofMalformed("no empty line after the inclusion path");
    if (line->empty()) return path;
    if (path.size() == kMaxPath) return ProofMalformed("the inclusion path is over 64 hashes");
    const std::optional<Digest> hash = DecodeBase64Digest(*line);
    if (!hash) return ProofMalformed("a path line is not the base64 of 32 bytes");
    path.push_back(*hash);
  }
}

}  // namespace

std::string FormatTlogProof(const TlogProof& proof) {
  std::string text;
  text.reserve(64 + proof.path.size() * kHashLineBytes + proof.checkpoint.size() +
               proof.extra.size() * 2);
  text += kHeader;
  text += '\n';
  if (!proof.extra.empty()) {
    text += kExtra;
    text += EncodeBase64(proof.extra);
    text += '\n';
  }
  text += kIndex;
  text += std::to_string(proof.index);
  text += '\n';
  for (const Digest& hash : proof.path) {
    text += EncodeBase64(hash.view());
    text += '\n';
  }
  text += '\n';
  text += proof.checkpoint;
  return text;
}

absl::StatusOr<TlogProof> ParseTlogProof(std::string_view text) {
  if (text.size() > kMaxTlogProofBytes) return ProofMalformed("the proof is too large");
  if (TakeLine(text) != kHeader) return ProofMalformed("not a tlog-proof, version 1");
  TlogProof proof;
  std::optional<std::string_view> line = TakeLine(text);
  if (line && line->starts_with(kExtra)) {
    std::optional<std::string> extra = DecodeBase64(line->substr(kExtra.size()));
    if (!extra || extra->empty())
      return ProofMalformed("the extra line is not base64 of some bytes");
    proof.extra = *std::move(extra);
    line = TakeLine(text);
  }
  if (!line || !line->starts_with(kIndex)) return ProofMalformed("no index line");
  const std::optional<uint64_t> index = ParseDecimal(line->substr(kIndex.size()));
  if (!index) return ProofMalformed("the index is not a canonical decimal");
  proof.index = *index;
  AMANA_ASSIGN_OR_RETURN(proof.path, ParsePath(text));
  if (text.empty()) return ProofMalformed("no checkpoint");
  proof.checkpoint = std::string(text);
  return proof;
}

absl::StatusOr<OpenedCheckpoint> VerifyTlogProof(const TlogProof& proof, const Digest& leaf_hash,
                                                 const NoteVerifier& log,
                                                 std::span<const NoteVerifier> witnesses) {
  AMANA_ASSIGN_OR_RETURN(OpenedCheckpoint opened, OpenCheckpoint(proof.checkpoint, log, witnesses));
  const Checkpoint& tree = opened.checkpoint;
  AMANA_RETURN_IF_ERROR(
      VerifyInclusion(proof.index, tree.size(), leaf_hash, proof.path, tree.root()));
  return opened;
}

}  // namespace amana::transparency
