// What the store keeps, as values of the domain. Plain structs: whoever fills one has validated it.
// All times are absl::Time and are stored in milliseconds.
#ifndef AMANA_BROKER_STORE_RECORDS_H_
#define AMANA_BROKER_STORE_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "amana/v1/codes.pb.h"
#include "amana/v1/offer.pb.h"
#include "base/ids.h"
#include "broker/consent/facts.h"

namespace amana::store {

struct TaskKey {
  StatementKey referral;
  uint32_t task = 0;
  friend auto operator<=>(const TaskKey&, const TaskKey&) = default;
};

struct DeliveryKey {
  TaskKey task;
  uint32_t offer_epoch = 0;
  v1::DisclosureStage stage = v1::DISCLOSURE_STAGE_AT_OFFER;
  uint32_t update = 0;  // 0: the referral itself; else the number of an update, of stage AT_OFFER
  friend auto operator<=>(const DeliveryKey&, const DeliveryKey&) = default;
};

// An accepted referral statement, without its body.
struct ReferralRecord {
  StatementKey key;
  Address sender;
  CertId cert_id;        // that signed the header
  Digest header_digest;  // SHA-256 of the header payload
  v1::Urgency urgency = v1::URGENCY_NORMAL;
  Pseudonym subject;
  ConsentId consent_id;  // zero when the header pins none
  uint32_t consent_version = 0;
  absl::Time accepted;
  absl::Time expires;
  uint64_t log_index = 0;  // of its SUBMISSION_ACCEPTED event
  bool test = false;
  // As in its header. Zero: of no group, of no family.
  std::optional<StatementKey> parent;
  GroupId group;
  GroupId family;
};

// Whether somebody must be called about the present offer, and nobody was.
enum class CallState : uint8_t { kNone = 0, kOwed = 1, kEscalated = 2 };

// Where a task stands on the escalation ladder (referral/escalation.h).
struct TaskClock {
  absl::Time offered = absl::InfinitePast();  // the present offer; InfinitePast: there is none
  absl::Duration paused =
      absl::ZeroDuration();  // of it, while questions of the recipient were open
  v1::EscalationLevel reached = v1::ESCALATION_LEVEL_UNSPECIFIED;  // since the state was entered
  CallState call = CallState::kNone;
  // When time does something next. InfiniteFuture: never.
  absl::Time due = absl::InfiniteFuture();
  friend bool operator==(const TaskClock&, const TaskClock&) = default;
};

struct TaskRecord {
  TaskKey key;
  v1::ServiceType service = v1::SERVICE_TYPE_UNSPECIFIED;
  std::optional<Address> recipient;
  v1::TaskState state = v1::TASK_STATE_SUBMITTED;
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  std::vector<uint8_t> consent_rules;  // ascending
  std::vector<v1::Category> withheld;  // ascending
  uint32_t offer_epoch = 1;
  absl::Time changed;
  // When the last decision on it could change by time alone and must be made again. InfiniteFuture:
  // never, as for a task that is over.
  absl::Time decide_at = absl::InfiniteFuture();
  TaskClock clock;
  v1::RouteGap missing = v1::ROUTE_GAP_UNSPECIFIED;  // UNROUTABLE: what was
};

struct DeliveryRecord {
  DeliveryKey key;
  Address recipient;
  CertId recipient_cert;  // whose wraps it carries
  v1::DeliveryState state = v1::DELIVERY_STATE_QUEUED;
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  v1::Urgency urgency = v1::URGENCY_NORMAL;
  Pseudonym subject;
  bool disclosed = false;  // sticky from the first lease on
  uint32_t attempts = 0;
  uint64_t lease_epoch = 0;  // fences reports of older leases
  absl::Time queued;         // age, for order and for the maximum age
  absl::Time expires;        // of the referral
  absl::Time changed;
  // When the broker must look again: end of lease, end of backoff, acknowledgement or recall
  // deadline, expiry. InfiniteFuture: never.
  absl::Time due = absl::InfiniteFuture();
};

// A wrap grant that was added to a referral: as it came, a serialised v1::Grant.
struct GrantRecord {
  StatementKey referral;
  Address recipient;
  CertId recipient_cert;
  CertId signer_cert;
  std::string grant;
};

// Words and places beside a statement about a referral: a serialised v1::NotedStatement.
struct NoteRecord {
  StatementKey referral;
  Digest digest;  // of the note, as the statement names it
  std::string note;
};

// What a sender answered to a question: a serialised v1::UpdateSubmission.
struct UpdateRecord {
  StatementKey referral;
  uint32_t number = 0;
  std::string update;
};

// Whom a grant is for.
struct Grantee {
  Address recipient;
  CertId recipient_cert;
  friend bool operator==(const Grantee&, const Grantee&) = default;
};

// A signed statement about a delivery or consent, kept verbatim (serialised v1::SignedEnvelope).
struct StatementRecord {
  Digest digest;  // SHA-256 of the payload
  CertId cert_id;
  std::string envelope;
  uint64_t log_index = 0;
};

// A word that is not yet carried out: open tasks that must be decided again because of it, in
// slices. Either a person's, about their own tasks, or the registry's, about those for one agency.
struct ReconsiderationRecord {
  uint64_t id = 0;           // given by the store, ascending
  Pseudonym subject;         // zero: the registry's
  AgencyId recipient;        // empty: a person's
  Digest statement;          // which events of what it releases may show; zero: none
  ConsentId withdrawn;       // the consent that the word withdraws; zero: none
  bool cause_shown = false;  // whether the recalls it causes show the withdrawal
  // Where it stands: those that something was disclosed of come first, then all.
  bool disclosed_pass = false;
  // Of an agency: its tasks are done, and those that nobody was found for come.
  bool unrouted_pass = false;
  std::optional<TaskKey> after;  // the last one decided in this pass
};

// A person of an agency.
struct PersonRef {
  AgencyId agency;
  PersonId person;
};

// What a referral statement rests on besides its own header.
struct ReferralGrounds {
  std::optional<consent::PinnedConsent> attached;  // the newest
  std::vector<consent::ApprovalFacts> approvals;
  std::vector<consent::ReviewFacts> reviews;
};

// What a person has to look at afterwards.
enum class ReviewKind : int { kOverride = 1, kMismatch = 2 };
enum class ReviewState : int { kOpen = 1, kDone = 2, kMissed = 3 };
struct ReviewTask {
  StatementKey referral;
  uint64_t opened_by = 0;  // index of the event that asks for it; its key
  ReviewKind kind = ReviewKind::kOverride;
  absl::Time opened;
  absl::Time due;
  ReviewState state = ReviewState::kOpen;
};

// What a page of a listing starts after; opaque to callers.
struct Page {
  uint32_t size = 50;
  std::string token;  // empty: from the start
};

template <typename Record>
struct Paged {
  std::vector<Record> items;
  std::string next_token;  // empty: no more
};

}  // namespace amana::store

#endif  // AMANA_BROKER_STORE_RECORDS_H_
