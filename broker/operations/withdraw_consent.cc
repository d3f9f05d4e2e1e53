#include "broker/operations/withdraw_consent.h"

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
  Verified<v1::Withdrawal> statement;
  consent::WithdrawalFacts facts;
  std::shared_ptr<Effect> effect = std::make_shared<Effect>();
};

absl::StatusOr<Checked> Check(const Context& context, const identity::Caller& caller,
                              const v1::WithdrawConsentRequest& request) {
  // A no is taken whatever the clock says.
  const delivery::Moment moment = context.Now();
  AMANA_ASSIGN_OR_RETURN(Verified<v1::Withdrawal> statement,
                         VerifyStatement<v1::Withdrawal>(moment, caller, request.withdrawal(),
                                                         envelope::kWithdrawalType));
  AMANA_ASSIGN_OR_RETURN(consent::WithdrawalFacts facts,
                         consent::FromWithdrawal(statement.message));
  AMANA_RETURN_IF_ERROR(identity::CheckSignsFor(statement.signer, facts.recorder, "recorder"));
  return Checked{.moment = moment, .statement = std::move(statement), .facts = std::move(facts)};
}

absl::StatusOr<bool> MayWithdraw(const store::Transaction& tx, const identity::Caller& caller,
                                 const identity::Registry& registry,
                                 const consent::ConsentFacts& consent) {
  if (consent.recorder.agency == caller.agency) return true;
  const identity::Agency* agency = registry.agency(caller.agency);
  if (agency != nullptr && agency->kind == v1::AGENCY_KIND_CHILDREN_OFFICE) return true;
  AMANA_ASSIGN_OR_RETURN(const bool received,
                         tx.deliveries().WasDisclosedTo(consent.pseudonym, caller.agency));
  if (received) return true;
  return tx.deliveries().WasReferredBy(consent.pseudonym, caller.agency);
}

absl::StatusOr<Verdict> Withdraw(store::Transaction& tx, const Context& context,
                                 const identity::Caller& caller, const Checked& checked,
                                 v1::WithdrawConsentResponse& response) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<consent::ConsentFacts> consent,
                         std::as_const(tx).consents().Find(checked.facts.consent, 0));
  if (!consent.has_value() || consent->pseudonym != checked.facts.pseudonym) {
    return NotFound("consent_id");
  }
  AMANA_ASSIGN_OR_RETURN(const bool may,
                         MayWithdraw(tx, caller, *checked.moment.trust->registry, *consent));
  if (!may) return NotFound("consent_id");
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> kept,
                         std::as_const(tx).consents().FindWithdrawal(checked.facts.consent));
  if (kept.has_value()) {
    if (kept->digest == checked.statement.record.digest) return Verdict{.event = kept->log_index};
    return AlreadyWithdrawn("consent_id");
  }
  AMANA_RETURN_IF_ERROR(checked.statement.freshness);
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.statement.signer));
  store::StatementRecord record = checked.statement.record;
  AMANA_ASSIGN_OR_RETURN(
      record.log_index,
      tx.log().Append(ConsentEvent(v1::EVENT_KIND_CONSENT_WITHDRAWN, checked.statement.evidence,
                                   checked.facts.consent, consent->version)));
  AMANA_RETURN_IF_ERROR(tx.consents().Withdraw(checked.facts.consent, checked.moment.now, record));
  // Who else may withdraw is an agency that the person has reached: others must not learn which.
  const NewWord word{.author = caller.agency,
                     .subject = checked.facts.pseudonym,
                     .statement = record.digest,
                     .withdrawn = checked.facts.consent,
                     .cause_shown = caller.agency == consent->recorder.agency};
  AMANA_ASSIGN_OR_RETURN(*checked.effect, ObeyWord(tx, checked.moment, context.policy, word));
  response.set_withheld(static_cast<uint32_t>(checked.effect->taken.quiet));
  response.set_recalled(static_cast<uint32_t>(checked.effect->taken.recalled));
  return Verdict{.event = record.log_index};
}

}  // namespace

void WithdrawConsent(const Context& context, const identity::Caller& caller,
                     const v1::WithdrawConsentRequest& request,
                     Reply<v1::WithdrawConsentResponse> reply) {
  absl::StatusOr<Checked> checked = Check(context, caller, request);
  if (!checked.ok()) return reply(checked.status());
  auto shared = std::make_shared<const Checked>(*std::move(checked));
  CommitAndReply<v1::WithdrawConsentResponse>(
      context,
      [&context, caller, shared](store::Transaction& tx, v1::WithdrawConsentResponse& response) {
        return Withdraw(tx, context, caller, *shared, response);
      },
      ReplyWhenQuiet<v1::WithdrawConsentResponse>(context, shared->facts.pseudonym, shared->effect,
                                                  /*only_if_taken_back=*/false, std::move(reply)));
}

}  // namespace amana::operations
