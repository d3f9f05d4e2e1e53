#include "broker/operations/register_consent.h"

#include <memory>
#include <optional>
#include <utility>

#include "amana/v1/consent.pb.h"
#include "broker/consent/records.h"
#include "broker/operations/commit.h"
#include "broker/operations/consent_effects.h"
#include "broker/operations/errors.h"
#include "broker/operations/statement.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

struct Checked {
  delivery::Moment moment;
  Verified<v1::ConsentRecord> statement;
  consent::ConsentFacts facts;
  std::shared_ptr<Effect> effect = std::make_shared<Effect>();
};

absl::StatusOr<Checked> Check(const Context& context, const identity::Caller& caller,
                              const v1::RegisterConsentRequest& request) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  AMANA_ASSIGN_OR_RETURN(Verified<v1::ConsentRecord> statement,
                         VerifyStatement<v1::ConsentRecord>(moment, caller, request.consent(),
                                                            envelope::kConsentType));
  AMANA_ASSIGN_OR_RETURN(consent::ConsentFacts facts,
                         consent::FromRecord(statement.message, {.authentic = true,
                                                                 .digest = statement.record.digest,
                                                                 .registered_at = moment.now,
                                                                 .withdrawn_at = std::nullopt}));
  AMANA_RETURN_IF_ERROR(identity::CheckSignsFor(statement.signer, facts.recorder, "recorder"));
  return Checked{.moment = moment, .statement = std::move(statement), .facts = std::move(facts)};
}

// Versions of a consent are the recording agency's; another finds none.
absl::Status CheckRecorder(const std::optional<consent::ConsentFacts>& newest,
                           const consent::ConsentFacts& facts) {
  const bool theirs = newest.has_value() && (newest->recorder.agency != facts.recorder.agency ||
                                             newest->pseudonym != facts.pseudonym);
  return theirs ? NotFound("consent_id") : absl::OkStatus();
}

absl::StatusOr<Verdict> Register(store::Transaction& tx, const Context& context,
                                 const Checked& checked) {
  const consent::ConsentFacts& facts = checked.facts;
  AMANA_ASSIGN_OR_RETURN(const std::optional<consent::ConsentFacts> newest,
                         std::as_const(tx).consents().Find(facts.id, 0));
  AMANA_RETURN_IF_ERROR(CheckRecorder(newest, facts));
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> kept,
                         std::as_const(tx).consents().FindStatement(facts.id, facts.version));
  if (kept.has_value()) {
    if (kept->digest == checked.statement.record.digest) return Verdict{.event = kept->log_index};
    return Equivocation("consent");
  }
  AMANA_RETURN_IF_ERROR(checked.statement.freshness);
  const uint32_t expected = newest.has_value() ? newest->version + 1 : 1;
  if (facts.version != expected) return VersionOutOfOrder("version");
  AMANA_RETURN_IF_ERROR(CheckRoomFor(tx, facts.pseudonym, facts.recorder.agency));
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.statement.signer));
  store::StatementRecord record = checked.statement.record;
  AMANA_ASSIGN_OR_RETURN(
      record.log_index,
      tx.log().Append(ConsentEvent(v1::EVENT_KIND_CONSENT_REGISTERED, checked.statement.evidence,
                                   facts.id, facts.version)));
  AMANA_RETURN_IF_ERROR(tx.consents().Register(facts, record));
  AMANA_ASSIGN_OR_RETURN(*checked.effect, ObeyWord(tx, checked.moment, context.policy,
                                                   NewWord{.author = facts.recorder.agency,
                                                           .subject = facts.pseudonym,
                                                           .statement = record.digest}));
  return Verdict{.event = record.log_index};
}

}  // namespace

void RegisterConsent(const Context& context, const identity::Caller& caller,
                     const v1::RegisterConsentRequest& request,
                     Reply<v1::RegisterConsentResponse> reply) {
  absl::StatusOr<Checked> checked = Check(context, caller, request);
  if (!checked.ok()) return reply(checked.status());
  auto shared = std::make_shared<const Checked>(*std::move(checked));
  CommitAndReply<v1::RegisterConsentResponse>(
      context,
      [&context, shared](store::Transaction& tx, v1::RegisterConsentResponse&) {
        return Register(tx, context, *shared);
      },
      ReplyWhenQuiet<v1::RegisterConsentResponse>(context, shared->facts.pseudonym, shared->effect,
                                                  /*only_if_taken_back=*/true, std::move(reply)));
}

}  // namespace amana::operations
