// The error catalogue of the foreign affairs adapter. Messages name fields and codes, never a word
// of a message. A reply that is refused is refused for good: the ministry answers anew.
#ifndef AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_ERRORS_H_
#define AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_ERRORS_H_

#include <string_view>

#include "absl/status/status.h"

namespace amana::foreign_affairs {

// All but the last two kInvalidArgument.
absl::Status MailMalformed(std::string_view why);   // MAIL_MALFORMED
absl::Status MailNotEncrypted();                    // MAIL_NOT_ENCRYPTED
absl::Status MailNotSigned();                       // MAIL_NOT_SIGNED
absl::Status ReplyRefused(std::string_view reason,  // REPLY_..., as reply.h lists them
                          std::string_view what);
absl::Status AttachmentInvalid(std::string_view field,  // NATIVE_FORMAT_INVALID
                               std::string_view expected);
absl::Status LedgerBroken();  // LEDGER_BROKEN, kDataLoss
absl::Status SentUnknown();   // MAIL_SENT_UNKNOWN, kUnavailable

}  // namespace amana::foreign_affairs

#endif  // AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_ERRORS_H_
