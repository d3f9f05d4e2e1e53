// What an agency offers, as a person writes it down: a TOML file from which its entry in the
// directory is made.
//
//   kind = "SHELTER"                       # as the registry has it
//   country = "KE"
//   [qualifications]                       # all optional
//   health_provider = true                 # or professional_secrecy = true: may receive MEDICAL
//   health_until = "2027-06-30"            # last day of it, in Kenya's time
//   safeguards = "ODPC/2026/14"            # for transfers abroad; with its last day
//   safeguards_until = "2027-06-30"
//
//   [[unit]]
//   id = "intake"
//   services = ["ACCOMMODATION"]           # may be empty
//   county = 47                            # where it sits; none outside Kenya
//   counties = ["30", "47"]                # whom it serves; absent: every county
//   ages = ["ADULT", "MINOR"]              # with services: whom it takes
//   sexes = ["FEMALE", "MALE"]
//   languages = ["eng", "swa"]             # ISO 639-3; optional
//   accessibility = ["STEP_FREE"]          # optional
//   sealing_certificates = ["sealing.pem"] # files, from this file's folder; optional
//   hours = ["MON-FRI 08:00-17:00", "SAT 08:00-12:00"]  # absent: day and night
//   duty_phone = "+254700000001"           # optional
//   sla = ["URGENT 2h 12h 48h"]            # acknowledge, decide, start; optional
#ifndef AMANA_AGENCY_ADAPTERS_CLI_ENTRY_FILE_H_
#define AMANA_AGENCY_ADAPTERS_CLI_ENTRY_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "amana/v1/directory.pb.h"
#include "base/durable_file.h"

namespace amana::cli {

// Without meta, agency and version. CONFIG_INVALID with every finding, each with its line; errors
// of reading a certificate. What the protocol asks beyond the form, EntryStatement::Create judges.
absl::StatusOr<v1::DirectoryEntry> ReadEntryFile(FileSystem& files, const std::string& path);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_ENTRY_FILE_H_
