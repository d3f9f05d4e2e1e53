// Sealed notes on the agency's machine: who signed the statement beside a note is judged before a
// word of it is believed. Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_NOTE_READER_H_
#define AMANA_AGENCY_ADAPTERS_SDK_NOTE_READER_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/sdk/identity.h"
#include "amana/v1/note.pb.h"
#include "base/ids.h"
#include "proto/crypto/x509.h"

namespace amana::sdk {

// The certificate (DER) that `envelope` names and is signed with: of a person of `agency`, from a
// CA pinned for it, good at `signed_at`. CERTIFICATE_UNPINNED, CERTIFICATE_MISMATCH and
// SIGNATURE_INVALID naming "certificate" or the envelope's own fields.
absl::StatusOr<crypto::Certificate> CheckPersonsStatement(const v1::SignedEnvelope& envelope,
                                                          const v1::StatementMeta& meta,
                                                          std::string_view certificate,
                                                          const AgencyId& agency,
                                                          const Identity& identity);

// Which statement a note must be beside.
struct NotePlace {
  StatementKey referral;
  uint32_t task = 0;
  Digest statement;         // SHA-256 of the payload
  std::string note_sha256;  // as the statement names it
  CertId signer;            // of the statement, which was checked
};

// The content, with this agency's sealing keys. STATEMENT_INVALID when it came beside another
// statement; errors of envelope::OpenNote.
absl::StatusOr<std::string> OpenNotedStatement(const v1::NotedStatement& noted,
                                               const NotePlace& place, const Identity& identity);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_NOTE_READER_H_
