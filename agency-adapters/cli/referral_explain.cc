#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/consent_lookup.h"
#include "agency-adapters/cli/rule_words.h"
#include "agency-adapters/cli/subject.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/status.h"
#include "proto/codes/codes.h"
#include "proto/crypto/random.h"

namespace amana::cli {
namespace {

struct Options {
  std::string service, to, consent, subject, majority_month;
  std::string subject_class = "ADULT", urgency = "NORMAL", legal_basis = "CONSENT";
  std::string embassy = "NOT_ASSESSED";
  std::vector<std::string> categories;
  uint32_t county = 0;
  bool guardian_conflict = false, incapacity = false, cross_border = false;
};

absl::Status SetCodes(const Options& o, v1::ExplainRouteRequest& request) {
  AMANA_ASSIGN_OR_RETURN(const auto service, CodeOption<v1::ServiceType>("--service", o.service));
  AMANA_ASSIGN_OR_RETURN(const auto urgency, CodeOption<v1::Urgency>("--urgency", o.urgency));
  AMANA_ASSIGN_OR_RETURN(const auto basis,
                         CodeOption<v1::LegalBasis>("--legal-basis", o.legal_basis));
  AMANA_ASSIGN_OR_RETURN(const auto embassy,
                         CodeOption<v1::EmbassyContact>("--embassy", o.embassy));
  AMANA_ASSIGN_OR_RETURN(const Subject subject,
                         SubjectFromOptions(o.subject_class, o.majority_month));
  request.set_service(service);
  request.set_county(o.county);
  request.set_urgency(urgency);
  request.set_legal_basis(basis);
  request.set_subject_class(subject.subject_class);
  request.set_cross_border(o.cross_border);
  request.mutable_assertions()->set_embassy_contact(embassy);
  request.mutable_assertions()->set_majority_month(subject.majority_month);
  request.mutable_assertions()->set_guardian_conflict(o.guardian_conflict);
  request.mutable_assertions()->set_incapacity(o.incapacity);
  return absl::OkStatus();
}

// What is named, or else what the service cannot do without.
absl::Status SetCategories(const Options& o, v1::ExplainRouteRequest& request) {
  codes::CategorySet categories;
  AMANA_ASSIGN_OR_RETURN(const auto named, CodeOptions<v1::Category>("--category", o.categories));
  for (const v1::Category category : named) categories.Add(category);
  if (named.empty()) categories = codes::RequiredCategories(request.service());
  for (const v1::Category category : categories) request.add_categories(category);
  return absl::OkStatus();
}

absl::Status SetPerson(Context& context, const Options& o, v1::ExplainRouteRequest& request) {
  request.set_subject_pseudonym(crypto::RandomId<Pseudonym>().bytes());
  if (!o.subject.empty()) {
    AMANA_ASSIGN_OR_RETURN(const auto subject, HexOption<Pseudonym>("--subject", o.subject));
    request.set_subject_pseudonym(subject.bytes());
  }
  if (o.consent.empty()) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const ConsentName name, ConsentOption("--consent", o.consent));
  AMANA_ASSIGN_OR_RETURN(const FoundConsent found, FindConsent(context, name));
  request.set_subject_pseudonym(found.record.subject_pseudonym());
  request.mutable_consent()->set_consent_id(found.record.consent_id());
  request.mutable_consent()->set_version(found.record.version());
  request.mutable_consent()->set_digest(found.digest.bytes());
  return absl::OkStatus();
}

template <typename List>
Json NamesOfCategories(const List& categories) {
  Json names = Json::array();
  for (const int category : categories) {
    names.push_back(std::string(codes::CodeName(static_cast<v1::Category>(category))));
  }
  return names;
}

std::string Joined(const Json& names) {
  std::string text;
  for (const Json& name : names)
    absl::StrAppend(&text, text.empty() ? "" : ", ", name.get<std::string>());
  return text;
}

Json ToJson(const v1::RouteExplanation& e) {
  Json json = {{"recipient", e.recipient().agency() + "/" + e.recipient().unit()},
               {"kind", std::string(codes::CodeName(e.kind()))},
               {"delivers", e.delivers()},
               {"permitted", NamesOfCategories(e.permitted())},
               {"withheld", NamesOfCategories(e.withheld())},
               {"rules", Json::array()},
               {"reason", nullptr},
               {"changes", Json::array()},
               {"next_change", nullptr}};
  if (e.reason() != 0) json["reason"] = std::string(codes::CodeName(e.reason()));
  for (const uint32_t rule : e.consent_rules()) {
    json["rules"].push_back({{"rule", rule}, {"holds", std::string(WordsOf(rule).holds)}});
  }
  for (const v1::RouteChange& change : e.changes()) {
    json["changes"].push_back({{"rule", change.rule()},
                               {"reason", std::string(codes::CodeName(change.reason()))},
                               {"categories", NamesOfCategories(change.categories())},
                               {"holds", std::string(WordsOf(change.rule()).holds)},
                               {"change", std::string(WordsOf(change.rule()).change)}});
  }
  if (e.next_change_unix_ms() != 0) json["next_change"] = Rfc3339Millis(e.next_change_unix_ms());
  return json;
}

std::string ToText(const Json& e) {
  std::string text = absl::StrCat(Shown(e["recipient"].get<std::string>()), ": ");
  absl::StrAppend(
      &text, e["delivers"] ? "would receive " + Joined(e["permitted"]) : "would receive nothing");
  if (!e["withheld"].empty()) absl::StrAppend(&text, "; not ", Joined(e["withheld"]));
  text += "\n";
  for (const Json& rule : e["rules"]) {
    const bool in_the_way = std::ranges::any_of(
        e["changes"], [&](const Json& change) { return change["rule"] == rule["rule"]; });
    if (in_the_way) continue;
    absl::StrAppend(&text, "  ", rule["holds"].get<std::string>(), " (rule ", rule["rule"].dump(),
                    ")\n");
  }
  for (const Json& change : e["changes"]) {
    absl::StrAppend(&text, "  ", change["holds"].get<std::string>(), " (rule ",
                    change["rule"].dump(), ")");
    if (!change["categories"].empty()) absl::StrAppend(&text, " ", Joined(change["categories"]));
    absl::StrAppend(&text, "\n    -> ", change["change"].get<std::string>(), "\n");
  }
  if (!e["next_change"].is_null()) {
    absl::StrAppend(&text, "  This may change by itself on ", e["next_change"].get<std::string>(),
                    ".\n");
  }
  return text;
}

Result Run(Context& context, const Options& o) {
  v1::ExplainRouteRequest request;
  AMANA_RETURN_IF_ERROR(SetCodes(o, request));
  AMANA_RETURN_IF_ERROR(SetCategories(o, request));
  if (!o.to.empty()) {
    AMANA_ASSIGN_OR_RETURN(const Address to, AddressOption("--to", o.to));
    *request.mutable_recipient() = sdk::ToWire(to);
  }
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(const Address self, identity->address());
  *request.mutable_sender() = sdk::ToWire(self);
  AMANA_RETURN_IF_ERROR(SetPerson(context, o, request));
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  AMANA_ASSIGN_OR_RETURN(const v1::ExplainRouteResponse response,
                         client->Call(sdk::kExplainRoute, request));
  Report report;
  report.json = Json::array();
  for (const v1::RouteExplanation& explanation : response.explanations()) {
    report.json.push_back(ToJson(explanation));
    report.text += ToText(report.json.back());
  }
  if (report.json.empty()) report.text = "no registered recipient offers this service\n";
  return report;
}

void AddOptions(CLI::App& command, Options& o) {
  command
      .add_option("--service", o.service,
                  NamesOf(*google::protobuf::GetEnumDescriptor<v1::ServiceType>()))
      ->required();
  command.add_option("--to", o.to, "AGENCY/UNIT (every recipient of the service)");
  command.add_option("--county", o.county, "County number (ISO 3166-2:KE): the nearest first")
      ->check(CLI::Range(1, 47));
  command.add_option("--consent", o.consent, "ID, ID/VERSION or ID/VERSION/DIGEST (none)");
  command.add_option("--category", o.categories, "What would be sent (what the service needs)")
      ->delimiter(',');
  command.add_option("--urgency", o.urgency)->capture_default_str();
  command.add_option("--legal-basis", o.legal_basis)->capture_default_str();
  command.add_option("--subject-class", o.subject_class, "ADULT, MINOR or AGE_UNKNOWN")
      ->capture_default_str();
  command.add_option("--majority-month", o.majority_month, "YYYY-MM, of a minor");
  command.add_option("--subject", o.subject, "The person's pseudonym (the consent's own)");
  command.add_option("--embassy", o.embassy)->capture_default_str();
  command.add_flag("--guardian-conflict", o.guardian_conflict, "The guardian's interest conflicts");
  command.add_flag("--incapacity", o.incapacity, "The person cannot consent");
  command.add_flag("--cross-border", o.cross_border, "The recipient is in another country");
}

}  // namespace

void RegisterReferralExplain(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "explain",
      "Who would receive which sections, why, and what would have to change; sends nothing",
      "  amana referral explain --service ACCOMMODATION --county 47 --consent 0011...eeff\n"
      "  amana referral explain --service MEDICAL --to clinic-a/ward --consent 0011...eeff \\\n"
      "      --category IDENTITY_MIN,MEDICAL,RISK --urgency EMERGENCY\n"
      "The log keeps that it was asked, not what. Overrides are answered as nobody had approved.\n",
      AddOptions, Run);
}

}  // namespace amana::cli
