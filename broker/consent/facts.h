// What the consent decision is made of: plain values, one struct per source. Defaults are those
// that deny, so a fact nobody filled in never permits. Value types; thread-compatible.
//
// A name with an empty unit (`Address.unit.empty()`) stands for every unit of the agency.
#ifndef AMANA_BROKER_CONSENT_FACTS_H_
#define AMANA_BROKER_CONSENT_FACTS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "amana/v1/codes.pb.h"
#include "base/ids.h"
#include "proto/codes/codes.h"

namespace amana::consent {

// The consent version that the sender relied on.
struct PinnedConsent {
  ConsentId id;
  uint32_t version = 0;
  Digest digest;  // SHA-256 of the record's payload
};

// Who signed something, and with which key.
struct Signatory {
  Address address;
  PersonId person;  // of the agency; empty: a system
  Digest key;       // SHA-256 of the certificate's public key; zero: not known
};

// One task of a referral, as its signed header states it (FromHeader in records.h).
struct HeaderFacts {
  // The envelope's signature and certificate were verified.
  bool authentic = false;
  // SHA-256 of the header's payload, which approvals name; zero: not known, and none counts.
  Digest digest;
  Signatory signer;
  Address sender;
  v1::ServiceType service = v1::SERVICE_TYPE_UNSPECIFIED;
  v1::Urgency urgency = v1::URGENCY_UNSPECIFIED;
  v1::SubjectClass subject_class = v1::SUBJECT_CLASS_UNSPECIFIED;
  Pseudonym pseudonym;
  std::optional<PinnedConsent> pinned;
  v1::LegalBasis legal_basis = v1::LEGAL_BASIS_UNSPECIFIED;
  // Coarse assertions of the sender; what is not asserted is unknown.
  v1::EmbassyContact embassy_contact = v1::EMBASSY_CONTACT_UNSPECIFIED;
  bool guardian_conflict = false;
  uint32_t majority_month = 0;  // months since January 1970; 0: not asserted
  bool incapacity = false;
  bool cross_border = false;
  // Says that it follows from a referral that the sender received of the person.
  bool onward = true;
  // And so it does: that referral was disclosed to the sender, under the same pseudonym.
  bool parent_received = false;
  // Statistics are asked for (purpose REPORTING): no referral at all.
  bool extract = true;
  // Categories of all sections the referral has.
  codes::CategorySet categories;
};

// One version of a consent record (FromRecord in records.h).
struct ConsentFacts {
  // Signature and certificate were verified when it was registered, and the stored record's own
  // digest was right when it was read.
  bool authentic = false;
  ConsentId id;
  uint32_t version = 0;
  Digest digest;  // SHA-256 of the record's payload
  Pseudonym pseudonym;
  Address recorder;
  v1::ConsentGiver given_by = v1::CONSENT_GIVER_UNSPECIFIED;
  Digest authority_evidence;  // zero: none
  v1::ChildAssent child_assent = v1::CHILD_ASSENT_UNSPECIFIED;
  v1::ConsentMethod method = v1::CONSENT_METHOD_UNSPECIFIED;
  std::string language;  // ISO 639-3
  bool interpreter = false;
  codes::PurposeSet purposes;
  codes::CategorySet categories;
  std::vector<Address> recipients;
  codes::AgencyKindSet recipient_kinds;
  bool onward = false;
  bool cross_border = false;
  absl::Time valid_from = absl::InfiniteFuture();
  absl::Time valid_until = absl::InfinitePast();  // exclusive
  v1::LegalBasis legal_basis = v1::LEGAL_BASIS_UNSPECIFIED;
  Digest evidence;
  Digest determination;  // zero: none
  Digest officer;        // zero: none
  absl::Time registered_at = absl::InfinitePast();
  // A withdrawal is of the consent id: it holds for every version, those registered later too.
  std::optional<absl::Time> withdrawn_at;
};

// The person wants somebody kept out (FromExclusion).
struct ExclusionFacts {
  ConsentId id;
  Pseudonym pseudonym;
  Address recorder;  // the author, the only one who may read RECIPIENT_EXCLUDED
  Address excluded;
  codes::CategorySet categories;  // empty: everything
};

// One person approves that a referral goes on another basis than consent. A person's first approval
// of a header is the one that counts: saying it again renews nothing.
struct ApprovalFacts {
  // Signature and certificate were verified when it was stored, and its digest when it was read.
  bool authentic = false;
  v1::LegalBasis basis = v1::LEGAL_BASIS_UNSPECIFIED;
  Digest header;  // SHA-256 of the payload of the header that it approves
  Signatory approver;
  // The registry lets this person approve.
  bool on_approver_list = false;
  // What the cited law or order names; not asked for VITAL_INTEREST.
  codes::CategorySet categories;
  bool has_citation = false;
  bool has_reason = false;
  absl::Time approved_at = absl::InfiniteFuture();
  absl::Time lapses_at = absl::InfinitePast();  // exclusive
};

// Another person judges an override afterwards.
struct ReviewFacts {
  bool authentic = false;
  Digest header;
  Signatory reviewer;
  bool on_approver_list = false;
  // An override that is not upheld has ended.
  bool upheld = false;
  absl::Time reviewed_at = absl::InfiniteFuture();
};

// What a signed withdrawal says (FromWithdrawal).
struct WithdrawalFacts {
  ConsentId consent;
  Pseudonym pseudonym;
  Address recorder;
};

// What people signed and a decision rests on; in any order. Of other persons and other referrals
// there may be some, which are ignored.
struct Statements {
  // Every version of every consent of the header's pseudonym, withdrawn and expired ones too.
  std::span<const ConsentFacts> records = {};
  std::span<const ExclusionFacts> exclusions = {};
  std::span<const ApprovalFacts> approvals = {};
  std::span<const ReviewFacts> reviews = {};
};

// The candidate recipient, as the agency registry knows it.
struct RecipientFacts {
  Address address;
  v1::AgencyKind kind = v1::AGENCY_KIND_UNSPECIFIED;
  // Outside Kenya, or reached through a gateway abroad.
  bool abroad = true;
  // An embassy or consulate; agencies of kind EMBASSY count without it.
  bool embassy = false;
  // Health provider, or bound by professional secrecy; and until when, exclusive.
  bool health_qualified = false;
  absl::Time health_qualified_until = absl::InfiniteFuture();
  // Exclusively counselling or child protection (Data Protection Act, s.33(4)).
  bool child_services_only = false;
  // Until when a safeguard record for transfers to it is in force, exclusive; infinite past: none.
  absl::Time safeguards_until = absl::InfinitePast();
  // The registry flags this case's guardian.
  bool guardian_flagged = false;

  bool IsEmbassy() const { return embassy || kind == v1::AGENCY_KIND_EMBASSY; }
};

// Which attempt the decision is for: names the withdrawal rule that held, changes no outcome.
enum class Attempt {
  kFirst,          // nothing was sent yet
  kRetry,          // between attempts
  kAfterDelivery,  // it was disclosed; a denial means a recall
};

struct Environment {
  absl::Time now = absl::InfinitePast();
  bool clock_ok = false;
  bool store_ok = false;
  Attempt attempt = Attempt::kFirst;
};

}  // namespace amana::consent

#endif  // AMANA_BROKER_CONSENT_FACTS_H_
