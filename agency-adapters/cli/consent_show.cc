#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/consent_lookup.h"
#include "agency-adapters/cli/values.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string consent;
  bool offline = false;
};

template <typename List, typename Name>
Json Names(const List& list, Name name) {
  Json names = Json::array();
  for (const auto& item : list) names.push_back(std::string(name(item)));
  return names;
}

Json ToJson(const FoundConsent& found) {
  const v1::ConsentRecord& r = found.record;
  const auto code = [](auto list) {
    return [list](int number) { return codes::NameIn(*list, number); };
  };
  using google::protobuf::GetEnumDescriptor;
  Json json = {
      {"consent_id", ToHex(r.consent_id())},
      {"version", r.version()},
      {"digest", found.digest.hex()},
      {"subject", ToHex(r.subject_pseudonym())},
      {"state", found.withdrawn     ? "WITHDRAWN"
                : found.from_broker ? "REGISTERED"
                                    : "QUEUED_HERE"},
      {"recorder", r.recorder().agency() + "/" + r.recorder().unit()},
      {"given_by", std::string(codes::CodeName(r.given_by()))},
      {"child_assent", std::string(codes::CodeName(r.child_assent()))},
      {"method", std::string(codes::CodeName(r.method()))},
      {"language", r.language()},
      {"interpreter", r.interpreter()},
      {"purposes", Names(r.purposes(), code(GetEnumDescriptor<v1::Purpose>()))},
      {"categories", Names(r.categories(), code(GetEnumDescriptor<v1::Category>()))},
      {"recipients", Names(r.recipients(),
                           [](const v1::Address& a) {
                             return a.agency() + (a.unit().empty() ? "" : "/" + a.unit());
                           })},
      {"recipient_kinds", Names(r.recipient_kinds(), code(GetEnumDescriptor<v1::AgencyKind>()))},
      {"onward", r.onward()},
      {"cross_border", r.cross_border()},
      {"valid_from", Rfc3339Millis(r.valid_from_unix_ms())},
      {"valid_until", Rfc3339Millis(r.valid_until_unix_ms())},
      {"legal_basis", std::string(codes::CodeName(r.legal_basis()))},
      {"evidence_sha256", ToHex(r.evidence_sha256())}};
  return json;
}

std::string ToText(const Json& json) {
  std::string text;
  for (const auto& [name, value] : json.items()) {
    std::string shown;
    if (value.is_array()) {
      for (const Json& item : value) {
        shown += (shown.empty() ? "" : ", ") + item.get<std::string>();
      }
    } else {
      shown = value.is_string() ? value.get<std::string>() : value.dump();
    }
    text += name + ": " + Shown(shown) + "\n";
  }
  return text;
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const ConsentName name, ConsentOption("consent", o.consent));
  AMANA_ASSIGN_OR_RETURN(const FoundConsent found,
                         o.offline ? FindOwnConsent(context, name) : AskForConsent(context, name));
  Report report;
  report.json = ToJson(found);
  report.text = ToText(report.json);
  return report;
}

}  // namespace

void RegisterConsentShow(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "show", "Show a consent record, its signature verified",
      "  amana consent show 00112233445566778899aabbccddeeff\n"
      "  amana consent show 00112233445566778899aabbccddeeff/2 --offline\n",
      [](CLI::App& command, Options& o) {
        command.add_option("consent", o.consent, "ID, ID/VERSION or ID/VERSION/DIGEST")->required();
        command.add_flag("--offline", o.offline, "Look into this machine's outbox only");
      },
      Run);
}

}  // namespace amana::cli
