// A version of an agency's entry in the directory, judged with no word from the broker. Pure;
// thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_ENTRY_CHECK_H_
#define AMANA_AGENCY_ADAPTERS_SDK_ENTRY_CHECK_H_

#include "absl/status/statusor.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/verifier.h"
#include "amana/v1/directory_service.pb.h"
#include "proto/envelope/directory_entry.h"

namespace amana::sdk {

struct CheckedEntry {
  envelope::EntryStatement entry;
  VerifiedReceipt receipt;  // of its DIRECTORY_CHANGED event
  crypto::SpiffeId keeper;  // who signed it
  crypto::SpiffeId coordinator;
};

// That an agency and a pinned coordinating agency said it, and that the log says so to everybody:
//  - the entry is signed by a person of its agency and approved by a coordinator of an agency of
//    `coordinating_agencies`, by two persons with two keys, whose certificates chain to the pinned
//    CAs of their agencies and were valid when the log recorded it;
//  - the event rebuilt from the opening is in a tree that the pinned log key signed, and is of this
//    entry, this version and this approval.
// ENTRY_UNTRUSTED naming "entry" or "approval", SIGNATURE_INVALID, RECEIPT_MISMATCH naming the
// field; errors of EntryStatement::Create, ParseApproval and VerifyReceipt.
absl::StatusOr<CheckedEntry> CheckEntry(const v1::DirectoryVersion& version,
                                        const Identity& identity);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_ENTRY_CHECK_H_
