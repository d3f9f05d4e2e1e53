#include "agency-adapters/runtime/outgoing.h"

#include <algorithm>
#include <utility>

#include "agency-adapters/runtime/errors.h"
#include "base/status.h"
#include "proto/codes/names.h"
#include "proto/crypto/random.h"

namespace amana::runtime {
namespace {

constexpr absl::Duration kKeysAskedAgain = absl::Minutes(1);

v1::MatchRequest MatchRequestOf(const v1::ReferralHeader& header,
                                const v1::ServiceRequest& service) {
  v1::MatchRequest request;
  request.set_service(service.service());
  request.set_county(service.route().county());
  request.set_age_class(service.route().age_class());
  request.set_sex(service.route().sex());
  request.set_language(service.route().language());
  request.set_urgency(header.urgency());
  request.set_embassy_contact(header.assertions().embassy_contact());
  return request;
}

void AddRecipient(const Address& address, sdk::ReferralDraft& draft) {
  if (std::ranges::find(draft.recipients, address, &sdk::DraftRecipient::to) ==
      draft.recipients.end()) {
    draft.recipients.push_back({address, {}});
  }
}

}  // namespace

absl::StatusOr<int64_t> Outgoing::Put(const ItemRow& row, const HeldItem& item) {
  switch (row.kind) {
    case ItemKind::kCase:
      return PutCase(row, item);
    case ItemKind::kUpdate:
      return PutUpdate(row, item);
    case ItemKind::kCancel:
      return PutCancel(item.item);
    case ItemKind::kHandover:
      return PutHandover(row, item.item);
    default:
      return PutAnswer(row, item.item);
  }
}

absl::StatusOr<EntryNews> Outgoing::Ask(int64_t entry, bool again) {
  if (again) {
    AMANA_RETURN_IF_ERROR(end_.sender.outbox().SendAgain(entry));
  }
  AMANA_ASSIGN_OR_RETURN(const sdk::OutboxEntry found, end_.sender.outbox().Get(entry));
  switch (found.state) {
    case sdk::EntryState::kPending:
      return EntryNews{};
    case sdk::EntryState::kAccepted:
      return EntryNews{EntryFate::kAccepted};
    case sdk::EntryState::kRefused:
      break;
  }
  return EntryNews{EntryFate::kRefused,
                   MakeError(absl::StatusCode::kFailedPrecondition, found.reason, found.field,
                             "the broker refused it")};
}

absl::StatusOr<int64_t> Outgoing::PutCase(const ItemRow& row, const HeldItem& item) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> standing, Standing(row));
  if (standing.has_value()) return *standing;
  AMANA_ASSIGN_OR_RETURN(const mapping::CaseFacts facts, judge_.FactsOf(item));
  AMANA_ASSIGN_OR_RETURN(const CasePlan plan, PlanCase(facts, rules_, end_.clock.Now()));
  sdk::ReferralDraft draft;
  draft.header = plan.header;
  draft.header.set_referral_id(row.referral.bytes());
  draft.header.set_version(1);
  draft.header.set_subject_pseudonym(crypto::RandomId<Pseudonym>().bytes());
  draft.sections = ToDrafts(plan.sections);
  AMANA_RETURN_IF_ERROR(AddConsent(plan, draft));
  AMANA_RETURN_IF_ERROR(AddRecipients(plan, draft));
  for (const sdk::DraftRecipient& recipient : draft.recipients) {
    AMANA_RETURN_IF_ERROR(AskForKeys(recipient.to.agency));
  }
  absl::StatusOr<sdk::QueuedReferral> queued = end_.sender.Queue(draft);
  if (!queued.ok() && (ErrorReason(queued.status()) == "RECIPIENT_UNKNOWN" ||
                       ErrorReason(queued.status()) == "CERTIFICATE_UNPINNED")) {
    // Not met before, or its certificate is over: the directory may know a newer one.
    for (const sdk::DraftRecipient& recipient : draft.recipients) {
      AMANA_RETURN_IF_ERROR(end_.sender.directory().Fetch(recipient.to.agency).status());
    }
    queued = end_.sender.Queue(draft);
  }
  if (!queued.ok()) return queued.status();
  return queued->entry;
}

absl::Status Outgoing::AskForKeys(const AgencyId& agency) {
  if (!broker_answers_()) return absl::OkStatus();
  const absl::Time now = end_.clock.Now();
  const auto [asked, first] = asked_.emplace(agency, now);
  const bool lately = now >= asked->second && now < asked->second + kKeysAskedAgain;
  if (!first && lately) return absl::OkStatus();
  asked->second = now;
  // A broker that has just gone away is no reason to wait: it is sealed to the keys that are known.
  const absl::Status fetched = end_.sender.directory().Fetch(agency).status();
  return absl::IsPermissionDenied(fetched) ? fetched : absl::OkStatus();
}

absl::Status Outgoing::AddConsent(const CasePlan& plan, sdk::ReferralDraft& draft) {
  if (plan.consent.empty()) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const sdk::ConsentName name,
                         sdk::ParseConsentName(plan.consent, "header.consent"));
  AMANA_ASSIGN_OR_RETURN(sdk::FoundConsent found, end_.consents.Find(name));
  v1::ConsentRef* ref = draft.header.mutable_consent();
  ref->set_consent_id(found.record.consent_id());
  ref->set_version(found.record.version());
  ref->set_digest(found.digest.bytes());
  draft.header.set_subject_pseudonym(found.record.subject_pseudonym());
  draft.consent = std::move(found.envelope);
  return absl::OkStatus();
}

