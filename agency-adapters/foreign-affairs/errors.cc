#include "agency-adapters/foreign-affairs/errors.h"

#include <string>

#include "base/status.h"

namespace amana::foreign_affairs {

using absl::StatusCode;

absl::Status MailMalformed(std::string_view why) {
  return MakeError(StatusCode::kInvalidArgument, "MAIL_MALFORMED", "", "mail: " + std::string(why));
}

absl::Status MailNotEncrypted() {
  return MakeError(StatusCode::kInvalidArgument, "MAIL_NOT_ENCRYPTED", "",
                   "the mail must be encrypted to this adapter's certificate");
}

absl::Status MailNotSigned() {
  return MakeError(StatusCode::kInvalidArgument, "MAIL_NOT_SIGNED", "",
                   "the mail must be signed, inside its encryption");
}

absl::Status ReplyRefused(std::string_view reason, std::string_view what) {
  return MakeError(StatusCode::kInvalidArgument, reason, "", "reply: " + std::string(what));
}

absl::Status AttachmentInvalid(std::string_view field, std::string_view expected) {
  return MakeError(StatusCode::kInvalidArgument, "NATIVE_FORMAT_INVALID", field,
                   "referral.json: " + std::string(field) + ": expected " + std::string(expected));
}

absl::Status LedgerBroken() {
  return MakeError(StatusCode::kDataLoss, "LEDGER_BROKEN", "",
                   "a file of the mail ledger cannot be read");
}

absl::Status SentUnknown() {
  return MakeError(StatusCode::kUnavailable, "MAIL_SENT_UNKNOWN", "",
                   "whether the mail was sent will show when its copy comes, or does not");
}

}  // namespace amana::foreign_affairs
