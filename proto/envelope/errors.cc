#include "proto/envelope/errors.h"

#include <string>

#include "base/status.h"

namespace amana::envelope {
namespace {

absl::Status Malformed(std::string_view reason, std::string_view field, std::string_view why) {
  std::string message(field);
  if (!field.empty()) message += ": ";
  message += why;
  return MakeError(absl::StatusCode::kInvalidArgument, reason, field, message);
}

absl::Status Precondition(std::string_view reason, std::string_view field, std::string_view why) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, field, why);
}

}  // namespace

absl::Status PayloadTypeUnexpected(std::string_view expected) {
  return Malformed("PAYLOAD_TYPE_UNEXPECTED", "payload_type", "must be " + std::string(expected));
}
absl::Status SuiteUnsupported(uint32_t suite) {
  return Malformed("SUITE_UNSUPPORTED", "meta.suite",
                   "suite " + std::to_string(suite) + " is not supported");
}
absl::Status MetaInvalid(std::string_view field, std::string_view why) {
  return Malformed("META_INVALID", field, why);
}
absl::Status CreatedInFuture() {
  return Precondition("CREATED_IN_FUTURE", "meta.created_unix_ms",
                      "created later than now: check the sender's clock");
}
absl::Status StatementTooOld() {
  return Precondition("STATEMENT_TOO_OLD", "meta.created_unix_ms", "created too long ago");
}

absl::Status HeaderFieldInvalid(std::string_view field, std::string_view why) {
  return Malformed("HEADER_FIELD_INVALID", field, why);
}
absl::Status DirectoryFieldInvalid(std::string_view field, std::string_view why) {
  return Malformed("DIRECTORY_FIELD_INVALID", field, why);
}
absl::Status CaseFieldInvalid(std::string_view field, std::string_view why) {
  return Malformed("CASE_FIELD_INVALID", field, why);
}
absl::Status HeaderExpired() {
  return Precondition("HEADER_EXPIRED", "expires_unix_ms", "the referral has expired");
}

std::string SlotField(uint32_t slot) { return "section_slots[" + std::to_string(slot) + "]"; }
absl::Status SectionFieldInvalid(std::string_view field, std::string_view why) {
  return Malformed("SECTION_FIELD_INVALID", field, why);
}
absl::Status ContentTooLarge(size_t size, size_t limit) {
  return Malformed("CONTENT_TOO_LARGE", "content",
                   std::to_string(size) + " bytes, at most " + std::to_string(limit));
}
absl::Status SectionMismatch(uint32_t slot, std::string_view why) {
  return Malformed("SECTION_MISMATCH", SlotField(slot), why);
}
absl::Status SectionOpenFailed(uint32_t slot) {
  return Malformed("SECTION_OPEN_FAILED", SlotField(slot), "does not open with its key");
}

absl::Status GrantFieldInvalid(std::string_view field, std::string_view why) {
  return Malformed("GRANT_FIELD_INVALID", field, why);
}
absl::Status GrantMismatch(std::string_view field, std::string_view why) {
  return Malformed("GRANT_MISMATCH", field, why);
}
absl::Status CompanionUnknown() {
  return Malformed("COMPANION_UNKNOWN", "companion_slots",
                   "an unsigned grant that the header does not name");
}
absl::Status WrapMismatch(uint32_t slot, std::string_view why) {
  return Malformed("WRAP_MISMATCH", "wrap_slots[" + std::to_string(slot) + "]", why);
}
absl::Status WrapMissing(uint32_t slot) {
  return Malformed("WRAP_MISSING", "wrap_slots[" + std::to_string(slot) + "]",
                   "a section came without its wrap");
}
absl::Status WrapOpenFailed(uint32_t slot) {
  return Malformed("WRAP_OPEN_FAILED", "wrap_slots[" + std::to_string(slot) + "]",
                   "does not open with the sealing key");
}

absl::Status UpdateFieldInvalid(std::string_view field, std::string_view why) {
  return Malformed("UPDATE_FIELD_INVALID", field, why);
}

absl::Status OrderInvalid(std::string_view field, std::string_view why) {
  return Malformed("ORDER_INVALID", field, why);
}

absl::Status NoteFieldInvalid(std::string_view field, std::string_view why) {
  return Malformed("NOTE_FIELD_INVALID", field, why);
}
absl::Status NoteMismatch(std::string_view field, std::string_view why) {
  return Malformed("NOTE_MISMATCH", field, why);
}
absl::Status NoteOpenFailed() {
  return Malformed("NOTE_OPEN_FAILED", "note", "does not open with the sealing key");
}

absl::Status HandoverFieldInvalid(std::string_view field, std::string_view why) {
  return Malformed("HANDOVER_FIELD_INVALID", field, why);
}

absl::Status RecoveryInvalid(std::string_view field, std::string_view why) {
  return Malformed("RECOVERY_INVALID", field, why);
}
absl::Status RecoveryUnsigned(size_t signers) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "RECOVERY_UNSIGNED", "signatures",
                   "signatures: " + std::to_string(signers) +
                       " operators have signed, two must (amana admin sign-recovery)");
}

absl::Status SubmissionTooLarge(size_t size, size_t limit) {
  return Malformed("SUBMISSION_TOO_LARGE", "submission",
                   std::to_string(size) + " bytes, at most " + std::to_string(limit));
}
absl::Status TooManyGrants(size_t limit) {
  return Malformed("TOO_MANY_GRANTS", "grants", "at most " + std::to_string(limit));
}
absl::Status UnknownField(std::string_view field) {
  return Malformed("UNKNOWN_FIELD", field, "has a field that is not in its message");
}
absl::Status CertificateMismatch(std::string_view field, std::string_view why) {
  return Malformed("CERTIFICATE_MISMATCH", field, why);
}
absl::Status SealingKeyMissing() {
  return Precondition("SEALING_KEY_MISSING", "recipient_cert_id",
                      "no sealing key here has this certificate");
}

}  // namespace amana::envelope
