#include "agency-adapters/mapping/mapping.h"

#include <utility>

#include "agency-adapters/mapping/engine.h"
#include "agency-adapters/mapping/rules.h"
#include "base/status.h"

namespace amana::mapping {

absl::StatusOr<Mapping> Mapping::Parse(std::string_view toml, std::string_view file) {
  AMANA_ASSIGN_OR_RETURN(Rules rules, ParseRules(toml, file));
  return Mapping(std::make_shared<const Rules>(std::move(rules)));
}

const std::string& Mapping::name() const { return rules_->name; }
int64_t Mapping::version() const { return rules_->version; }

absl::StatusOr<CaseFacts> Mapping::ToFacts(const Record& record, Report* report) const {
  Report own;
  own.mapping = rules_->Title();
  absl::StatusOr<CaseFacts> facts = ReadRecord(*rules_, record, own);
  if (report != nullptr) *report = std::move(own);
  return facts;
}

absl::StatusOr<Record> Mapping::ToNative(const CaseFacts& facts, Report* report) const {
  Report own;
  own.mapping = rules_->Title();
  absl::StatusOr<Record> record = WriteRecord(*rules_, facts, own);
  if (report != nullptr) *report = std::move(own);
  return record;
}

Record Mapping::Sample(std::mt19937_64& random) const { return SampleRecord(*rules_, random); }

}  // namespace amana::mapping
