#include "agency-adapters/cli/audit_question.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>

#include "agency-adapters/cli/values.h"
#include "base/status.h"

namespace amana::cli {
namespace {

using v1::EventKind;

// What came of a delivery, a task or a handover, and the kinds of event that say so.
struct Outcome {
  std::string_view name;
  std::vector<EventKind> kinds;
};
const std::vector<Outcome>& Outcomes() {
  static const auto* const all = new std::vector<Outcome>{
      {"DELIVERED", {v1::EVENT_KIND_DELIVERY_NATIVE_ACKED}},
      {"WITHHELD", {v1::EVENT_KIND_DELIVERY_WITHHELD, v1::EVENT_KIND_TASK_BLOCKED_CONSENT}},
      {"UNDELIVERED",
       {v1::EVENT_KIND_DELIVERY_DEAD_LETTER, v1::EVENT_KIND_DELIVERY_NATIVE_NACKED,
        v1::EVENT_KIND_DELIVERY_EXPIRED}},
      {"RECALLED",
       {v1::EVENT_KIND_DELIVERY_RECALLED, v1::EVENT_KIND_DELIVERY_RECALL_CONFIRMED,
        v1::EVENT_KIND_DELIVERY_RECALL_REFUSED, v1::EVENT_KIND_DELIVERY_RECALL_UNANSWERED}},
      {"ACCEPTED", {v1::EVENT_KIND_TASK_ACCEPTED}},
      {"REJECTED", {v1::EVENT_KIND_TASK_REJECTED}},
      {"COMPLETED", {v1::EVENT_KIND_TASK_COMPLETED}},
      {"FAILED", {v1::EVENT_KIND_TASK_FAILED}},
      {"CANCELLED", {v1::EVENT_KIND_TASK_CANCELLED, v1::EVENT_KIND_TASK_REVOKED}},
      {"EXPIRED", {v1::EVENT_KIND_TASK_EXPIRED}},
      {"UNROUTABLE", {v1::EVENT_KIND_TASK_UNROUTABLE}},
      {"TRANSFERRED", {v1::EVENT_KIND_HANDOVER_CUSTODY_TRANSFERRED}},
      {"ERASED", {v1::EVENT_KIND_REFERRAL_ERASED, v1::EVENT_KIND_DELIVERY_ERASED}}};
  return *all;
}

std::string OutcomeNames() {
  std::string names;
  for (const Outcome& outcome : Outcomes()) {
    names += (names.empty() ? "" : ", ") + std::string(outcome.name);
  }
  return names;
}

// Narrows `kinds` to those of the outcomes; empty stands for all kinds.
absl::Status AddOutcomes(const std::vector<std::string>& names, std::vector<EventKind>& kinds) {
  if (names.empty()) return absl::OkStatus();
  std::vector<EventKind> wanted;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(Outcomes(), std::string_view(name), &Outcome::name);
    if (found == Outcomes().end()) {
      return UsageError("--outcome", "expected one of " + OutcomeNames());
    }
    for (const EventKind kind : found->kinds) {
      if (kinds.empty() || std::ranges::find(kinds, kind) != kinds.end()) wanted.push_back(kind);
    }
  }
  if (wanted.empty()) return UsageError("--outcome", "no kind of --kind has this outcome");
  std::ranges::sort(wanted);
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  kinds = std::move(wanted);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<AgencyId>> Agency(std::string_view option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  auto agency = AgencyId::Create(text);
  if (!agency.ok()) return UsageError(option, "expected an agency such as police-a");
  return std::optional(*std::move(agency));
}

absl::Status AskIds(const QuestionOptions& o, auditor::EventQuery& query) {
  if (!o.referral.empty()) {
    AMANA_ASSIGN_OR_RETURN(query.referral, HexOption<ReferralId>("--referral", o.referral));
  }
  if (!o.consent.empty()) {
    AMANA_ASSIGN_OR_RETURN(query.consent, HexOption<ConsentId>("--consent", o.consent));
  }
  if (!o.certificate.empty()) {
    AMANA_ASSIGN_OR_RETURN(query.certificate, HexOption<CertId>("--certificate", o.certificate));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<auditor::EventQuery> Asked(const QuestionOptions& o) {
  auditor::EventQuery query;
  AMANA_ASSIGN_OR_RETURN(query.kinds, CodeOptions<EventKind>("--kind", o.kinds));
  AMANA_RETURN_IF_ERROR(AddOutcomes(o.outcomes, query.kinds));
  AMANA_ASSIGN_OR_RETURN(query.reasons, CodeOptions<v1::Reason>("--reason", o.reasons));
  AMANA_ASSIGN_OR_RETURN(query.agency, Agency("--agency", o.agency));
  AMANA_ASSIGN_OR_RETURN(query.counterpart, Agency("--counterpart", o.counterpart));
  if (!o.from.empty()) {
    AMANA_ASSIGN_OR_RETURN(query.from, TimeOption("--since", o.from));
  }
  if (!o.until.empty()) {
    AMANA_ASSIGN_OR_RETURN(query.until, TimeOption("--until", o.until));
  }
  AMANA_RETURN_IF_ERROR(AskIds(o, query));
  if (!o.category.empty()) {
    AMANA_ASSIGN_OR_RETURN(query.category, CodeOption<v1::Category>("--category", o.category));
  }
  if (o.rule >= 0) query.rule = static_cast<uint8_t>(o.rule);
  query.sla_breach = o.sla_breach;
  return query;
}

void AddQuestion(CLI::App& command, QuestionOptions& o) {
  command.add_option("folder", o.folder, "Made by `amana audit mirror`")->required();
  command.add_option("--log", o.log, "Of the log of this origin, where the mirror has several");
  command.add_option("--kind", o.kinds, "Of these kinds")->delimiter(',');
  command.add_option("--outcome", o.outcomes, "That say so: " + OutcomeNames())->delimiter(',');
  command.add_option("--reason", o.reasons, "For these reasons")->delimiter(',');
  command.add_flag("--sla-breach", o.sla_breach, "Only where a window was missed");
  command.add_option("--since", o.from, "Not before this time (RFC 3339)");
  command.add_option("--until", o.until, "Before this time");
  command.add_option("--agency", o.agency, "That sent, acted or received");
  command.add_option("--counterpart", o.counterpart, "And this one on the other side");
  command.add_option("--referral", o.referral, "Of this referral (32 hex digits)");
  command.add_option("--consent", o.consent, "On this consent (32 hex digits)");
  command.add_option("--rule", o.rule, "By this rule of the consent table")
      ->check(CLI::Range(1, 99));
  command.add_option("--certificate", o.certificate, "Signed with this certificate (64)");
  command.add_option("--category", o.category, "In which this category was given or withheld");
}

}  // namespace amana::cli
