// The error catalogue of the envelope room. Reasons are stable; `field` is the dotted path of what
// caused it ("services[2].recipient.unit"). What is malformed or does not fit together is
// kInvalidArgument; what time or state forbids is kFailedPrecondition; neither is retryable as is.
// Signatures that do not verify are crypto's SIGNATURE_INVALID, ids and lengths are base's
// ID_INVALID and LENGTH_INVALID. Messages name fields, numbers and codes, never content.
#ifndef AMANA_PROTO_ENVELOPE_ERRORS_H_
#define AMANA_PROTO_ENVELOPE_ERRORS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace amana::envelope {

// Statements.
absl::Status PayloadTypeUnexpected(std::string_view expected);           // PAYLOAD_TYPE_UNEXPECTED
absl::Status SuiteUnsupported(uint32_t suite);                           // SUITE_UNSUPPORTED
absl::Status MetaInvalid(std::string_view field, std::string_view why);  // META_INVALID
absl::Status CreatedInFuture();  // CREATED_IN_FUTURE, kFailedPrecondition
absl::Status StatementTooOld();  // STATEMENT_TOO_OLD, kFailedPrecondition

// Referral headers.
absl::Status HeaderFieldInvalid(std::string_view field,
                                std::string_view why);  // HEADER_FIELD_INVALID
absl::Status HeaderExpired();                           // HEADER_EXPIRED, kFailedPrecondition

// Sections. `slot` is named as "section_slots[<slot>]".
std::string SlotField(uint32_t slot);
absl::Status SectionFieldInvalid(std::string_view field,
                                 std::string_view why);             // SECTION_FIELD_INVALID
absl::Status ContentTooLarge(size_t size, size_t limit);            // CONTENT_TOO_LARGE
absl::Status SectionMismatch(uint32_t slot, std::string_view why);  // SECTION_MISMATCH
absl::Status SectionOpenFailed(uint32_t slot);                      // SECTION_OPEN_FAILED

// Grants and wraps.
absl::Status GrantFieldInvalid(std::string_view field,
                               std::string_view why);                      // GRANT_FIELD_INVALID
absl::Status GrantMismatch(std::string_view field, std::string_view why);  // GRANT_MISMATCH
absl::Status CompanionUnknown();                                           // COMPANION_UNKNOWN
absl::Status WrapMismatch(uint32_t slot, std::string_view why);            // WRAP_MISMATCH
absl::Status WrapMissing(uint32_t slot);                                   // WRAP_MISSING
absl::Status WrapOpenFailed(uint32_t slot);                                // WRAP_OPEN_FAILED

// Updates.
absl::Status UpdateFieldInvalid(std::string_view field,
                                std::string_view why);  // UPDATE_FIELD_INVALID

// Candidate orders.
absl::Status OrderInvalid(std::string_view field, std::string_view why);  // ORDER_INVALID

// Sealed notes. Fields are those of a request: "note.ciphertext", "note_sha256".
absl::Status NoteFieldInvalid(std::string_view field, std::string_view why);  // NOTE_FIELD_INVALID
absl::Status NoteMismatch(std::string_view field, std::string_view why);      // NOTE_MISMATCH
absl::Status NoteOpenFailed();                                                // NOTE_OPEN_FAILED

// The opening of a case.
absl::Status CaseFieldInvalid(std::string_view field, std::string_view why);  // CASE_FIELD_INVALID

// Entries of the directory, reports and rosters.
absl::Status DirectoryFieldInvalid(std::string_view field,
                                   std::string_view why);  // DIRECTORY_FIELD_INVALID

// Handovers and custody.
absl::Status HandoverFieldInvalid(std::string_view field,
                                  std::string_view why);  // HANDOVER_FIELD_INVALID

// Recovery of a log.
absl::Status RecoveryInvalid(std::string_view field, std::string_view why);  // RECOVERY_INVALID
absl::Status RecoveryUnsigned(size_t signers);  // RECOVERY_UNSIGNED, kFailedPrecondition

// Submissions and deliveries.
absl::Status SubmissionTooLarge(size_t size, size_t limit);  // SUBMISSION_TOO_LARGE
absl::Status TooManyGrants(size_t limit);                    // TOO_MANY_GRANTS
absl::Status UnknownField(std::string_view field);           // UNKNOWN_FIELD
absl::Status CertificateMismatch(std::string_view field,
                                 std::string_view why);  // CERTIFICATE_MISMATCH
absl::Status SealingKeyMissing();                        // SEALING_KEY_MISSING, kFailedPrecondition

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_ERRORS_H_
