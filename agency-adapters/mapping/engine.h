// What Mapping does, over the rules of its file. Pure. Errors and reports as in mapping.h.
#ifndef AMANA_AGENCY_ADAPTERS_MAPPING_ENGINE_H_
#define AMANA_AGENCY_ADAPTERS_MAPPING_ENGINE_H_

#include <random>

#include "absl/status/statusor.h"
#include "agency-adapters/mapping/case_facts.h"
#include "agency-adapters/mapping/record.h"
#include "agency-adapters/mapping/report.h"
#include "agency-adapters/mapping/rules.h"

namespace amana::mapping {

absl::StatusOr<CaseFacts> ReadRecord(const Rules& rules, const Record& record, Report& report);
absl::StatusOr<Record> WriteRecord(const Rules& rules, const CaseFacts& facts, Report& report);
Record SampleRecord(const Rules& rules, std::mt19937_64& random);

}  // namespace amana::mapping

#endif  // AMANA_AGENCY_ADAPTERS_MAPPING_ENGINE_H_
