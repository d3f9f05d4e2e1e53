// An agency's entry in the directory, for people and for programs. Pure.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_ENTRY_TEXT_H_
#define AMANA_AGENCY_ADAPTERS_CLI_ENTRY_TEXT_H_

#include <string>

#include "agency-adapters/cli/report.h"
#include "amana/v1/directory.pb.h"
#include "proto/envelope/directory_entry.h"

namespace amana::cli {

Json EntryJson(const envelope::EntryStatement& statement);
// Several lines: the agency, then each unit.
std::string EntryText(const envelope::EntryStatement& statement);
// One line for each thing that `now` says and `before` did not, and the other way round; "" when
// they say the same.
std::string ChangesText(const envelope::EntryStatement& before,
                        const envelope::EntryStatement& now);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_ENTRY_TEXT_H_
