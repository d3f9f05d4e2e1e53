#include "agency-adapters/cli/audit_ask.h"

#include <optional>
#include <utility>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/event_text.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/audit_query_rpcs.h"
#include "base/clock.h"
#include "base/status.h"

namespace amana::cli {
namespace {

// The broker tells how far it is more often than that.
constexpr absl::Duration kPatience = absl::Minutes(2);
constexpr absl::Duration kLookUp = absl::Milliseconds(200);

struct PseudonymTag {
  static constexpr std::string_view kName = "pseudonym";
};
using Pseudonym16 = FixedBytes<PseudonymTag, 16>;

struct Options {
  std::string from, until, agency, counterpart, referral, consent, certificate, purpose, count,
      month;
  std::vector<std::string> kinds, reasons, outcomes;
  uint64_t start = 0, event = 0;
  uint32_t limit = 1000;
  uint32_t rule = 0;
  bool late = false, follow = false;
};

template <class Code>
absl::Status AddCodes(std::string_view option, const std::vector<std::string>& names,
                      google::protobuf::RepeatedField<int>* codes) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<Code> read, CodeOptions<Code>(option, names));
  for (const Code code : read) codes->Add(code);
  return absl::OkStatus();
}

absl::Status SetNames(const Options& o, v1::EventFilter& filter) {
  const auto read = [](std::string_view option, const std::string& text,
                       std::string* field) -> absl::Status {
    if (text.empty()) return absl::OkStatus();
    AMANA_ASSIGN_OR_RETURN(const Pseudonym16 name, HexOption<Pseudonym16>(option, text));
    *field = name.bytes();
    return absl::OkStatus();
  };
  AMANA_RETURN_IF_ERROR(read("--referral", o.referral, filter.mutable_referral_pseudonym()));
  AMANA_RETURN_IF_ERROR(read("--agency", o.agency, filter.mutable_agency_pseudonym()));
  return read("--counterpart", o.counterpart, filter.mutable_counterpart_pseudonym());
}

absl::Status SetIds(const Options& o, const AgencyId& own, v1::EventFilter& filter) {
  if (!o.referral.empty()) {
    AMANA_ASSIGN_OR_RETURN(const StatementKey key, ReferralOption("--referral", o.referral, own));
    filter.set_referral_id(key.referral.bytes());
  }
  filter.set_agency(o.agency);
  filter.set_counterpart(o.counterpart);
  return absl::OkStatus();
}

