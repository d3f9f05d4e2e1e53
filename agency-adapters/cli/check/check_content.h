// SYNTHETIC cases for the adapter under test, made from its own mapping file: what it says it
// takes, and what it must refuse.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_CHECK_CHECK_CONTENT_H_
#define AMANA_AGENCY_ADAPTERS_CLI_CHECK_CHECK_CONTENT_H_

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/mapping/mapping.h"

namespace amana::mapping {
struct Rules;
}

namespace amana::cli {

struct SampleCase {
  std::string service, urgency;
  nlohmann::json sections;  // {"IDENTITY": {...}, ...}
  // Sections besides, as they are, by category: what no JSON library writes.
  std::map<std::string, std::string> raw = {};
  // Where the adapter's mapping must refuse it: the reason, and the field that it must name.
  std::string reason = {}, field = {};
};

// Thread-compatible.
class CheckContent {
 public:
  // Errors of reading; MAPPING_INVALID.
  static absl::StatusOr<CheckContent> Load(const std::string& mapping_file);

  std::string Title() const;
  const std::string& sha256() const { return sha256_; }

  // One that the mapping can say natively; none: no sample of this mapping can, and `why` names it.
  std::optional<SampleCase> Good(std::string& why);
  // With a code that the mapping does not know: of a sealed fact, or else of a service.
  std::optional<SampleCase> Unmapped();
  // With a text that is larger than any field may be.
  std::optional<SampleCase> Oversize();
  // With a section so deep that whoever copies or compares it overflows the stack.
  std::optional<SampleCase> Deep();

  // All that there are: an adapter may be asked for each.
  static std::vector<std::string> Services();
  // Texts of all cases made so far that no log may hold.
  const std::vector<std::string>& words() const { return words_; }

 private:
  CheckContent(mapping::Mapping mapping, std::shared_ptr<const mapping::Rules> rules,
               std::string sha256);
  std::optional<SampleCase> Sample();
  absl::Status Predict(const SampleCase& sample) const;
  void Remember(const nlohmann::json& value);

  mapping::Mapping mapping_;
  std::shared_ptr<const mapping::Rules> rules_;
  std::string sha256_;
  std::mt19937_64 random_{20311};  // the same cases at every run
  std::vector<std::string> words_;
};

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_CHECK_CHECK_CONTENT_H_
