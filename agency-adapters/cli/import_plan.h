// Turns the rows of an import into referral drafts: whose case each row is, which sections it has,
// and under which id it goes out, so that importing a file twice sends nothing twice. Pure.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_IMPORT_PLAN_H_
#define AMANA_AGENCY_ADAPTERS_CLI_IMPORT_PLAN_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "agency-adapters/cli/section_files.h"
#include "agency-adapters/cli/subject.h"
#include "agency-adapters/iom/htcds_csv.h"
#include "base/ids.h"

namespace amana::cli {

struct PlannedRow {
  uint32_t row = 0;
  Subject subject;
  std::vector<Section> sections;  // the row's own, and those given for every row
};

// `common` are added where the row has no such section. Errors: REQUIRED_CATEGORY_MISSING unless
// `incomplete`. Without a birth date the subject is AGE_UNKNOWN.
absl::StatusOr<PlannedRow> PlanRow(const iom::ImportedRow& row, const std::vector<Section>& common,
                                   const std::vector<v1::ServiceType>& services,
                                   absl::CivilDay today, bool incomplete);

// The id of a row's referral: the same facts for the same targets give the same id on this machine
// and tell nobody anything, since `key` is this mailbox's own random key.
ReferralId RowReferralId(std::string_view key, const iom::ImportedRow& row,
                         std::string_view targets);

// The random key of a mailbox folder, made on first use: <folder>/import.key, mode 0600.
absl::StatusOr<std::string> ImportKey(const std::string& folder);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_IMPORT_PLAN_H_
