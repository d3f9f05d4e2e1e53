#include <algorithm>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/status.h"

namespace amana::cli {
namespace {

constexpr uint32_t kPage = 200;

struct Options {
  uint32_t limit = 200;
};

absl::Status AddLetter(const v1::DeadLetter& letter, Table& table, Report& report) {
  AMANA_ASSIGN_OR_RETURN(const sdk::DeliveryKey key, sdk::FromWire(letter.delivery(), "delivery"));
  AMANA_ASSIGN_OR_RETURN(const Address recipient, sdk::FromWire(letter.recipient(), "recipient"));
  const std::string urgency(codes::CodeName(letter.urgency()));
  const std::string error(codes::CodeName(letter.error()));
  const std::string since = Rfc3339Millis(letter.since_unix_ms());
  table.Add({DeliveryName(key), ToString(recipient), urgency, error,
             std::to_string(letter.attempts()), since});
  report.json.push_back({{"delivery", DeliveryName(key)},
                         {"recipient", ToString(recipient)},
                         {"urgency", urgency},
                         {"error", error},
                         {"attempts", letter.attempts()},
                         {"since", since}});
  return absl::OkStatus();
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  Report report;
  report.json = Json::array();
  Table table({"DELIVERY", "RECIPIENT", "URGENCY", "ERROR", "ATTEMPTS", "SINCE"});
  v1::ListDeadLettersRequest request;
  do {
    request.set_page_size(std::min(kPage, o.limit - static_cast<uint32_t>(report.json.size())));
    AMANA_ASSIGN_OR_RETURN(const v1::ListDeadLettersResponse page,
                           client->Call(sdk::kListDeadLetters, request));
    for (const v1::DeadLetter& letter : page.dead_letters()) {
      AMANA_RETURN_IF_ERROR(AddLetter(letter, table, report));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && report.json.size() < o.limit);
  report.text = report.json.empty() ? "no dead letters\n" : table.Text();
  return report;
}

}  // namespace

void RegisterAdminDeadLetters(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "dead-letters",
      "Deliveries that need a person's hand. Needs an operator's key",
      "  amana admin dead-letters --json\n",
      [](CLI::App& command, Options& o) {
        command.add_option("--limit", o.limit, "At most so many")
            ->capture_default_str()
            ->check(CLI::Range(1, 100000));
      },
      Run);
}

}  // namespace amana::cli