absl::Status SetTimes(const Options& o, v1::EventFilter& filter) {
  if (!o.from.empty()) {
    AMANA_ASSIGN_OR_RETURN(const absl::Time from, TimeOption("--since", o.from));
    filter.set_from_unix_ms(ToUnixMillis(from));
  }
  if (!o.until.empty()) {
    AMANA_ASSIGN_OR_RETURN(const absl::Time until, TimeOption("--until", o.until));
    filter.set_until_unix_ms(ToUnixMillis(until));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::QueryEventsRequest> Asked(const sdk::Identity& identity, const Options& o) {
  const bool is_auditor = identity.tls().certificate.spiffe().role == crypto::Role::kAuditor;
  v1::QueryEventsRequest request;
  request.set_first_index(o.start);
  if (!o.follow) request.set_limit(o.limit);
  request.set_follow(o.follow);
  if (is_auditor != !o.purpose.empty()) {
    return UsageError("--purpose", is_auditor ? "expected why you ask: it goes into the log"
                                              : "only for auditors");
  }
  if (is_auditor) {
    AMANA_ASSIGN_OR_RETURN(const auto purpose,
                           CodeOption<v1::AuditPurpose>("--purpose", o.purpose));
    request.set_purpose(purpose);
  }
  v1::EventFilter& filter = *request.mutable_filter();
  AMANA_RETURN_IF_ERROR(is_auditor ? SetNames(o, filter) : SetIds(o, identity.agency(), filter));
  AMANA_RETURN_IF_ERROR(AddCodes<v1::EventKind>("--kind", o.kinds, filter.mutable_kinds()));
  AMANA_RETURN_IF_ERROR(AddCodes<v1::Reason>("--reason", o.reasons, filter.mutable_reasons()));
  AMANA_RETURN_IF_ERROR(
      AddCodes<v1::TaskState>("--outcome", o.outcomes, filter.mutable_outcomes()));
  AMANA_RETURN_IF_ERROR(SetTimes(o, filter));
  if (!o.consent.empty()) {
    AMANA_ASSIGN_OR_RETURN(const ConsentId id, HexOption<ConsentId>("--consent", o.consent));
    filter.set_consent_id(id.bytes());
  }
  if (!o.certificate.empty()) {
    AMANA_ASSIGN_OR_RETURN(const CertId id, HexOption<CertId>("--certificate", o.certificate));
    filter.set_cert_id(id.bytes());
  }
  filter.set_referral_told_at(o.event);
  filter.set_rule(o.rule);
  filter.set_sla_breach(o.late);
  return request;
}

// "case 00..ff  from 00..ff by 00..ff to 00..ff", as far as there are such.
void AddNames(const v1::EventPseudonyms& names, Json& json, std::string& line) {
  const std::pair<const char*, const std::string*> parts[] = {{"case", &names.referral()},
                                                              {"from", &names.sender()},
                                                              {"by", &names.actor()},
                                                              {"to", &names.recipient()}};
  constexpr const char* kKeys[] = {"referral", "sender", "actor", "recipient"};
  Json told = Json::object();
  for (size_t i = 0; i < std::size(parts); ++i) {
    if (parts[i].second->empty()) continue;
    told[kKeys[i]] = ToHex(*parts[i].second);
    line += "  " + std::string(parts[i].first) + " " + ToHex(*parts[i].second);
  }
  if (!told.empty()) json["pseudonyms"] = std::move(told);
}

struct Shown {
  Json json;
  std::string line;
};

absl::StatusOr<Shown> Show(const v1::FoundEvent& found) {
  AMANA_ASSIGN_OR_RETURN(const sdk::EventView view, found.has_whole()
                                                        ? sdk::ViewOf(found.whole())
                                                        : sdk::ViewOf(found.partial()));
  Shown shown{{{"index", found.index()}, {"whole", found.has_whole()}},
              ToLine(found.index(), view)};
  shown.json.update(ToJson(view));
  shown.line.pop_back();
  AddNames(found.pseudonyms(), shown.json, shown.line);
  shown.line += "\n";
  return shown;
}

using QueryReader = sdk::Stream<v1::QueryEventsRequest, v1::QueryEventsResponse>;

// Until the user stops it.
Result Follow(Context& context, QueryReader& stream) {
  const World& world = context.world();
  uint64_t events = 0;
  while (!world.stop()) {
    auto message = stream.Read(kLookUp);
    if (ErrorReason(message.status()) == "READ_TIMEOUT") continue;
    AMANA_RETURN_IF_ERROR(message.status());
    if (!message->has_value()) break;
    for (const v1::FoundEvent& found : (*message)->events()) {
      AMANA_ASSIGN_OR_RETURN(const Shown shown, Show(found));
      world.out << (context.json ? shown.json.dump() + "\n" : shown.line) << std::flush;
      ++events;
    }
  }
  stream.Cancel();
  return Report{.text = "", .json = {{"events", events}}};
}

Result Collect(QueryReader& stream) {
  Report report;
  Json events = Json::array();
  v1::QueryEventsResponse last;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(std::optional<v1::QueryEventsResponse> message, stream.Read(kPatience));
    if (!message.has_value()) break;
    last = *std::move(message);
    for (const v1::FoundEvent& found : last.events()) {
      AMANA_ASSIGN_OR_RETURN(Shown shown, Show(found));
      events.push_back(std::move(shown.json));
      report.text += shown.line;
    }
  }
  if (events.empty()) report.text = "nothing that you may see is what was asked for\n";
  if (!last.complete()) {
    report.text += "more: --start " + std::to_string(last.next_index()) + "\n";
  }
  report.json = {
      {"events", std::move(events)}, {"next", last.next_index()}, {"complete", last.complete()}};
  return report;
}

Result Run(Context& context, const Options& o) {
  if (!o.count.empty()) return AskCount(context, {o.count, o.month, o.purpose});
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(const v1::QueryEventsRequest request, Asked(*identity, o));
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  QueryReader stream = client->Open(sdk::kQueryEvents);
  // A refusal may end the call before the request is out; Read has the better reason.
  (void)stream.Write(request);
  stream.WritesDone();
  return o.follow ? Follow(context, stream) : Collect(stream);
}

void AddOptions(CLI::App& command, Options& o) {
  command.add_option("--purpose", o.purpose,
                     "Of an auditor: PERIODIC, COMPLAINT, BREACH, COURT_ORDER or STATISTICS");
  command.add_option("--kind", o.kinds, "Of these kinds")->delimiter(',');
  command.add_option("--reason", o.reasons, "For these reasons")->delimiter(',');
  command.add_option("--outcome", o.outcomes, "Tasks that ended so")->delimiter(',');
  command.add_flag("--late", o.late, "Where a clock ran out, or had to be reminded of");
  command.add_option("--since", o.from, "Not before this time (RFC 3339)");
  command.add_option("--until", o.until, "Before this time");
  command.add_option("--agency", o.agency, "That sent, acted or received");
  command.add_option("--counterpart", o.counterpart, "And this one in the same event");
  CLI::Option* const referral =
      command.add_option("--referral", o.referral, "Of this referral (32 hex digits)");
  command
      .add_option("--event", o.event,
                  "Of an auditor: an event (INDEX) that --referral was told with; finds it at once")
      ->needs(referral);
  command.add_option("--consent", o.consent, "On this consent (32 hex digits)");
  command.add_option("--rule", o.rule, "By this rule of the consent table")
      ->check(CLI::Range(1, 99));
  command.add_option("--certificate", o.certificate, "Signed with this certificate (64)");
  command.add_option("--start", o.start, "From this index on (where a page ended)");
  command.add_option("--limit", o.limit, "At most so many")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  command.add_flag("--follow", o.follow, "Go on with what comes, until stopped");
  CLI::Option* const month = command.add_option("--month", o.month, "That is over, as 2031-01");
  CLI::Option* const count = command.add_option(
      "--count", o.count, "A table of a month: submissions, deliveries, acceptances or refusals");
  count->needs(month);
  month->needs(count);
  // What is counted is a whole month or nothing (count_events.h at the broker).
  for (CLI::Option* option : command.get_options()) {
    const std::string& name = option->get_name();
    if (name == "--purpose" || name == "--month" || name == "--count" || name == "--help") continue;
    count->excludes(option);
  }
}

}  // namespace

void RegisterAuditAsk(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "ask", "Find events in the broker's log, or follow them",
      "  amana audit ask --purpose PERIODIC --late --since 2026-01-01\n"
      "  amana audit ask --purpose COMPLAINT --referral PSEUDONYM\n"
      "  amana audit ask --counterpart shelter-a --outcome REJECTED        (an agency, of its "
      "own)\n"
      "  amana audit ask --purpose BREACH --kind DELIVERY_LEASED --follow\n"
      "  amana audit ask --purpose STATISTICS --count deliveries --month 2031-01\n"
      "An auditor is told agencies and referrals by pseudonyms, his agency's own and always the "
      "same, and asks by them; why he asks is in the log before he is answered. --count answers\n"
      "with a table of one month by day and agency, in which small counts are not shown.\n",
      AddOptions, Run);
}

}  // namespace amana::cli
