#include "broker/operations/register_exclusion.h"

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
  Verified<v1::Exclusion> statement;
  consent::ExclusionFacts facts;
  std::shared_ptr<Effect> effect = std::make_shared<Effect>();
};

absl::StatusOr<Checked> Check(const Context& context, const identity::Caller& caller,
                              const v1::RegisterExclusionRequest& request) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  AMANA_ASSIGN_OR_RETURN(Verified<v1::Exclusion> statement,
                         VerifyStatement<v1::Exclusion>(moment, caller, request.exclusion(),
                                                        envelope::kExclusionType));
  AMANA_ASSIGN_OR_RETURN(consent::ExclusionFacts facts, consent::FromExclusion(statement.message));
  AMANA_RETURN_IF_ERROR(identity::CheckSignsFor(statement.signer, facts.recorder, "recorder"));
  return Checked{.moment = moment, .statement = std::move(statement), .facts = std::move(facts)};
}

absl::StatusOr<Verdict> Register(store::Transaction& tx, const Context& context,
                                 const Checked& checked) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> kept,
                         std::as_const(tx).consents().FindExclusion(checked.facts.id));
  if (kept.has_value()) {
    if (kept->digest == checked.statement.record.digest) return Verdict{.event = kept->log_index};
    return Equivocation("exclusion");
  }
  AMANA_RETURN_IF_ERROR(checked.statement.freshness);
  AMANA_RETURN_IF_ERROR(CheckRoomFor(tx, checked.facts.pseudonym, checked.facts.recorder.agency));
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.statement.signer));
  store::StatementRecord record = checked.statement.record;
  AMANA_ASSIGN_OR_RETURN(record.log_index, tx.log().Append(ConsentEvent(
                                               v1::EVENT_KIND_EXCLUSION_REGISTERED,
                                               checked.statement.evidence, checked.facts.id, 0)));
  AMANA_RETURN_IF_ERROR(tx.consents().RegisterExclusion(checked.facts, record));
  // Neither recalls nor events say by what: the excluded must not read that they were.
  AMANA_ASSIGN_OR_RETURN(
      *checked.effect,
      ObeyWord(tx, checked.moment, context.policy,
               NewWord{.author = {}, .subject = checked.facts.pseudonym, .statement = {}}));
  return Verdict{.event = record.log_index};
}

}  // namespace

void RegisterExclusion(const Context& context, const identity::Caller& caller,
                       const v1::RegisterExclusionRequest& request,
                       Reply<v1::RegisterExclusionResponse> reply) {
  absl::StatusOr<Checked> checked = Check(context, caller, request);
  if (!checked.ok()) return reply(checked.status());
  auto shared = std::make_shared<const Checked>(*std::move(checked));
  CommitAndReply<v1::RegisterExclusionResponse>(
      context,
      [&context, shared](store::Transaction& tx, v1::RegisterExclusionResponse&) {
        return Register(tx, context, *shared);
      },
      ReplyWhenQuiet<v1::RegisterExclusionResponse>(context, shared->facts.pseudonym,
                                                    shared->effect, /*only_if_taken_back=*/false,
                                                    std::move(reply)));
}

}  // namespace amana::operations
