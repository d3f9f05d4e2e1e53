#include "agency-adapters/net/mail_errors.h"

#include <string>

#include "base/status.h"

namespace amana::net {
namespace {

using absl::StatusCode;

absl::Status Error(StatusCode code, std::string_view reason, std::string_view what,
                   std::string_view rest = "") {
  return MakeError(code, reason, "", std::string(what) + std::string(rest));
}

}  // namespace

absl::Status MailServerInvalid(std::string_view why) {
  return Error(StatusCode::kInvalidArgument, "MAIL_SERVER_INVALID", "mail server: ", why);
}
absl::Status MailUnreachable(std::string_view doing) {
  return Error(StatusCode::kUnavailable, "MAIL_UNREACHABLE", doing, ": the server is not reached");
}
absl::Status MailTimeout(std::string_view doing) {
  return Error(StatusCode::kDeadlineExceeded, "MAIL_TIMEOUT", doing, ": no answer in time");
}
absl::Status MailTlsFailed(std::string_view doing) {
  return Error(StatusCode::kUnavailable, "MAIL_TLS_FAILED", doing,
               ": no TLS with a certificate of the pinned authority");
}
absl::Status MailLoginRefused(std::string_view doing) {
  return Error(StatusCode::kUnavailable, "MAIL_LOGIN_REFUSED", doing, ": the login is refused");
}
absl::Status MailDeferred(long code) {
  return Error(StatusCode::kUnavailable, "MAIL_DEFERRED", "the server defers the mail with ",
               std::to_string(code));
}
absl::Status MailRejected(long code) {
  return Error(StatusCode::kFailedPrecondition, "MAIL_REJECTED",
               "the server rejects the mail with ", std::to_string(code));
}
absl::Status MailboxRefused(std::string_view command) {
  return Error(StatusCode::kUnavailable, "MAILBOX_REFUSED", "the mailbox refuses ", command);
}
absl::Status MailboxMalformed(std::string_view why) {
  return Error(StatusCode::kUnavailable, "MAILBOX_MALFORMED", "the mailbox's answer: ", why);
}
absl::Status MailTooLarge() {
  return Error(StatusCode::kOutOfRange, "MAIL_TOO_LARGE", "the mail is larger than is read");
}
absl::Status MailGone() {
  return Error(StatusCode::kNotFound, "MAIL_GONE", "the mail is no longer in the folder");
}

}  // namespace amana::net
