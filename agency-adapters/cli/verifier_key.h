// A log's or witness's verifier key as an option gives it. Thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_VERIFIER_KEY_H_
#define AMANA_AGENCY_ADAPTERS_CLI_VERIFIER_KEY_H_

#include <string>

#include "absl/status/statusor.h"
#include "proto/transparency/note_verifier.h"

namespace amana::cli {

// `text` is a verifier key (C2SP signed-note: name+hash+key) or a file that holds one. Errors: of
// reading the file, VERIFIER_KEY_INVALID.
absl::StatusOr<transparency::NoteVerifier> ReadVerifierKey(const std::string& text);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_VERIFIER_KEY_H_
