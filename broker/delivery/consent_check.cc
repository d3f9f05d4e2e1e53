#include "broker/delivery/consent_check.h"

#include <optional>
#include <utility>
#include <vector>

#include "amana/v1/referral.pb.h"
#include "broker/consent/override.h"
#include "broker/consent/records.h"
#include "broker/delivery/chain.h"
#include "broker/delivery/recipients.h"
#include "broker/delivery/signatory.h"
#include "broker/delivery/wire.h"

namespace amana::delivery {
namespace {

constexpr absl::Duration kLookAgain = absl::Minutes(1);

// What the store holds of a header that was accepted: its grounds, and for an override who signed
// it, whom no approver may be.
struct Stored {
  store::ReferralGrounds grounds;
  consent::HeaderContext context;
};

absl::StatusOr<consent::Signatory> SignerOf(const store::Snapshot& snapshot,
                                            const store::ReferralRecord& referral) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<std::string> der,
                         snapshot.directory().FindCertificate(referral.cert_id));
  if (!der.has_value()) return consent::Signatory();  // with no key nobody is somebody else
  AMANA_ASSIGN_OR_RETURN(const crypto::Certificate certificate, crypto::Certificate::FromDer(*der));
  return SignatoryOf(certificate, referral.sender);
}

absl::StatusOr<StatementKey> KeyOf(const v1::ReferralHeader& header) {
  v1::StatementRef ref;
  ref.set_sender_agency(header.sender().agency());
  ref.set_referral_id(header.referral_id());
  ref.set_version(header.version());
  return FromWire(ref, "header");
}

absl::StatusOr<Stored> Look(const store::Snapshot& snapshot, const v1::ReferralHeader& header) {
  Stored stored;
  stored.context.authentic = true;
  AMANA_ASSIGN_OR_RETURN(const StatementKey key, KeyOf(header));
  AMANA_ASSIGN_OR_RETURN(stored.grounds, snapshot.grounds().Of(key));
  if (header.has_parent()) {
    AMANA_ASSIGN_OR_RETURN(stored.context.parent_received, ReceivedParent(snapshot, header));
  }
  if (!consent::IsOverride(header.legal_basis())) return stored;
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         snapshot.referrals().Find(key));
  if (!referral.has_value()) return stored;
  stored.context.digest = referral->header_digest;
  AMANA_ASSIGN_OR_RETURN(const consent::Signatory signer, SignerOf(snapshot, *referral));
  stored.context.signer = signer.person;
  stored.context.signer_key = signer.key;
  return stored;
}

}  // namespace

consent::Decision DecideTask(const store::Snapshot& snapshot, const Moment& moment,
                             const v1::ReferralHeader& header, uint32_t task,
                             const Address& recipient, codes::CategorySet categories,
                             consent::Attempt attempt) {
  const absl::StatusOr<Stored> stored = Look(snapshot, header);
  absl::StatusOr<consent::HeaderFacts> facts = consent::FromHeader(
      header, task, categories, stored.ok() ? stored->context : consent::HeaderContext{});
  if (!facts.ok()) return consent::Decision();  // denies
  const absl::StatusOr<std::shared_ptr<const store::SubjectRecords>> records =
      snapshot.consents().OfSubject(facts->pseudonym);
  const absl::StatusOr<Recipients> recipients = Recipients::Of(snapshot, moment);
  const bool readable = stored.ok() && records.ok() && recipients.ok();
  const consent::Environment environment{
      .now = moment.now, .clock_ok = moment.clock_ok, .store_ok = readable, .attempt = attempt};
  const consent::RecipientFacts to =
      recipients.ok() ? recipients->Facts(recipient, facts->pseudonym) : consent::RecipientFacts{};
  if (!readable) {
    consent::Decision held = consent::Decide(*facts, consent::Statements{}, to, environment);
    // Nobody says when it can be read again.
    held.next_change = moment.now + kLookAgain;
    return held;
  }
  if (stored->grounds.attached.has_value()) facts->pinned = stored->grounds.attached;
  return consent::Decide(*facts,
                         {.records = (*records)->consents,
                          .exclusions = (*records)->exclusions,
                          .approvals = stored->grounds.approvals,
                          .reviews = stored->grounds.reviews},
                         to, environment);
}

codes::CategorySet CategoriesOf(const v1::Submission& sections) {
  codes::CategorySet out;
  for (const v1::SlotOpening& opening : sections.openings()) out.Add(opening.category());
  return out;
}

std::vector<uint8_t> PublicRuleNumbers(const consent::Decision& decision) {
  std::vector<uint8_t> out;
  for (const uint32_t rule : consent::RuleNumbers(decision.PublicRules())) {
    out.push_back(static_cast<uint8_t>(rule));
  }
  return out;
}

}  // namespace amana::delivery
