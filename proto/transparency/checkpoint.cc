#include "proto/transparency/checkpoint.h"

#include <utility>

#include "proto/transparency/errors.h"
#include "proto/transparency/merkle.h"
#include "proto/transparency/text.h"

namespace amana::transparency {
namespace {

absl::Status CheckLine(std::string_view line, std::string_view field) {
  if (line.empty() || line.find('\n') != std::string_view::npos || !IsNoteText(line)) {
    return CheckpointMalformed(field, "must be one line of text that is not empty");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Checkpoint> Checkpoint::Create(std::string_view origin, uint64_t size,
                                              const Digest& root,
                                              std::vector<std::string> extensions) {
  AMANA_RETURN_IF_ERROR(CheckLine(origin, "checkpoint.origin"));
  for (const std::string& line : extensions) {
    AMANA_RETURN_IF_ERROR(CheckLine(line, "checkpoint.extensions"));
  }
  if (size == 0 && root != EmptyRoot()) {
    return CheckpointMalformed("checkpoint.root", "an empty tree has one root");
  }
  Checkpoint checkpoint;
  checkpoint.origin_ = std::string(origin);
  checkpoint.size_ = size;
  checkpoint.root_ = root;
  checkpoint.extensions_ = std::move(extensions);
  return checkpoint;
}

absl::StatusOr<Checkpoint> Checkpoint::Parse(std::string_view text) {
  const std::optional<std::string_view> origin = TakeLine(text);
  const std::optional<std::string_view> size_line = TakeLine(text);
  const std::optional<std::string_view> root_line = TakeLine(text);
  if (!origin || !size_line || !root_line) {
    return CheckpointMalformed("checkpoint", "fewer than three lines");
  }
  const std::optional<uint64_t> size = ParseDecimal(*size_line);
  if (!size) return CheckpointMalformed("checkpoint.size", "not a canonical decimal");
  const std::optional<Digest> root = DecodeBase64Digest(*root_line);
  if (!root) return CheckpointMalformed("checkpoint.root", "not the base64 of 32 bytes");
  std::vector<std::string> extensions;
  while (const std::optional<std::string_view> line = TakeLine(text)) {
    extensions.emplace_back(*line);
  }
  if (!text.empty()) return CheckpointMalformed("checkpoint", "no newline at the end");
  return Create(*origin, *size, *root, std::move(extensions));
}

std::string Checkpoint::Text() const {
  std::string text =
      origin_ + "\n" + std::to_string(size_) + "\n" + EncodeBase64(root_.view()) + "\n";
  for (const std::string& line : extensions_) {
    text += line;
    text += '\n';
  }
  return text;
}

absl::StatusOr<std::string> SignCheckpoint(const Checkpoint& checkpoint, const NoteSigner& log) {
  if (log.verifier().name() != checkpoint.origin()) return CheckpointOriginMismatch();
  return log.SignNote(checkpoint.Text());
}

absl::StatusOr<OpenedCheckpoint> OpenCheckpoint(std::string_view note, const NoteVerifier& log,
                                                std::span<const NoteVerifier> witnesses) {
  std::vector<NoteVerifier> known{log};
  known.insert(known.end(), witnesses.begin(), witnesses.end());
  AMANA_ASSIGN_OR_RETURN(OpenedNote opened, OpenNote(note, known));
  const size_t by_log = std::erase_if(opened.verified, [&log](const VerifiedSignature& verified) {
    return verified.key_id == log.key_id() && verified.key_name == log.name();
  });
  if (by_log == 0) return NoteUntrusted("the log itself did not sign the checkpoint");
  AMANA_ASSIGN_OR_RETURN(Checkpoint checkpoint, Checkpoint::Parse(opened.text));
  if (checkpoint.origin() != log.name()) return CheckpointOriginMismatch();
  return OpenedCheckpoint{std::move(checkpoint), std::move(opened.verified)};
}

}  // namespace amana::transparency
