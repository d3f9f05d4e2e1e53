// The statement of an evidence bundle, in words: what was asked of which log, by whom and when,
// what was found, what that proves and what it does not. It follows from the evidence alone, so
// that whoever reads the file can write it again and compare. Its words belong to version 1 of the
// file: other words are another version. Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_BUNDLE_TEXT_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_BUNDLE_TEXT_H_

#include <string>

#include "absl/status/statusor.h"
#include "amana/v1/evidence.pb.h"
#include "proto/crypto/x509.h"

namespace amana::auditor {

// EVENT_INVALID, errors of reading the checkpoint and the question. Nothing is verified here.
absl::StatusOr<std::string> StatementOf(const v1::EvidenceBundle& bundle,
                                        const crypto::Certificate& signer);

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_BUNDLE_TEXT_H_
