// The sending side of an agency: finds recipients, seals, signs, and puts into the outbox. Nothing
// here needs the broker but Match and Flush. Thread-safe; the objects given must outlive it.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_SENDER_H_
#define AMANA_AGENCY_ADAPTERS_SDK_SENDER_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/courier.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/mailbox.h"
#include "agency-adapters/sdk/outbox.h"
#include "amana/v1/answer.pb.h"
#include "amana/v1/consent.pb.h"
#include "amana/v1/override.pb.h"
#include "amana/v1/referral.pb.h"
#include "base/clock.h"
#include "base/ids.h"
#include "proto/envelope/submission.h"

namespace amana::sdk {

// A registered recipient whose sealing certificate this machine trusts.
struct Candidate {
  Address address;
  v1::AgencyKind kind = v1::AGENCY_KIND_UNSPECIFIED;
  uint32_t county = 0;
  bool health_qualified = false;
  crypto::Certificate sealing;
};

struct MatchResult {
  std::vector<Candidate> candidates;  // as the broker ordered them
  // Offered with a certificate that is not pinned here, with CERTIFICATE_UNPINNED and why.
  std::vector<std::pair<Address, absl::Status>> unpinned;
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
};

struct Queued {
  int64_t entry = 0;  // id in the outbox
  Digest digest;      // of the signed payload
};
struct QueuedReferral {
  int64_t entry = 0;
  StatementKey key;
  Digest digest;  // of the header
};

class Sender {
 public:
  Sender(const Identity& identity, Client& client, Mailbox& mailbox, const Clock& clock)
      : identity_(identity),
        client_(client),
        mailbox_(mailbox),
        clock_(clock),
        outbox_(mailbox),
        courier_(identity, client, mailbox) {}

  // Asks the broker, and keeps the pinned candidates' certificates for Queue, also for days without
  // a link.
  absl::StatusOr<MatchResult> Match(v1::ServiceType service, uint32_t county);

  // OK when `certificate` is for sealing to `address` and from a CA pinned for that agency, now;
  // CERTIFICATE_UNPINNED naming `field` otherwise.
  absl::Status CheckPinned(const crypto::Certificate& certificate, const Address& address,
                           std::string_view field) const;

  // Seals to the recipients' certificates (kept from Match or AddCandidate: RECIPIENT_UNKNOWN;
  // CERTIFICATE_UNPINNED), signs, and keeps it. Errors also of envelope::SealSubmission.
  absl::StatusOr<QueuedReferral> Queue(const ReferralDraft& draft);
  // A recipient known without Match. CERTIFICATE_UNPINNED.
  absl::Status AddCandidate(const Candidate& candidate);

  // Answers NEEDS_WRAP: grants for further recipients or for changed certificates (Match again
  // first). ENTRY_UNKNOWN when this mailbox did not send the referral; STATEMENT_INVALID when its
  // section keys were dropped.
  absl::StatusOr<Queued> QueueWraps(const StatementKey& referral,
                                    absl::Span<const Address> recipients);

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

  // What to seal to now for this unit: kept from Match or AddCandidate (RECIPIENT_UNKNOWN), and
  // still pinned (CERTIFICATE_UNPINNED).
  absl::StatusOr<crypto::Certificate> SealingFor(const Address& address, std::string_view field);

  absl::StatusOr<FlushReport> Flush() { return courier_.Flush(); }
  absl::StatusOr<OutboxEntry> Send(int64_t entry) { return courier_.Send(entry); }
  Outbox& outbox() { return outbox_; }
  Courier& courier() { return courier_; }

 private:
  const Identity& identity_;
  Client& client_;
  Mailbox& mailbox_;
  const Clock& clock_;
  Outbox outbox_;
  Courier courier_;
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_SENDER_H_
