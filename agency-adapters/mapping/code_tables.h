// The tables [codes.*] of a mapping file, and the protocol's own lists ("amana:ServiceType").
#ifndef AMANA_AGENCY_ADAPTERS_MAPPING_CODE_TABLES_H_
#define AMANA_AGENCY_ADAPTERS_MAPPING_CODE_TABLES_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "agency-adapters/mapping/value.h"
#include "base/config.h"

namespace amana::mapping {

class CodeTables {
 public:
  // Reads all of [codes]; what is wrong there is recorded as a finding of that table.
  explicit CodeTables(const ConfigTable& codes);

  // The table that `item`'s `key` names; null, with a finding, where there is none.
  std::shared_ptr<const CodeTable> Get(const ConfigTable& item, std::string_view key);
  // A finding for each table that nobody asked for.
  void RefuseUnused();

 private:
  const ConfigTable codes_;
  std::map<std::string, std::shared_ptr<const CodeTable>, std::less<>> tables_;
  std::set<std::string, std::less<>> used_;
};

}  // namespace amana::mapping

#endif  // AMANA_AGENCY_ADAPTERS_MAPPING_CODE_TABLES_H_
