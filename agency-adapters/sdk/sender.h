// The sending side of an agency: finds recipients, seals, signs, and puts into the outbox. Nothing
// here needs the broker but Match and Flush. Thread-safe; the objects given must outlive it.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_SENDER_H_
#define AMANA_AGENCY_ADAPTERS_SDK_SENDER_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/courier.h"
#include "agency-adapters/sdk/directory_book.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/mailbox.h"
#include "agency-adapters/sdk/outbox.h"
#include "amana/v1/answer.pb.h"
#include "amana/v1/consent.pb.h"
#include "amana/v1/override.pb.h"
#include "amana/v1/referral.pb.h"
#include "amana/v1/referral_service.pb.h"
#include "base/clock.h"
#include "base/ids.h"
#include "proto/envelope/submission.h"

namespace amana::sdk {

// A recipient whose entry and sealing certificate this machine believes.
struct Candidate {
  Address address;
  v1::AgencyKind kind = v1::AGENCY_KIND_UNSPECIFIED;
  uint32_t county = 0;
  bool health_qualified = false;
  crypto::Certificate sealing;
  uint32_t entry_version = 0;
  // The broker's word: why it stands where it stands, and how many places it had, counted when
  // (infinite past: not known).
  std::vector<v1::MatchReason> reasons = {};
  uint32_t free = 0;
  absl::Time counted = absl::InfinitePast();
};

struct MatchResult {
  std::vector<Candidate> candidates;  // as the broker ordered them
  // Offered, and not believed, with why: SEALING_NOT_LISTED, CERTIFICATE_UNPINNED, or an error of
  // DirectoryBook::Want.
  std::vector<std::pair<Address, absl::Status>> refused;
  v1::RouteGap missing = v1::ROUTE_GAP_UNSPECIFIED;  // what was missing where there is nobody
};

struct DraftRecipient {
  Address to;
  std::vector<size_t> sections;  // indexes into the draft's sections; empty: all
};

// What a program knows of a referral.
struct ReferralDraft {
  // Without meta and slots, which are made here. An empty referral id is drawn at random, version 0
  // becomes 1, an empty sender this identity's unit.
  v1::ReferralHeader header;
  std::vector<envelope::SectionDraft> sections;  // contents must live until Queue returns
  std::vector<DraftRecipient> recipients;
  // Whom to ask, first to last, by task; empty: the broker's order.
  envelope::Candidates order;
  // The consent record that the header pins, where another machine has recorded it: what it says of
  // recipients is looked at here (sending_rules.h).
  std::optional<v1::SignedEnvelope> consent;
  // Signed with a person's key: a person has decided whom the referral names (ROUTE_LOOP,
  // FAMILY_PARTED).
  bool by_person = false;
};

// What a sender answers to a question, to whom and in which offer (TaskStatus says).
struct UpdateDraft {
  StatementKey referral;
  uint32_t task = 0;
  uint32_t offer_epoch = 0;
  Address asked;
  std::vector<envelope::SectionDraft> sections;  // contents must live until QueueUpdate returns
  std::string_view words;                        // sealed for who asked; empty: none
  std::string made_for = {};                     // NewEntry's
};

struct Queued {
  int64_t entry = 0;  // id in the outbox
  Digest digest;      // of the signed payload
  // Of grants: who gets the header, and no key of any section.
  std::vector<Address> header_only = {};
};
struct QueuedReferral {
  int64_t entry = 0;
  StatementKey key;
  Digest digest;  // of the header
  std::vector<Address> header_only = {};
};

class Sender {
 public:
  Sender(const Identity& identity, Client& client, Mailbox& mailbox, const Clock& clock)
      : identity_(identity),
        client_(client),
        mailbox_(mailbox),
        clock_(clock),
        outbox_(mailbox),
        courier_(identity, client, mailbox),
        directory_(identity, client, mailbox) {}

  // Asks the broker, and learns the candidates' entries (directory_book.h), from which Queue takes
  // what to seal to, also on days without a link. An empty sender is this identity's unit. Errors:
  // of the calls, LOG_FORKED, and Mailbox's.
  absl::StatusOr<MatchResult> Match(v1::MatchRequest request);
  absl::StatusOr<MatchResult> Match(v1::ServiceType service, uint32_t county);

  // OK when `certificate` is for sealing to `address` and from a CA pinned for that agency, now;
  // CERTIFICATE_UNPINNED naming `field` otherwise.
  absl::Status CheckPinned(const crypto::Certificate& certificate, const Address& address,
                           std::string_view field) const;

