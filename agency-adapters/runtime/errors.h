// The error catalogue of the runtime. Messages name fields, codes and files, never a content and
// never a native key.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_ERRORS_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_ERRORS_H_

#include <string_view>

#include "absl/status/status.h"

namespace amana::runtime {

// KEY_INVALID: a native key, or `about`, that is not 1 to 200 printable ASCII characters.
absl::Status KeyInvalid(std::string_view field);
// KEY_REUSED: the item that this native key names has another content.
absl::Status KeyReused();
// ITEM_INVALID: a part is missing, or one too many.
absl::Status ItemInvalid(std::string_view field, std::string_view why);
// NATIVE_FORMAT_INVALID: not in the agency's native format.
absl::Status NativeFormatInvalid(std::string_view field, std::string_view why);
// ABOUT_UNKNOWN: no item or delivery of that key, or it was never written.
absl::Status AboutUnknown();
// FACT_MISSING: the referral header needs it, and neither the record nor [case] says it.
absl::Status FactMissing(std::string_view field);
// NO_CANDIDATE, kUnavailable: the broker knows of nobody to ask now; tried again.
absl::Status NoCandidate(std::string_view field);
// DEADLINE_PASSED: it could not be written in time.
absl::Status DeadlinePassed();
absl::Status JournalBusy(std::string_view folder);  // JOURNAL_BUSY, kUnavailable
// LETTER_UNKNOWN: no dead letter of that number.
absl::Status LetterUnknown();
// BACKLOG_FULL, kResourceExhausted: as much waits as may wait.
absl::Status BacklogFull();
// NOT_FOUND: nothing of that name in the local API.
absl::Status NothingThere(std::string_view field);
// TOKEN_INVALID, kUnauthenticated: the local API was called without its token.
absl::Status TokenInvalid();

// Whether another attempt may cure it (adapter.h): by code.
bool IsTransient(const absl::Status& status);

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_ERRORS_H_
