#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/exit_code.h"
#include "agency-adapters/cli/match_words.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/keys.h"
#include "base/status.h"

namespace amana::cli {
namespace {

using google::protobuf::GetEnumDescriptor;

struct Options {
  std::string service, age_class, sex, language, urgency, embassy = "NOT_ASSESSED";
  uint32_t county = 0, limit = 20;
  std::vector<std::string> access, exclude;
};

template <class E>
absl::StatusOr<E> OptionalCode(std::string_view option, const std::string& name) {
  if (name.empty()) return static_cast<E>(0);
  return CodeOption<E>(option, name);
}

absl::StatusOr<v1::Address> Excluded(const std::string& text) {
  v1::Address out;
  if (text.find('/') == std::string::npos) {
    const auto agency = AgencyId::Create(text, "--exclude");
    if (!agency.ok()) return UsageError("--exclude", "expected AGENCY or AGENCY/UNIT");
    out.set_agency(text);
    return out;
  }
  AMANA_ASSIGN_OR_RETURN(const Address address, AddressOption("--exclude", text));
  return sdk::ToWire(address);
}

absl::StatusOr<v1::MatchRequest> ReadRequest(const Options& o) {
  v1::MatchRequest request;
  AMANA_ASSIGN_OR_RETURN(const auto service, CodeOption<v1::ServiceType>("--service", o.service));
  request.set_service(service);
  request.set_county(o.county);
  AMANA_ASSIGN_OR_RETURN(const auto age,
                         OptionalCode<v1::SubjectClass>("--age-class", o.age_class));
  request.set_age_class(age);
  AMANA_ASSIGN_OR_RETURN(const auto sex, OptionalCode<v1::SexConstraint>("--sex", o.sex));
  request.set_sex(sex);
  request.set_language(o.language);
  AMANA_ASSIGN_OR_RETURN(const auto access, CodeOptions<v1::Accessibility>("--access", o.access));
  for (const v1::Accessibility one : access) request.add_access(one);
  AMANA_ASSIGN_OR_RETURN(const auto urgency, OptionalCode<v1::Urgency>("--urgency", o.urgency));
  request.set_urgency(urgency);
  AMANA_ASSIGN_OR_RETURN(const auto embassy,
                         CodeOption<v1::EmbassyContact>("--embassy", o.embassy));
  request.set_embassy_contact(embassy);
  for (const std::string& text : o.exclude) {
    AMANA_ASSIGN_OR_RETURN(*request.add_exclude(), Excluded(text));
  }
  request.set_limit(o.limit);
  return request;
}

std::string RoomText(const sdk::Candidate& one) {
  return one.counted == absl::InfinitePast() ? "-" : std::to_string(one.free);
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const v1::MatchRequest request, ReadRequest(o));
  AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context.sender());
  AMANA_ASSIGN_OR_RETURN(const sdk::MatchResult found, sender->Match(request));
  Report report;
  report.json = {{"candidates", Json::array()}, {"refused", Json::array()}};
  Table table({"", "UNIT", "COUNTY", "FREE", "BECAUSE"});
  for (const sdk::Candidate& one : found.candidates) {
    std::vector<std::string> codes;
    std::vector<std::string> words;
    for (const v1::MatchReason reason : one.reasons) {
      codes.emplace_back(codes::CodeName(reason));
      words.emplace_back(ReasonWords(reason));
    }
    report.json["candidates"].push_back(
        {{"unit", ToString(one.address)},
         {"kind", std::string(codes::CodeName(one.kind))},
         {"county", one.county},
         {"health_qualified", one.health_qualified},
         {"entry_version", one.entry_version},
         {"sealing", one.sealing.id().hex()},
         {"free", one.counted == absl::InfinitePast() ? Json() : Json(one.free)},
         {"counted", one.counted == absl::InfinitePast() ? "" : Rfc3339(one.counted)},
         {"reasons", codes}});
    table.Add({std::to_string(report.json["candidates"].size()), ToString(one.address),
               one.county == 0 ? "-" : std::to_string(one.county), RoomText(one),
               absl::StrJoin(words, ", ")});
  }
  for (const auto& [address, why] : found.refused) {
    report.json["refused"].push_back({{"unit", ToString(address)}, {"error", ErrorReason(why)}});
  }
  report.text = found.candidates.empty() ? "" : table.Text();
  for (const auto& [address, why] : found.refused) {
    report.text += "not believed: " + ToString(address) + ": " + ErrorText(why);
    report.exit_code = ExitCodeOf(why);
  }
  if (found.missing == v1::ROUTE_GAP_UNSPECIFIED) return report;
  report.json["missing"] = std::string(codes::CodeName(found.missing));
  report.text += "nobody: " + std::string(GapWords(found.missing)) + "\n";
  return report;
}

}  // namespace

void RegisterDirectoryMatch(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "match", "Who can be asked for a service, in which order, and why",
      "  amana directory match --service ACCOMMODATION --county 47 --sex MALE --age-class ADULT\n"
      "  amana directory match --service INTERPRETATION --language som --exclude police\n"
      "Says nothing of who the person is, and sends nothing. Each is believed only with an entry\n"
      "that is proven from the log. Exit code 4: one of them was not.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("--service", o.service, NamesOf(*GetEnumDescriptor<v1::ServiceType>()))
            ->required();
        command.add_option("--county", o.county, "Where the person is, 1 to 47")
            ->check(CLI::Range(0, 47));
        command.add_option("--age-class", o.age_class,
                           NamesOf(*GetEnumDescriptor<v1::SubjectClass>()));
        command.add_option("--sex", o.sex, NamesOf(*GetEnumDescriptor<v1::SexConstraint>()));
        command.add_option("--language", o.language, "ISO 639-3, as swa");
        command.add_option("--access", o.access, NamesOf(*GetEnumDescriptor<v1::Accessibility>()))
            ->delimiter(',');
        command.add_option("--urgency", o.urgency, NamesOf(*GetEnumDescriptor<v1::Urgency>()));
        command
            .add_option("--embassy", o.embassy, NamesOf(*GetEnumDescriptor<v1::EmbassyContact>()))
            ->capture_default_str();
        command.add_option("--exclude", o.exclude, "An agency or AGENCY/UNIT to leave out")
            ->delimiter(',');
        command.add_option("--limit", o.limit, "At most so many")
            ->capture_default_str()
            ->check(CLI::Range(1, 50));
      },
      Run);
}

}  // namespace amana::cli
