// The receipt of a consent: a page for the person, and a record for programs under the names of
// ISO/IEC TS 27560 where it has one (docs/consent.md lists them). Pure.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_CONSENT_RECEIPT_TEXT_H_
#define AMANA_AGENCY_ADAPTERS_CLI_CONSENT_RECEIPT_TEXT_H_

#include <string>

#include "agency-adapters/cli/report.h"
#include "amana/v1/consent.pb.h"
#include "base/ids.h"

namespace amana::cli {

// What a receipt says besides the record's own content.
struct ReceiptFacts {
  Digest digest;           // of the record's payload
  bool registered = true;  // false: signed here, and not known to the broker yet
  bool withdrawn = false;
};

Json ReceiptJson(const v1::ConsentRecord& record, const ReceiptFacts& facts);
std::string ReceiptText(const v1::ConsentRecord& record, const ReceiptFacts& facts);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_CONSENT_RECEIPT_TEXT_H_
