// What one mail in the mailbox is, and whether it may act. Only what a pinned certificate of the
// ministry has signed, about an open case that was sent to the mailbox it comes from, becomes an
// item: all else is refused by name.
//
// Bound to its case: the signed text must show the case's reference with its version (as quoted
// from our mail), and the subject the same tag. So a signed answer cannot be moved to another case,
// nor to a later version; and the same signed answer twice is the same item, whatever is around it.
#ifndef AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_JUDGE_H_
#define AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_JUDGE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/foreign-affairs/ledger.h"
#include "agency-adapters/foreign-affairs/smime.h"
#include "agency-adapters/runtime/adapter.h"

namespace amana::foreign_affairs {

struct Verdict {
  enum class What {
    kItem,     // `item`
    kCopy,     // of a mail that we sent
    kReceipt,  // a mail program's word that nobody signed: kept, acts on nothing
    kRefused   // `why`
  };
  What what = What::kRefused;
  runtime::NativeItem item;
  absl::Status why;
  // Whether a pinned certificate has signed it: then the ministry is told why it was refused.
  // Nobody else is answered.
  bool from_ministry = false;
  std::string digest;   // of what was signed
  Reference reference;  // where it shows one
};

class Judge {
 public:
  // All but `ministry` and `ask_categories` outlive it.
  Judge(const MailKeys& keys, const Ledger& ledger, std::string address, std::string ministry,
        std::vector<std::string> ask_categories)
      : keys_(keys),
        ledger_(ledger),
        address_(std::move(address)),
        ministry_(std::move(ministry)),
        ask_categories_(std::move(ask_categories)) {}

  // Errors: of the ledger only. Reasons of `why`: of OpenMail and ParseReply, and
  //   REPLY_TAG_MISSING    no reference in the subject, or none in what was signed
  //   REPLY_TAG_MISMATCH   more than one, or another in the subject
  //   REPLY_TAG_UNKNOWN    no case of this tag was sent to this mailbox
  //   REPLY_VERSION_OLD    it answers another version
  //   REPLY_CASE_CLOSED    the case is over or was taken back
  //   REPLY_OUT_OF_PLACE   CANCEL or ANSWER of a case that is not the ministry's own, or the
  //   reverse
  absl::StatusOr<Verdict> Look(std::string_view mail, absl::Time now) const;

 private:
  absl::StatusOr<Verdict> Opened(const Mail& mail, const SignedContent& opened) const;
  absl::Status Bind(const Mail& mail, std::string_view text, Verdict& verdict, CaseRow& row) const;
  absl::Status ReadAnswer(std::string_view text, const CaseRow& row, Verdict& verdict) const;
  absl::Status ReadSeen(const Mail& mail, const Part& content, Verdict& verdict) const;
  absl::Status FindCase(const Reference& reference, const Mail& mail, Verdict& verdict,
                        CaseRow& row) const;
  bool IsCopy(const Mail& mail) const;

  const MailKeys& keys_;
  const Ledger& ledger_;
  const std::string address_, ministry_;
  const std::vector<std::string> ask_categories_;
};

// "reply/TAG.v3/DECLINE/digest": the key of an item, and what Settle reads from it again.
struct ReplyKey {
  std::string tag;
  std::string verb;
  std::string digest;
};
std::optional<ReplyKey> ParseReplyKey(std::string_view key);

// "case/digest", for a case that the ministry refers.
std::string OwnCaseKey(std::string_view digest);

}  // namespace amana::foreign_affairs

#endif  // AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_JUDGE_H_
