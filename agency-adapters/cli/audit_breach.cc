#include "agency-adapters/auditor/breach.h"
#include "agency-adapters/cli/audit_chain.h"
#include "agency-adapters/cli/audit_mirror.h"
#include "agency-adapters/cli/audit_question.h"
#include "agency-adapters/cli/audit_tables.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/event_text.h"
#include "agency-adapters/cli/values.h"
#include "base/status.h"
#include "proto/crypto/spiffe.h"

namespace amana::cli {
namespace {

struct Options {
  std::string folder, log, certificate, from, until, format = "text", out;
};

std::string RecipientsText(const auditor::TouchedReferral& referral) {
  std::string text;
  for (const Address& each : referral.recipients) {
    text += (text.empty() ? "" : ", ") + (each.unit.empty() ? each.agency.value() : ToString(each));
  }
  return text;
}

std::string OwnerText(const auditor::Breach& breach) {
  if (!breach.certificate.has_value()) {
    return "the certificate is not in this mirror: what reached its unit cannot be told\n";
  }
  return std::string(crypto::UsageName(breach.certificate->usage())) + " certificate of " +
         crypto::ToUri(breach.certificate->spiffe()) + "\n";
}

std::string TextOf(const auditor::Breach& breach) {
  std::string text = OwnerText(breach);
  Table kinds({"SIGNED WITH IT", "EVENTS"});
  for (const auto& [kind, count] : breach.signed_kinds) {
    kinds.Add({KindName(kind), std::to_string(count)});
  }
  Table referrals({"REFERRAL", "SIGNED", "DELIVERIES", "TO"});
  for (const auto& [key, referral] : breach.referrals) {
    referrals.Add({sdk::ToString(key), std::to_string(referral.signed_events),
                   std::to_string(referral.deliveries), RecipientsText(referral)});
  }
  text += kinds.Text() + referrals.Text();
  for (const auditor::TouchedEvent& event : breach.events) {
    std::string how(auditor::HowName(event.how));
    how.resize(10, ' ');
    text += how + ToLine(event.index, event.view);
  }
  if (breach.events.empty()) text += "nothing that this mirror is shown was touched by it\n";
  if (breach.hidden > 0) {
    text += std::to_string(breach.hidden) +
            " events of the period do not show this mirror by which certificate they are: ask the "
            "agency to run this over its own\n";
  }
  return text;
}

Json EventsOf(const auditor::Breach& breach) {
  Json events = Json::array();
  for (const auditor::TouchedEvent& event : breach.events) {
    Json json = {{"how", std::string(auditor::HowName(event.how))}, {"index", event.index}};
    json.update(ToJson(event.view));
    events.push_back(std::move(json));
  }
  return events;
}

Json SummaryOf(const auditor::Breach& breach) {
  Json json = {{"kinds", Json::object()}, {"referrals", Json::array()}, {"hidden", breach.hidden}};
  if (breach.certificate.has_value()) {
    json["owner"] = crypto::ToUri(breach.certificate->spiffe());
    json["usage"] = std::string(crypto::UsageName(breach.certificate->usage()));
  }
  for (const auto& [kind, count] : breach.signed_kinds) json["kinds"][KindName(kind)] = count;
  for (const auto& [key, referral] : breach.referrals) {
    Json recipients = Json::array();
    for (const Address& each : referral.recipients) recipients.push_back(ToString(each));
    json["referrals"].push_back({{"referral", sdk::ToString(key)},
                                 {"signed", referral.signed_events},
                                 {"deliveries", referral.deliveries},
                                 {"recipients", std::move(recipients)}});
  }
  return json;
}

Result Run(Context&, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const CertId certificate,
                         HexOption<CertId>("--certificate", o.certificate));
  std::optional<absl::Time> from, until;
  if (!o.from.empty()) {
    AMANA_ASSIGN_OR_RETURN(from, TimeOption("--since", o.from));
  }
  if (!o.until.empty()) {
    AMANA_ASSIGN_OR_RETURN(until, TimeOption("--until", o.until));
  }
  std::string aside;
  AMANA_ASSIGN_OR_RETURN(const ShownLog log, OpenLog(o.folder, o.log, &aside));
  AMANA_ASSIGN_OR_RETURN(const auditor::Breach breach,
                         auditor::TouchedBy(*log.book, certificate, from, until));
  Report report;
  Json events = EventsOf(breach);
  std::string text = o.format == "jsonl" ? JsonLinesOf(events) : TextOf(breach) + aside;
  if (o.format == "csv") {
    text = CsvOf({"how", "index", "time", "kind", "referral", "task", "stage", "actor", "recipient",
                  "reason", "delivered", "cert_id"},
                 events);
  }
  report.json = SummaryOf(breach);
  report.json["log"] = log.origin;
  report.json["events"] = std::move(events);
  AMANA_RETURN_IF_ERROR(
      Put(std::move(text), o.out, std::to_string(breach.events.size()) + " events", report));
  return report;
}

}  // namespace

void RegisterAuditBreach(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "breach", "Everything that a stolen key touched, over a mirror",
      "  amana audit breach mirror --certificate HEX64 --since 2031-02-01 --until 2031-02-03\n"
      "  amana audit breach mirror --certificate HEX64 --format csv --out breach.csv\n"
      "SIGNED: with the key, in the period. FOLLOWED: what became of a referral about which it "
      "had\n"
      "signed something, to the end of the log. REACHED: a delivery to the unit that the "
      "certificate\n"
      "is of, in the period: whoever has the unit's keys may have read it.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("folder", o.folder, "Made by `amana audit mirror`")->required();
        command.add_option("--log", o.log,
                           "Of the log of this origin, where the mirror has several");
        command.add_option("--certificate", o.certificate, "Its fingerprint (64 hex digits)")
            ->required();
        command.add_option("--since,--from", o.from, "Not before this time (RFC 3339)");
        command.add_option("--until", o.until, "Before this time");
        command.add_option("--format", o.format, "text, csv or jsonl")
            ->capture_default_str()
            ->check(CLI::IsMember({"text", "csv", "jsonl"}));
        command.add_option("--out", o.out, "Into this new file");
      },
      Run);
}

}  // namespace amana::cli
