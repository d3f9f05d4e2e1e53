#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/directory_keeper.h"
#include "agency-adapters/sdk/keys.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string unit;
  std::vector<std::string> services;
  bool hold = false;
};

// "ACCOMMODATION=3/20".
absl::StatusOr<v1::ServiceCapacity> ReadRoom(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, '=');
  const std::vector<std::string> numbers = absl::StrSplit(parts.back(), '/');
  v1::ServiceCapacity room;
  AMANA_ASSIGN_OR_RETURN(const auto service, CodeOption<v1::ServiceType>("--service", parts[0]));
  uint32_t free = 0;
  uint32_t total = 0;
  if (parts.size() != 2 || numbers.size() != 2 || !absl::SimpleAtoi(numbers[0], &free) ||
      !absl::SimpleAtoi(numbers[1], &total) || free > total) {
    return UsageError("--service", "expected SERVICE=FREE/TOTAL, as ACCOMMODATION=3/20");
  }
  room.set_service(service);
  room.set_free(free);
  room.set_total(total);
  return room;
}

Result Run(Context& context, const Options& o) {
  v1::CapacityReport said;
  if (!o.unit.empty()) {
    AMANA_ASSIGN_OR_RETURN(const Address unit, AddressOption("--unit", o.unit));
    *said.mutable_unit() = sdk::ToWire(unit);
  }
  std::map<v1::ServiceType, v1::ServiceCapacity> rooms;
  for (const std::string& text : o.services) {
    AMANA_ASSIGN_OR_RETURN(const v1::ServiceCapacity room, ReadRoom(text));
    rooms[room.service()] = room;
  }
  Report report;
  report.json = {{"services", Json::array()}};
  for (const auto& [service, room] : rooms) {
    *said.add_services() = room;
    report.text += std::string(codes::CodeName(service)) + ": " + std::to_string(room.free()) +
                   " of " + std::to_string(room.total()) + " free\n";
    report.json["services"].push_back({{"service", std::string(codes::CodeName(service))},
                                       {"free", room.free()},
                                       {"total", room.total()}});
  }
  AMANA_ASSIGN_OR_RETURN(sdk::DirectoryKeeper * keeper, context.keeper());
  AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued, keeper->QueueCapacity(std::move(said)));
  AMANA_RETURN_IF_ERROR(SendOrHold(context, queued.entry, o.hold, report));
  return report;
}

}  // namespace

void RegisterDirectoryCapacity(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "capacity", "Say how much room this unit has",
      "  amana directory capacity --service ACCOMMODATION=3/20\n"
      "  amana directory capacity --service ACCOMMODATION=0/20 --service PSYCHOSOCIAL=2/6\n"
      "After 24 hours it counts as unknown: neither full nor free.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("--service", o.services, "SERVICE=FREE/TOTAL; may be repeated")
            ->required();
        command.add_option("--unit", o.unit, "Another unit of this agency, as AGENCY/UNIT");
        command.add_flag("--hold", o.hold, "Sign it, and leave it in the outbox");
      },
      Run);
}

}  // namespace amana::cli
