#include "tests/sim/sender.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "broker/delivery/wire.h"
#include "broker/operations/attach_consent.h"
#include "broker/operations/match.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/dsse.h"

namespace amana::sim {
namespace {

using operations::World;

constexpr size_t kMostSealed = 5;

v1::Urgency UrgencyOf(uint64_t percent) {
  if (percent < 4) return v1::URGENCY_IMMEDIATE;
  if (percent < 16) return v1::URGENCY_EMERGENCY;
  return percent < 55 ? v1::URGENCY_URGENT : v1::URGENCY_NORMAL;
}

// Months since January 1970, two years from now.
uint32_t MajorityAfter(absl::Time now) {
  const absl::CivilMonth month(absl::ToCivilMonth(now, absl::UTCTimeZone()));
  return static_cast<uint32_t>(month - absl::CivilMonth(1970)) + 24;
}

}  // namespace

Sender::Need Sender::MakeNeed() {
  Chance& chance = town_.chance;
  Need need;
  need.about.service = kServices[chance.Percent(40) ? 0 : chance.Below(std::size(kServices))];
  need.about.urgency = UrgencyOf(chance.Below(100));
  need.about.minor = chance.Percent(12);
  need.about.hands_over =
      need.about.service == v1::SERVICE_TYPE_ACCOMMODATION && chance.Percent(70);
  need.route.set_county(kCounties[chance.Below(std::size(kCounties))]);
  need.route.set_age_class(need.about.minor ? v1::SUBJECT_CLASS_MINOR : v1::SUBJECT_CLASS_ADULT);
  need.route.set_sex(chance.Percent(70) ? v1::SEX_CONSTRAINT_FEMALE : v1::SEX_CONSTRAINT_MALE);
  return need;
}

std::vector<size_t> Sender::Match(const Need& need) {
  v1::MatchRequest request;
  request.set_service(need.about.service);
  request.set_county(need.route.county());
  request.set_age_class(need.route.age_class());
  request.set_sex(need.route.sex());
  request.set_urgency(need.about.urgency);
  request.mutable_sender()->set_agency("police");
  request.mutable_sender()->set_unit("desk");
  const auto found = operations::Match(town_.world.context(), World::CallerOf("police"), request);
  AMANA_EXPECT_OK(found.status());
  std::vector<size_t> ranked;
  if (!found.ok()) return ranked;
  for (const v1::Candidate& each : found->candidates()) {
    const Profile* const shelter =
        town_.ShelterOf(*AgencyId::Create(each.address().agency(), "agency"));
    if (shelter != nullptr) ranked.push_back(static_cast<size_t>(shelter - &town_.shelters[0]));
  }
  return ranked;
}

v1::ConsentRecord Sender::MakeConsent(const Need& need, const std::vector<size_t>& ranked) {
  Chance& chance = town_.chance;
  v1::ConsentRecord consent = town_.world.Consent();
  consent.set_consent_id(chance.Bytes(16));
  consent.set_subject_pseudonym(absl::StrFormat("person-%09d", persons_++));
  consent.add_purposes(v1::PURPOSE_HEALTH_CARE);
  if (chance.Percent(95)) consent.add_purposes(v1::PURPOSE_INTEGRATION);
  consent.clear_recipients();
  // All shelters, or some by name; now and then those who cannot help.
  if (chance.Percent(40)) {
    consent.add_recipient_kinds(v1::AGENCY_KIND_SHELTER);
  } else {
    const size_t some = 1 + chance.Below(6);
    for (size_t i = 0; i < std::min(some, ranked.size()); ++i) {
      consent.add_recipients()->set_agency(town_.shelters[ranked[i]].shelter.agency);
    }
    if (ranked.empty()) consent.add_recipients()->set_agency(town_.shelters[0].shelter.agency);
  }
  if (need.about.minor) {
    consent.set_given_by(v1::CONSENT_GIVER_PARENT);
    consent.set_authority_evidence_sha256(std::string(32, 'a'));
    consent.set_child_assent(v1::CHILD_ASSENT_GIVEN);
  }
  if (chance.Percent(6)) {
    consent.set_valid_until_unix_ms(
        absl::ToUnixMillis(town_.Now() + chance.Between(absl::Hours(3), absl::Hours(72))));
  }
  AMANA_EXPECT_OK(town_.world.Register(consent));
  return consent;
}

void Sender::SendOne() {
  Chance& chance = town_.chance;
  Need need = MakeNeed();
  const std::vector<size_t> ranked = Match(need);
  v1::ConsentRecord consent;
  if (!town_.cases.empty() && chance.Percent(8)) {
    // Somebody who is known: it rests on what they consented to then.
    auto known = town_.cases.begin();
    std::advance(known, chance.Below(std::min<size_t>(town_.cases.size(), 64)));
    consent = known->second.sent.consent;
    need.about.minor = known->second.minor;
    need.route.set_age_class(need.about.minor ? v1::SUBJECT_CLASS_MINOR : v1::SUBJECT_CLASS_ADULT);
  } else {
    consent = MakeConsent(need, ranked);
  }
  std::vector<size_t> sealed;
  const size_t most = chance.Percent(12) ? chance.Below(2) : kMostSealed;
  for (const size_t each : ranked) {
    if (sealed.size() < most) sealed.push_back(each);
  }
  Submit(std::move(need), consent, std::move(sealed));
}

void Sender::Submit(Need need, const v1::ConsentRecord& consent, std::vector<size_t> sealed) {
  Chance& chance = town_.chance;
  std::vector<operations::Shelter> shelters;
  shelters.reserve(sealed.size());
  for (const size_t each : sealed) shelters.push_back(town_.shelters[each].shelter);
  const bool own_order = shelters.size() > 1 && chance.Percent(15);
  const absl::Duration life =
      chance.Percent(8) ? chance.Between(absl::Hours(24), absl::Hours(96)) : absl::Hours(14 * 24);
  Case& about = need.about;
  about.sent =
      operations::SendRoute(town_.world, consent, shelters, [&](envelope::SubmissionDraft& draft) {
        v1::ReferralHeader& header = draft.header;
        header.set_referral_id(chance.Bytes(16));
        header.mutable_services(0)->set_service(about.service);
        *header.mutable_services(0)->mutable_route() = need.route;
        header.set_urgency(about.urgency);
        header.set_expires_unix_ms(absl::ToUnixMillis(town_.Now() + life));
        if (about.minor) {
          header.set_subject_class(v1::SUBJECT_CLASS_MINOR);
          header.mutable_assertions()->set_majority_month(MajorityAfter(town_.Now()));
        }
        if (!own_order) return;
        for (const operations::Shelter& each : shelters) {
          draft.order[0].insert(draft.order[0].begin(), each.address());
        }
      });
  about.sent.submission.clear_sections();
  about.sent.submission.clear_grants();
  about.consented = std::move(sealed);
  const StatementKey key = about.sent.key;
  town_.cases[key] = std::move(about);
  PlanAhead(key);
}

void Sender::PlanAhead(const StatementKey& key) {
  Chance& chance = town_.chance;
  if (chance.Percent(5)) {
    town_.After(chance.Around(absl::Hours(30)), [this, key] { Withdraw(*town_.Find(key)); });
  } else if (chance.Percent(3)) {
    town_.After(chance.Around(absl::Hours(30)), [this, key] { Cancel(*town_.Find(key)); });
  }
}

void Sender::On(const sdk::EventView& view) {
  if (!view.referral.has_value()) return;
  Case* const about = town_.Find(*view.referral);
  if (about == nullptr) return;
  const StatementKey key = about->sent.key;
  Chance& chance = town_.chance;
  switch (view.kind) {
    case v1::EVENT_KIND_TASK_NEEDS_WRAP:
      if (chance.Percent(15)) return;  // nobody looks
      return town_.After(chance.Around(absl::Minutes(20)), [this, key] { Wrap(*town_.Find(key)); });
    case v1::EVENT_KIND_TASK_ROUTED:
      if (about->urgency != v1::URGENCY_IMMEDIATE || chance.Percent(20)) return;
      return town_.After(chance.Around(absl::Minutes(4)), [this, key] { Call(*town_.Find(key)); });
    case v1::EVENT_KIND_TASK_BLOCKED_CONSENT:
      if (view.reason == v1::REASON_CONSENT_WITHDRAWN || chance.Percent(30)) return;
      return town_.After(chance.Around(absl::Hours(6)), [this, key] { Renew(*town_.Find(key)); });
    case v1::EVENT_KIND_TASK_ACCEPTED:
      if (about->hands_over) escort_.Bring(*about);
      return;
    case v1::EVENT_KIND_TASK_REVOKED:
    case v1::EVENT_KIND_TASK_CANCELLED:
    case v1::EVENT_KIND_TASK_REROUTED:
    case v1::EVENT_KIND_TASK_UNROUTABLE:
      return escort_.Stop(*about);
    default:
      if (v1::EventKind_Name(view.kind).find("_HANDOVER_") != std::string::npos) escort_.On(view);
  }
}

void Sender::Wrap(const Case& about) {
  const store::TaskRecord task = town_.TaskOf(about);
  if (task.state != v1::TASK_STATE_NEEDS_WRAP) return;
  const Profile* const shelter = town_.ShelterOf(task.recipient->agency);
  if (shelter != nullptr) {
    AMANA_EXPECT_OK(operations::WrapFor(town_.world, about.sent, shelter->shelter).status());
  }
}

void Sender::Call(const Case& about) {
  const store::TaskRecord task = town_.TaskOf(about);
  if (!task.recipient.has_value() || task.clock.call == store::CallState::kNone) return;
  const Profile* const shelter = town_.ShelterOf(task.recipient->agency);
  if (shelter != nullptr) {
    AMANA_EXPECT_OK(operations::CallBy(town_.world, about.sent, shelter->shelter).status());
  }
}

// The person is asked again, consents to every shelter, and the referral rests on that.
void Sender::Renew(Case& about) {
  if (town_.TaskOf(about).state != v1::TASK_STATE_BLOCKED_CONSENT) return;
  World& world = town_.world;
  v1::ConsentRecord wider = about.sent.consent;
  *wider.mutable_meta() = world.Meta(operations::PoliceSigner());
  wider.set_version(wider.version() + 1);
  wider.clear_recipients();
  wider.clear_recipient_kinds();
  wider.add_recipient_kinds(v1::AGENCY_KIND_SHELTER);
  wider.set_valid_until_unix_ms(absl::ToUnixMillis(town_.Now() + absl::Hours(30 * 24)));
  if (!world.Register(wider).ok()) return Cancel(about);  // known in this version: another case's
  v1::ConsentAttachment message;
  *message.mutable_meta() = world.Meta(operations::PoliceSigner());
  *message.mutable_referral() = delivery::ToWire(about.sent.key);
  message.set_header_digest(about.sent.digest);
  message.mutable_consent()->set_consent_id(wider.consent_id());
  message.mutable_consent()->set_version(wider.version());
  message.mutable_consent()->set_digest(crypto::Sha256(envelope::Serialize(wider)).bytes());
  v1::AttachConsentRequest request;
  *request.mutable_attachment() =
      world.Sign(envelope::kConsentAttachmentType, message, operations::PoliceSigner());
  about.sent.consent = wider;
  const auto attached = operations::Await<v1::AttachConsentResponse>([&](auto reply) {
    operations::AttachConsent(world.context(), World::CallerOf("police"), request,
                              std::move(reply));
  });
  if (!attached.ok()) Cancel(about);  // the consent before was withdrawn too: it is erased
}

void Sender::Cancel(const Case& about) {
  // Refused where all is over.
  (void)operations::Cancel(town_.world, about.sent);
}

void Sender::Withdraw(const Case& about) {
  if (operations::Withdraw(town_.world, about.sent.consent).ok()) ++withdrawn_;
}

void Sender::Phoned(Case& about) {
  switch (town_.TaskOf(about).state) {
    case v1::TASK_STATE_NEEDS_WRAP:
      return Wrap(about);
    case v1::TASK_STATE_BLOCKED_CONSENT:
      return town_.chance.Percent(60) ? Renew(about) : Cancel(about);
    default:
      return Call(about);
  }
}

}  // namespace amana::sim
