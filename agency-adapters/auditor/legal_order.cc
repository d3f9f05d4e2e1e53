#include "agency-adapters/auditor/legal_order.h"

#include <map>
#include <set>
#include <utility>

#include "agency-adapters/auditor/domain_tables.h"
#include "agency-adapters/formats/csv_records.h"

namespace amana::auditor {
namespace {

struct Table {
  std::set<std::pair<std::string, std::string>, std::less<>> moves;
  std::set<std::string, std::less<>> states;
};

// Columns "from" and "to" are the first two of each table; "-" and "NONE" are before the first
// state.
Table Read(std::string_view csv) {
  Table table;
  const formats::CsvRecords read = formats::ReadCsvRecords(csv);
  for (size_t row = 1; row < read.records.size(); ++row) {
    const auto& cells = read.records[row].cells;
    if (cells.size() < 2) continue;
    const std::string from = cells[0] == "-" || cells[0] == "NONE" ? "" : cells[0];
    table.moves.emplace(from, cells[1]);
    table.states.insert(cells[1]);
  }
  return table;
}

const Table& TableOf(Machine machine) {
  static const auto* const tables =
      new std::map<Machine, Table>{{Machine::kNone, {}},
                                   {Machine::kTask, Read(kTaskTransitions)},
                                   {Machine::kDelivery, Read(kDeliveryTransitions)},
                                   {Machine::kHandover, Read(kHandoverTransitions)}};
  return tables->at(machine);
}

constexpr std::pair<std::string_view, Machine> kPrefixes[] = {
    {"EVENT_KIND_TASK_", Machine::kTask},
    {"EVENT_KIND_DELIVERY_", Machine::kDelivery},
    {"EVENT_KIND_HANDOVER_", Machine::kHandover}};

}  // namespace

StateEntered EnteredBy(v1::EventKind kind) {
  const std::string& name = v1::EventKind_Name(kind);
  for (const auto& [prefix, machine] : kPrefixes) {
    if (!name.starts_with(prefix)) continue;
    const Table& table = TableOf(machine);
    const auto state = table.states.find(std::string_view(name).substr(prefix.size()));
    if (state != table.states.end()) return {machine, *state};
  }
  return {};
}

bool MayFollow(Machine machine, std::string_view from, std::string_view to) {
  return TableOf(machine).moves.contains(std::pair(std::string(from), std::string(to)));
}

}  // namespace amana::auditor
