#include "broker/operations/explain_route.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "broker/consent/decision.h"
#include "broker/consent/explain.h"
#include "broker/delivery/recipients.h"
#include "broker/delivery/wire.h"
#include "broker/operations/errors.h"
#include "broker/routing/rank.h"
#include "proto/codes/codes.h"
#include "proto/crypto/sha256.h"

namespace amana::operations {
namespace {

using codes::CategorySet;

constexpr size_t kMaxExplained = 50;

struct Question {
  delivery::Moment moment;
  consent::HeaderFacts header;
  delivery::Recipients known;
  std::vector<Address> recipients;
};

absl::StatusOr<CategorySet> ReadCategories(const v1::ExplainRouteRequest& request) {
  CategorySet set;
  int last = 0;
  for (const int category : request.categories()) {
    if (!codes::kAllCategories.Has(static_cast<v1::Category>(category)) || category <= last) {
      return FieldInvalid("categories", "known categories, ascending");
    }
    last = category;
    set.Add(static_cast<v1::Category>(category));
  }
  return set;
}

absl::StatusOr<consent::HeaderFacts> ReadHeader(const identity::Caller& caller,
                                                const v1::ExplainRouteRequest& request) {
  consent::HeaderFacts facts;
  facts.authentic = true;
  AMANA_ASSIGN_OR_RETURN(facts.sender, delivery::FromWire(request.sender(), "sender"));
  if (!caller.ActsFor(facts.sender)) return SenderNotCaller("sender");
  AMANA_ASSIGN_OR_RETURN(facts.pseudonym,
                         Pseudonym::FromBytes(request.subject_pseudonym(), "subject_pseudonym"));
  if (request.has_consent()) {
    const v1::ConsentRef& ref = request.consent();
    consent::PinnedConsent pinned;
    AMANA_ASSIGN_OR_RETURN(pinned.id, ConsentId::FromBytes(ref.consent_id(), "consent.consent_id"));
    AMANA_ASSIGN_OR_RETURN(pinned.digest, Digest::FromBytes(ref.digest(), "consent.digest"));
    pinned.version = ref.version();
    facts.pinned = pinned;
  }
  AMANA_ASSIGN_OR_RETURN(facts.categories, ReadCategories(request));
  facts.service = request.service();
  facts.urgency = request.urgency();
  facts.subject_class = request.subject_class();
  facts.legal_basis = request.legal_basis();
  facts.embassy_contact = request.assertions().embassy_contact();
  facts.guardian_conflict = request.assertions().guardian_conflict();
  facts.majority_month = request.assertions().majority_month();
  facts.incapacity = request.assertions().incapacity();
  facts.cross_border = request.cross_border();
  facts.onward = false;
  facts.extract = false;
  return facts;
}

absl::StatusOr<std::vector<Address>> Recipients(const delivery::Recipients& known, absl::Time now,
                                                const v1::ExplainRouteRequest& request) {
  std::vector<Address> out;
  if (request.has_recipient()) {
    AMANA_ASSIGN_OR_RETURN(const Address one, delivery::FromWire(request.recipient(), "recipient"));
    if (known.unit(one) == nullptr) return RecipientUnknown("recipient");
    out.push_back(one);
    return out;
  }
  routing::RankRequest asked;
  asked.service = request.service();
  asked.county = request.county();
  // An embassy that must not be asked is explained, too.
  asked.embassy_contact = v1::EMBASSY_CONTACT_CONSENTED;
  asked.now = now;
  asked.limit = kMaxExplained;
  AMANA_ASSIGN_OR_RETURN(
      const routing::Ranking ranking,
      routing::Rank(known.directory(), asked, [&](const auto& agency, const auto& unit) {
        return known.Admits(agency, unit);
      }));
  for (const routing::Candidate& one : ranking.candidates) out.push_back(one.unit->address);
  return out;
}

absl::StatusOr<Question> Read(const Context& context, const identity::Caller& caller,
                              const v1::ExplainRouteRequest& request) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  AMANA_ASSIGN_OR_RETURN(consent::HeaderFacts header, ReadHeader(caller, request));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(delivery::Recipients known, delivery::Recipients::Of(*snapshot, moment));
  AMANA_ASSIGN_OR_RETURN(std::vector<Address> recipients, Recipients(known, moment.now, request));
  return Question{moment, std::move(header), std::move(known), std::move(recipients)};
}

// What the person has said, and what the registry says of the person, is told only to who recorded
// it or received under it, as by GetConsent. Null: to this caller nothing is.
absl::StatusOr<std::shared_ptr<const store::SubjectRecords>> RecordsFor(
    const store::Snapshot& snapshot, const identity::Caller& caller,
    const consent::HeaderFacts& header) {
  const std::shared_ptr<const store::SubjectRecords> none;
  if (!header.pinned.has_value()) return none;
  AMANA_ASSIGN_OR_RETURN(const std::optional<consent::ConsentFacts> pinned,
                         snapshot.consents().Find(header.pinned->id, header.pinned->version));
  if (!pinned.has_value() || pinned->pseudonym != header.pseudonym) return none;
  if (pinned->recorder.agency != caller.agency) {
    AMANA_ASSIGN_OR_RETURN(const bool received,
                           snapshot.deliveries().WasDisclosedTo(header.pseudonym, caller.agency));
    if (!received) return none;
  }
  return snapshot.consents().OfSubject(header.pseudonym);
}

void Put(CategorySet categories, google::protobuf::RepeatedField<int>* out) {
  for (const v1::Category category : categories) out->Add(category);
}

v1::RouteExplanation Explain(const Question& question, const store::SubjectRecords* records,
                             const Address& recipient) {
  consent::Statements statements;
  if (records != nullptr) {
    statements.records = records->consents;
    statements.exclusions = records->exclusions;
  }
  consent::RecipientFacts to = question.known.Facts(recipient, question.header.pseudonym);
  to.guardian_flagged &= records != nullptr;
  const consent::Environment environment{.now = question.moment.now,
                                         .clock_ok = true,
                                         .store_ok = true,
                                         .attempt = consent::Attempt::kFirst};
  const consent::Decision decision = consent::Decide(question.header, statements, to, environment);
  v1::RouteExplanation out;
  *out.mutable_recipient() = delivery::ToWire(recipient);
  out.set_kind(to.kind);
  out.set_delivers(decision.Delivers());
  Put(decision.permitted, out.mutable_permitted());
  Put(decision.redacted, out.mutable_withheld());
  for (const uint8_t rule : delivery::PublicRuleNumbers(decision)) out.add_consent_rules(rule);
  out.set_reason(decision.PublicCode());
  for (const consent::Obstacle& obstacle :
       consent::Obstacles(question.header, statements, to, environment)) {
    v1::RouteChange& change = *out.add_changes();
    change.set_rule(static_cast<uint32_t>(obstacle.rule));
    change.set_reason(obstacle.code);
    Put(obstacle.categories, change.mutable_categories());
  }
  if (decision.next_change < absl::InfiniteFuture()) {
    out.set_next_change_unix_ms(ToUnixMillis(decision.next_change));
  }
  return out;
}

absl::StatusOr<v1::ExplainRouteResponse> Answer(const Context& context,
                                                const identity::Caller& caller,
                                                const Question& question) {
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(const std::shared_ptr<const store::SubjectRecords> records,
                         RecordsFor(*snapshot, caller, question.header));
  v1::ExplainRouteResponse response;
  for (const Address& recipient : question.recipients) {
    *response.add_explanations() = Explain(question, records.get(), recipient);
  }
  return response;
}

events::Event AskedEvent(const identity::Caller& caller, const Question& question,
                         const v1::ExplainRouteRequest& request) {
  events::Event event;
  event.kind = v1::EVENT_KIND_ROUTE_EXPLAINED;
  event.actor_agency = caller.agency;
  event.actor_unit = caller.unit.value_or(UnitId());
  event.actor_person = caller.person.value_or(PersonId());
  event.cert_id = caller.cert_id;
  if (question.header.pinned.has_value()) {
    event.consent_id = question.header.pinned->id;
    event.consent_version = question.header.pinned->version;
  }
  // The request names the person's pseudonym; its digest tells whether it was this question.
  event.detail = crypto::Sha256(request.SerializeAsString()).bytes();
  return event;
}

}  // namespace

void ExplainRoute(const Context& context, const identity::Caller& caller,
                  const v1::ExplainRouteRequest& request, Reply<v1::ExplainRouteResponse> reply) {
  absl::StatusOr<Question> question = Read(context, caller, request);
  if (!question.ok()) return reply(question.status());
  // Here and not when the event is durable: what a person's records take to read must not keep the
  // store's replies to others waiting.
  absl::StatusOr<v1::ExplainRouteResponse> answer = Answer(context, caller, *question);
  if (!answer.ok()) return reply(answer.status());
  context.store->Commit([event = AskedEvent(caller, *question, request)](
                            store::Transaction& tx) { return tx.log().Append(event).status(); },
                        [answer = *std::move(answer), reply = std::move(reply)](
                            const absl::StatusOr<store::BatchPtr>& batch) mutable {
                          if (!batch.ok()) return reply(batch.status());
                          reply(std::move(answer));
                        });
}

}  // namespace amana::operations
