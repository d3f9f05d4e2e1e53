// What the adapter must know after a crash, in small files of its own folder, each replaced in one
// durable step: which cases are with the ministry, and which mails were sent or may have been. A
// mail that may have been sent is kept whole (it is encrypted to the ministry), so that it is sent
// again byte for byte. For one thread.
#ifndef AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_LEDGER_H_
#define AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_LEDGER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/foreign-affairs/tag.h"

namespace amana::foreign_affairs {

// A case that the ministry may write about.
struct CaseRow {
  Reference reference;
  std::string key;      // of its delivery; of an own case, of its item
  std::string mailbox;  // whom it was sent to, and who alone may answer
  bool own = false;     // the ministry's own case, which it referred
  bool open = true;
  std::vector<std::string> answered;  // digests of the replies that counted
};

struct MailRow {
  std::string message_id;
  bool sent = false;  // false: it may have been
  absl::Time at;      // of the last change
};

class Ledger {
 public:
  // `folder` is made when absent. Errors of FileSystem.
  static absl::StatusOr<Ledger> Open(const std::string& folder);

  // Errors here: LEDGER_BROKEN, and those of FileSystem.
  absl::StatusOr<std::optional<CaseRow>> Case(const std::string& tag) const;
  absl::Status PutCase(const CaseRow& row);

  absl::StatusOr<std::optional<MailRow>> Mail(const std::string& key) const;
  // Before it is sent the first time: the mail, and that it may have been sent.
  absl::Status PutSending(const std::string& key, const MailRow& row, std::string_view mail);
  // It was sent: only that is kept.
  absl::Status PutSent(const std::string& key, const MailRow& row);
  // The mail that may have been sent.
  absl::StatusOr<std::string> Sending(const std::string& key) const;

 private:
  explicit Ledger(std::string folder) : folder_(std::move(folder)) {}
  std::string CaseFile(const std::string& tag) const;
  std::string MailFile(const std::string& key, std::string_view ending) const;

  std::string folder_;
};

}  // namespace amana::foreign_affairs

#endif  // AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_LEDGER_H_