absl::Status Outgoing::AddRecipients(const CasePlan& plan, sdk::ReferralDraft& draft) {
  for (const Address& address : plan.recipients) AddRecipient(address, draft);
  if (!plan.by_route) return absl::OkStatus();
  for (const v1::ServiceRequest& service : plan.header.services()) {
    if (!service.has_route()) continue;
    AMANA_ASSIGN_OR_RETURN(const sdk::MatchResult found,
                           end_.sender.Match(MatchRequestOf(plan.header, service)));
    if (found.candidates.empty()) return NoCandidate("header.services");
    const size_t wanted = std::min(found.candidates.size(), rules_.candidates);
    for (size_t i = 0; i < wanted; ++i) AddRecipient(found.candidates[i].address, draft);
  }
  return absl::OkStatus();
}

absl::StatusOr<sdk::InboxItem> Outgoing::OfferOf(const std::string& about) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<DeliveryRow> row, deliveries_.Find(about));
  if (!row.has_value() || row->kind == DeliveryKind::kNotice) return AboutUnknown();
  AMANA_ASSIGN_OR_RETURN(const sdk::InboxItem item, end_.inbox.Get(row->source));
  // Whichever of its parts is named, what is answered is the offer.
  sdk::DeliveryKey key = item.key;
  key.stage = v1::DISCLOSURE_STAGE_AT_OFFER;
  key.update = 0;
  AMANA_ASSIGN_OR_RETURN(std::optional<sdk::InboxItem> offer, end_.inbox.Find(key));
  if (!offer.has_value()) return AboutUnknown();
  return *std::move(offer);
}

absl::StatusOr<StatementKey> Outgoing::OwnCase(const std::string& about) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<ItemRow> row, items_.Find(about));
  if (!row.has_value() || row->kind != ItemKind::kCase || row->entry == 0) return AboutUnknown();
  return StatementKey{end_.identity.agency(), row->referral, 1};
}

absl::StatusOr<std::optional<sdk::Words>> Outgoing::WordsFor(const sdk::InboxItem& offer,
                                                             const std::string& text) {
  if (text.empty()) return std::optional<sdk::Words>();
  const Address sender{offer.key.referral.sender, offer.sender_unit};
  absl::StatusOr<crypto::Certificate> sealing = end_.sender.SealingFor(sender, "words");
  if (!sealing.ok()) {
    AMANA_RETURN_IF_ERROR(end_.sender.directory().Fetch(sender.agency).status());
    sealing = end_.sender.SealingFor(sender, "words");
  }
  if (!sealing.ok()) return sealing.status();
  return std::optional<sdk::Words>({text, *std::move(sealing)});
}

absl::StatusOr<int64_t> Outgoing::PutAnswer(const ItemRow& row, const NativeItem& item) {
  AMANA_ASSIGN_OR_RETURN(const sdk::InboxItem offer, OfferOf(item.about));
  if (item.kind == ItemKind::kSeen) {
    return end_.inbox.MarkSeen(offer.id, end_.identity, end_.clock);
  }
  if (offer.state == sdk::InboxState::kReceived && item.kind != ItemKind::kStart) {
    // Who decides has read it: the same person signs both.
    AMANA_RETURN_IF_ERROR(end_.inbox.MarkSeen(offer.id, end_.identity, end_.clock).status());
  }
  switch (item.kind) {
    case ItemKind::kAccept:
      return end_.inbox.Accept(offer.id, end_.identity, end_.clock);
    case ItemKind::kDecline:
      return PutDecline(offer, item);
    case ItemKind::kAsk:
      return PutAsk(row, offer, item);
    case ItemKind::kStart:
      return end_.answers.Start(offer.id);
    case ItemKind::kComplete:
    case ItemKind::kFail:
      return PutOutcome(offer, item);
    default:
      return ItemInvalid("kind", "is none that this build knows");
  }
}

absl::StatusOr<int64_t> Outgoing::PutDecline(const sdk::InboxItem& offer, const NativeItem& item) {
  const auto reason = codes::ParseCode<v1::Reason>(item.code).value_or(v1::REASON_UNSPECIFIED);
  AMANA_ASSIGN_OR_RETURN(const std::optional<sdk::Words> words, WordsFor(offer, item.words));
  if (words.has_value()) return end_.answers.DeclineInWords(offer.id, reason, *words);
  return end_.inbox.Decline(offer.id, reason, end_.identity, end_.clock);
}

absl::StatusOr<int64_t> Outgoing::PutAsk(const ItemRow& row, const sdk::InboxItem& offer,
                                         const NativeItem& item) {
  std::vector<v1::Category> wanted;
  for (const std::string& name : item.categories) {
    wanted.push_back(codes::ParseCode<v1::Category>(name).value_or(v1::CATEGORY_UNSPECIFIED));
  }
  std::ranges::sort(wanted);
  AMANA_ASSIGN_OR_RETURN(const std::optional<sdk::Words> words, WordsFor(offer, item.words));
  return Once(row, [&](std::string made_for) {
    return end_.answers.Ask(offer.id, wanted, words, std::move(made_for));
  });
}

absl::StatusOr<int64_t> Outgoing::PutOutcome(const sdk::InboxItem& offer, const NativeItem& item) {
  const auto outcome = codes::ParseCode<v1::Reason>(item.code).value_or(v1::REASON_UNSPECIFIED);
  AMANA_ASSIGN_OR_RETURN(const std::optional<sdk::Words> words, WordsFor(offer, item.words));
  return end_.answers.Report(offer.id, item.kind == ItemKind::kComplete, outcome, words);
}

}  // namespace amana::runtime
