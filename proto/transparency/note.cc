#include "proto/transparency/note.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "proto/transparency/errors.h"
#include "proto/transparency/text.h"

namespace amana::transparency {
namespace {

constexpr std::string_view kLineStart = "\xe2\x80\x94 ";  // em dash, space
constexpr size_t kKeyIdBytes = 4;

uint32_t ReadKeyId(std::string_view bytes) {
  uint32_t id = 0;
  for (size_t i = 0; i < kKeyIdBytes; ++i) id = id << 8 | static_cast<uint8_t>(bytes[i]);
  return id;
}

std::string KeyIdBytes(uint32_t id) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(id >> shift));
  return bytes;
}

bool IsWholeText(std::string_view text) { return text.ends_with('\n') && IsNoteText(text); }

}  // namespace

absl::StatusOr<NoteSignature> ParseSignatureLine(std::string_view line) {
  if (!line.starts_with(kLineStart))
    return NoteMalformed("a signature line starts with an em dash");
  line.remove_prefix(kLineStart.size());
  const size_t space = line.find(' ');
  if (space == std::string_view::npos || !IsKeyName(line.substr(0, space))) {
    return NoteMalformed("a signature line without a valid key name");
  }
  const std::optional<std::string> bytes = DecodeBase64(line.substr(space + 1));
  if (!bytes.has_value() || bytes->size() <= kKeyIdBytes) {
    return NoteMalformed("a signature line without base64 of a key id and a signature");
  }
  return NoteSignature{std::string(line.substr(0, space)), ReadKeyId(*bytes),
                       bytes->substr(kKeyIdBytes)};
}

absl::StatusOr<std::string> FormatSignatureLine(const NoteSignature& signature) {
  if (!IsKeyName(signature.key_name) || signature.signature.empty()) {
    return NoteMalformed("a signature without a valid key name or without bytes");
  }
  std::string line(kLineStart);
  line += signature.key_name;
  line += ' ';
  line += EncodeBase64(KeyIdBytes(signature.key_id) + signature.signature);
  return line;
}

absl::StatusOr<Note> ParseNote(std::string_view bytes) {
  if (bytes.size() > kMaxNoteBytes) return NoteMalformed("the note is too large");
  if (!IsWholeText(bytes)) return NoteMalformed("not UTF-8 text that ends with a newline");
  const size_t blank = bytes.rfind("\n\n");
  if (blank == std::string_view::npos) return NoteMalformed("no empty line before the signatures");
  Note note{std::string(bytes.substr(0, blank + 1)), {}};
  std::string_view lines = bytes.substr(blank + 2);
  if (lines.empty()) return NoteMalformed("no signature line");
  while (const std::optional<std::string_view> line = TakeLine(lines)) {
    if (note.signatures.size() == kMaxNoteSignatures) return NoteMalformed("too many signatures");
    AMANA_ASSIGN_OR_RETURN(NoteSignature signature, ParseSignatureLine(*line));
    note.signatures.push_back(std::move(signature));
  }
  return note;
}

absl::StatusOr<std::string> FormatNote(const Note& note) {
  if (!IsWholeText(note.text)) return NoteMalformed("not UTF-8 text that ends with a newline");
  if (note.signatures.empty() || note.signatures.size() > kMaxNoteSignatures) {
    return NoteMalformed("a note has 1 to 64 signatures");
  }
  std::string bytes = note.text;
  bytes += '\n';
  for (const NoteSignature& signature : note.signatures) {
    AMANA_ASSIGN_OR_RETURN(const std::string line, FormatSignatureLine(signature));
    bytes += line;
    bytes += '\n';
  }
  if (bytes.size() > kMaxNoteBytes) return NoteMalformed("the note is too large");
  return bytes;
}

absl::StatusOr<OpenedNote> OpenNote(std::string_view bytes, std::span<const NoteVerifier> known) {
  AMANA_ASSIGN_OR_RETURN(Note note, ParseNote(bytes));
  OpenedNote opened{std::move(note.text), {}};
  for (const NoteSignature& line : note.signatures) {
    const auto key = std::find_if(known.begin(), known.end(),
                                  [&line](const NoteVerifier& v) { return v.Names(line); });
    if (key == known.end()) continue;
    AMANA_ASSIGN_OR_RETURN(const uint64_t seconds, key->Verify(opened.text, line.signature));
    const bool repeated =
        std::any_of(opened.verified.begin(), opened.verified.end(), [&](const auto& verified) {
          return verified.key_id == line.key_id && verified.key_name == line.key_name;
        });
    if (!repeated) opened.verified.push_back({line.key_name, line.key_id, key->type(), seconds});
  }
  if (opened.verified.empty()) return NoteUntrusted("no signature line names a known key");
  return opened;
}

NoteSigner::NoteSigner(NoteVerifier verifier, crypto::Ed25519PrivateKey key)
    : verifier_(std::move(verifier)), key_(std::move(key)) {}

absl::StatusOr<NoteSigner> NoteSigner::Create(std::string_view name,
                                              crypto::Ed25519PrivateKey key) {
  AMANA_ASSIGN_OR_RETURN(NoteVerifier verifier,
                         NoteVerifier::Create(name, NoteKeyType::kEd25519, key.PublicKey()));
  return NoteSigner(std::move(verifier), std::move(key));
}

absl::StatusOr<NoteSignature> NoteSigner::Sign(std::string_view text) const {
  if (!IsWholeText(text)) return NoteMalformed("not UTF-8 text that ends with a newline");
  AMANA_ASSIGN_OR_RETURN(std::string signature, key_.Sign(text));
  return NoteSignature{verifier_.name(), verifier_.key_id(), std::move(signature)};
}

absl::StatusOr<std::string> NoteSigner::SignNote(std::string_view text) const {
  AMANA_ASSIGN_OR_RETURN(NoteSignature signature, Sign(text));
  return FormatNote({std::string(text), {std::move(signature)}});
}

}  // namespace amana::transparency
