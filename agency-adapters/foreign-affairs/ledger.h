// What the adapter must know after a crash, in a small database of its own folder: which cases are
// with the ministry, and which mails were sent or may have been. A mail that may have been sent is
// kept whole (it is encrypted to the ministry), so that it is sent again byte for byte. For one
// thread.
#ifndef AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_LEDGER_H_
#define AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_LEDGER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "agency-adapters/foreign-affairs/tag.h"
#include "base/sqlite.h"

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

// A mail that is about to be sent.
struct Outgoing {
  std::string key;
  std::string message_id;
  std::string mail;
  std::optional<CaseRow> about = {};  // to be put beside it
};

class Ledger {
 public:
  // `folder` is made when absent. Errors of FileSystem.
  static absl::StatusOr<Ledger> Open(const std::string& folder);

  // Errors here: LEDGER_BROKEN, and those of base/sqlite.h. What is put is durable when it returns,
  // or, where `later` says so, with the next change that is: a crash of the program loses nothing.
  absl::StatusOr<std::optional<CaseRow>> Case(const std::string& tag) const;
  absl::Status PutCase(const CaseRow& row, bool later = false);

  absl::StatusOr<std::optional<MailRow>> Mail(const std::string& key) const;
  // Before they are sent, the first time or again: the mails, and that each may have been sent. All
  // in one step.
  absl::Status PutSending(absl::Span<const Outgoing> mails, absl::Time at);
  // It was sent: only that is kept. Durable with the next change that is: until then it may have
  // been sent.
  absl::Status PutSent(const std::string& key, const MailRow& row);
  // Forgets mails that may have been sent and were last noted before `time`: nobody asks any more.
  absl::Status Forget(absl::Time time);
  // The mail that may have been sent; kNotFound when there is none.
  absl::StatusOr<std::string> Sending(const std::string& key) const;

 private:
  explicit Ledger(std::unique_ptr<sqlite::Database> db) : db_(std::move(db)) {}

  std::unique_ptr<sqlite::Database> db_;
};

}  // namespace amana::foreign_affairs

#endif  // AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_LEDGER_H_