  // Seals to the recipients' certificates (of the entries that are held, or of AddCandidate:
  // RECIPIENT_UNKNOWN; CERTIFICATE_UNPINNED), signs, and keeps it. An immigration authority that
  // the consent does not name gets the header only. RECIPIENT_KIND_UNKNOWN; STATEMENT_INVALID when
  // `consent` is not the one that the header pins; PERSON_KEY_MISSING. Errors also of
  // CheckEmbassyContact and envelope::SealSubmission.
  absl::StatusOr<QueuedReferral> Queue(const ReferralDraft& draft);
  // A recipient known without the directory: used where there is no entry. CERTIFICATE_UNPINNED.
  absl::Status AddCandidate(const Candidate& candidate);

  // Answers NEEDS_WRAP: grants for further recipients or for changed certificates (Match again
  // first). ENTRY_UNKNOWN when this mailbox did not send the referral; STATEMENT_INVALID when its
  // section keys were dropped. What Queue keeps from immigration is kept from it here too.
  absl::StatusOr<Queued> QueueWraps(const StatementKey& referral,
                                    absl::Span<const Address> recipients);

  // Answers the question of a referral that this mailbox sent (ENTRY_UNKNOWN). Whatever its
  // category is of otherwise, a section goes AT_OFFER: who asked needs it in order to decide. Its
  // number follows from what was sent before. STATEMENT_INVALID while another answer to this task
  // waits to be sent; RECIPIENT_UNKNOWN, CERTIFICATE_UNPINNED; RECIPIENT_NOT_NAMED where Queue
  // would give the header only; errors also of CheckEmbassyContact and envelope::SealUpdate.
  absl::StatusOr<Queued> QueueUpdate(UpdateDraft draft);

  // Each fills `meta` (and recorder or referral where absent), signs and keeps it.
  absl::StatusOr<Queued> QueueCancellation(const StatementKey& referral, v1::Reason reason);
  absl::StatusOr<Queued> QueueConsent(v1::ConsentRecord record);
  absl::StatusOr<Queued> QueueExclusion(v1::Exclusion exclusion);
  absl::StatusOr<Queued> QueueWithdrawal(v1::Withdrawal withdrawal);
  absl::StatusOr<Queued> QueueRedrive(v1::Redrive redrive);  // an operator's person key

  // A referral that this mailbox sent (ENTRY_UNKNOWN) rests on `consent` from now on. The same
  // again, unless it was refused, is the same entry.
  absl::StatusOr<Queued> QueueAttachment(const StatementKey& referral, v1::ConsentRef consent);
  // These need a person's key (PERSON_KEY_MISSING): two persons approve that a referral goes
  // without consent, another one reviews it. `approver` and `reviewer` are filled in where absent.
  // The same again, unless it was refused, is the same entry.
  absl::StatusOr<Queued> QueueApproval(v1::OverrideApproval approval);
  absl::StatusOr<Queued> QueueReview(v1::OverrideReview review);
  // What a person opened is not what its sender says; a person's key. The same finding of the same
  // delivery again, unless it was refused, is the same entry.
  absl::StatusOr<Queued> QueueMismatch(v1::Mismatch mismatch);

  // What to seal to now for this unit: what the directory says, or what was kept from Match or
  // AddCandidate (RECIPIENT_UNKNOWN), and still pinned (CERTIFICATE_UNPINNED); errors name `field`.
  absl::StatusOr<crypto::Certificate> SealingFor(const Address& address, std::string_view field);

  absl::StatusOr<FlushReport> Flush() { return courier_.Flush(); }
  absl::StatusOr<OutboxEntry> Send(int64_t entry) { return courier_.Send(entry); }
  Outbox& outbox() { return outbox_; }
  Courier& courier() { return courier_; }
  DirectoryBook& directory() { return directory_; }

 private:
  // The consent that a referral rests on, as far as it is known here; nullopt: it is not.
  absl::StatusOr<std::optional<v1::ConsentRecord>> ConsentOf(const v1::ReferralHeader& header);
  absl::StatusOr<std::optional<v1::ConsentRecord>> KnownConsent(const Digest& digest);
  absl::Status LearnConsent(const v1::ReferralHeader& header, const v1::SignedEnvelope& consent);
  absl::Status CheckSections(const v1::ReferralHeader& header, const UpdateDraft& draft);
  absl::StatusOr<v1::AgencyKind> KindOf(const Address& address);
  // Whether a recipient gets the header only.
  absl::StatusOr<bool> IsHeaderOnly(const Address& recipient,
                                    const std::optional<v1::ConsentRecord>& consent,
                                    std::string_view field);
  absl::StatusOr<Candidate> Believe(const v1::Candidate& offered, const Address& address);

  const Identity& identity_;
  Client& client_;
  Mailbox& mailbox_;
  const Clock& clock_;
  Outbox outbox_;
  Courier courier_;
  DirectoryBook directory_;
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_SENDER_H_
