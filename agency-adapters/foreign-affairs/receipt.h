// Receipts of mail programs: message disposition notifications (RFC 8098). Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_RECEIPT_H_
#define AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_RECEIPT_H_

#include <optional>
#include <string>

#include "agency-adapters/foreign-affairs/message.h"

namespace amana::foreign_affairs {

struct Receipt {
  std::string message_id;  // of the mail it is about, without <>; empty where it is not said
  bool displayed = false;  // somebody had it before their eyes; not merely deleted or dispatched
  bool by_hand = false;    // "manual-action": a person, not a rule of the mail program
};

// None: `part` is no such report.
std::optional<Receipt> ReadReceipt(const Part& part);

}  // namespace amana::foreign_affairs

#endif  // AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_RECEIPT_H_
