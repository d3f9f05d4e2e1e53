// Sections of a referral as they are given on the command line. Their content never gets into an
// error, a report or a log.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_SECTION_FILES_H_
#define AMANA_AGENCY_ADAPTERS_CLI_SECTION_FILES_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "amana/v1/codes.pb.h"
#include "proto/codes/codes.h"
#include "proto/envelope/submission.h"

namespace amana::cli {

struct Section {
  v1::Category category = v1::CATEGORY_UNSPECIFIED;
  std::string media_type;
  std::string content;
};

// `pairs` are "CATEGORY=FILE": the file's ending tells the media type (.json must hold JSON).
// `objects` are JSON files {"CATEGORY": {...}, ...}. One section per category, ATTACHMENTS
// excepted. USAGE_INVALID for a malformed or repeated one; FILE_NOT_FOUND and other errors of
// reading.
absl::StatusOr<std::vector<Section>> ReadSections(const std::vector<std::string>& pairs,
                                                  const std::vector<std::string>& objects);

codes::CategorySet CategoriesOf(const std::vector<Section>& sections);

// REQUIRED_CATEGORY_MISSING naming the first category the service needs and `sections` have not.
absl::Status CheckRequired(v1::ServiceType service, codes::CategorySet present);

// With the stage of each category. The drafts point into `sections`.
std::vector<envelope::SectionDraft> ToDrafts(const std::vector<Section>& sections);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_SECTION_FILES_H_
