// The error catalogue of mail_*. Messages name the server's answer by its code only: what a server
// says in words may quote what it was sent.
#ifndef AMANA_AGENCY_ADAPTERS_NET_MAIL_ERRORS_H_
#define AMANA_AGENCY_ADAPTERS_NET_MAIL_ERRORS_H_

#include <string_view>

#include "absl/status/status.h"

namespace amana::net {

absl::Status MailServerInvalid(std::string_view why);  // MAIL_SERVER_INVALID, kInvalidArgument
absl::Status MailUnreachable(std::string_view doing);  // MAIL_UNREACHABLE, kUnavailable
absl::Status MailTimeout(std::string_view doing);      // MAIL_TIMEOUT, kDeadlineExceeded
absl::Status MailTlsFailed(
    std::string_view doing);  // MAIL_TLS_FAILED, kUnavailable: nothing was said
absl::Status MailLoginRefused(std::string_view doing);  // MAIL_LOGIN_REFUSED, kUnavailable
absl::Status MailDeferred(long code);                   // MAIL_DEFERRED, kUnavailable: 4xx
absl::Status MailRejected(long code);                   // MAIL_REJECTED, kFailedPrecondition: 5xx
absl::Status MailboxRefused(
    std::string_view command);                        // MAILBOX_REFUSED, kUnavailable: NO, BAD, BYE
absl::Status MailboxMalformed(std::string_view why);  // MAILBOX_MALFORMED, kUnavailable
absl::Status MailTooLarge();                          // MAIL_TOO_LARGE, kOutOfRange
absl::Status MailGone();                              // MAIL_GONE, kNotFound

}  // namespace amana::net

#endif  // AMANA_AGENCY_ADAPTERS_NET_MAIL_ERRORS_H_
