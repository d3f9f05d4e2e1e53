#include <string>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/rpcs.h"
#include "amana/v1/directory_service.pb.h"
#include "base/command_line.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string service;
  uint32_t county = 0;
};

std::string UnitsText(const v1::DirectoryListing& agency) {
  std::string text;
  for (const v1::ListedUnit& unit : agency.units()) {
    text += (text.empty() ? "" : "; ") + Shown(unit.unit());
    if (unit.county() != 0) text += " (" + std::to_string(unit.county()) + ")";
    std::string separator = ": ";
    for (const int service : unit.services()) {
      text += separator + std::string(codes::CodeName(static_cast<v1::ServiceType>(service)));
      separator = ",";
    }
  }
  return text;
}

Json UnitsJson(const v1::DirectoryListing& agency) {
  Json units = Json::array();
  for (const v1::ListedUnit& unit : agency.units()) {
    Json services = Json::array();
    for (const int service : unit.services()) {
      services.push_back(std::string(codes::CodeName(static_cast<v1::ServiceType>(service))));
    }
    units.push_back(
        {{"unit", unit.unit()}, {"county", unit.county()}, {"services", std::move(services)}});
  }
  return units;
}

Result Run(Context& context, const Options& o) {
  v1::ListDirectoryRequest request;
  request.set_page_size(200);
  request.set_county(o.county);
  if (!o.service.empty()) {
    AMANA_ASSIGN_OR_RETURN(const auto service, CodeOption<v1::ServiceType>("--service", o.service));
    request.set_service(service);
  }
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  Report report;
  report.json = Json::array();
  Table table({"AGENCY", "KIND", "VERSION", "SINCE", "UNITS"});
  do {
    AMANA_ASSIGN_OR_RETURN(const v1::ListDirectoryResponse page,
                           client->Call(sdk::kListDirectory, request));
    for (const v1::DirectoryListing& agency : page.agencies()) {
      const std::string kind(codes::CodeName(agency.kind()));
      const std::string since = Rfc3339Millis(agency.accepted_unix_ms());
      report.json.push_back({{"agency", agency.agency()},
                             {"kind", kind},
                             {"country", agency.country()},
                             {"version", agency.version()},
                             {"digest", ToHex(agency.entry_sha256())},
                             {"since", since},
                             {"log_index", agency.log_index()},
                             {"units", UnitsJson(agency)}});
      table.Add({Shown(agency.agency()), kind, std::to_string(agency.version()), since,
                 UnitsText(agency)});
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  report.text = report.json.empty() ? "nobody\n" : table.Text();
  return report;
}

}  // namespace

void RegisterDirectoryList(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "list", "Who is in the directory, as the broker says",
      "  amana directory list\n"
      "  amana directory list --service ACCOMMODATION --county 47\n"
      "After a unit stands its county. `amana directory show` proves what one of them offers.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("--service", o.service,
                           NamesOf(*google::protobuf::GetEnumDescriptor<v1::ServiceType>()));
        command.add_option("--county", o.county, "Those who serve it, 1 to 47")
            ->check(CLI::Range(0, 47));
      },
      Run);
}

}  // namespace amana::cli
