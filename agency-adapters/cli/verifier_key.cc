#include "agency-adapters/cli/verifier_key.h"

#include "base/durable_file.h"
#include "base/status.h"

namespace amana::cli {

absl::StatusOr<transparency::NoteVerifier> ReadVerifierKey(const std::string& text) {
  absl::StatusOr<transparency::NoteVerifier> key = transparency::NoteVerifier::Parse(text);
  if (key.ok()) return key;
  AMANA_ASSIGN_OR_RETURN(std::string file, RealFileSystem().Read(text));
  while (file.ends_with('\n') || file.ends_with('\r')) file.pop_back();
  return transparency::NoteVerifier::Parse(file);
}

}  // namespace amana::cli
