// One agency's mapping file: which native field is which fact, in both directions. Data, not code;
// docs/integrator/mapping.md tells how to write one. Nothing is guessed and nothing has a default:
// what cannot be mapped is refused with the field's name.
//
//   [mapping]
//   name = "police"
//   version = 1
//   source = "NIEM 6.0"                  # what the native names are taken from
//   [[field]]
//   native = "ENTRY_DATE"
//   to = "TRAVEL_DOC.entry_stamps[].date"
//   type = "date"                        # text, integer, number, boolean, date, datetime, year,
//   format = "%d/%m/%Y"                  #   code, country
//   [[field]]
//   native = "SEX"
//   to = "DEMOGRAPHIC.gender"
//   type = "code"
//   codes = "sex"
//   standard = ["htcds:prs_Gender"]
//   [[ignore]]
//   native = "SHIFT_NO"
//   why = "the agency's own administration"
//   [[fixed]]
//   native = "MSG_TYPE"
//   value = "REFERRAL"
//   [codes.sex]
//   F = "Feminine"
//   M = { code = "Masculine", preferred = true }   # of several natives for one code
//   MALE = "Masculine"
#ifndef AMANA_AGENCY_ADAPTERS_MAPPING_MAPPING_H_
#define AMANA_AGENCY_ADAPTERS_MAPPING_MAPPING_H_

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "agency-adapters/mapping/case_facts.h"
#include "agency-adapters/mapping/record.h"
#include "agency-adapters/mapping/report.h"

namespace amana::mapping {

struct Rules;  // of the file, as rules.h has them

// Immutable; thread-safe; cheap to copy.
class Mapping {
 public:
  // `file` stands for the file in messages. MAPPING_INVALID with every finding.
  static absl::StatusOr<Mapping> Parse(std::string_view toml, std::string_view file);

  const std::string& name() const;
  int64_t version() const;

  // The first refusal as an error (FIELD_UNMAPPED, FIELD_MISSING, CODE_UNKNOWN, VALUE_INVALID,
  // VALUE_COUNT, FACTS_DISAGREE) naming the native field; `report`, where given, has a line for
  // every field, of refused records too.
  absl::StatusOr<CaseFacts> ToFacts(const Record& record, Report* report = nullptr) const;

  // A fact with no native place is dropped and reported; one that has a place and cannot be said
  // there (CODE_UNKNOWN, VALUE_INVALID, VALUE_COUNT), or contradicts another (FACTS_DISAGREE),
  // refuses the whole, naming the fact. FIELD_MISSING where the native format requires a field
  // that no fact fills.
  absl::StatusOr<Record> ToNative(const CaseFacts& facts, Report* report = nullptr) const;

  // A SYNTHETIC record that this mapping takes, for property tests and drills: fields, values and
  // codes as the file declares them, the same for the same state of `random`.
  Record Sample(std::mt19937_64& random) const;

 private:
  explicit Mapping(std::shared_ptr<const Rules> rules) : rules_(std::move(rules)) {}

  std::shared_ptr<const Rules> rules_;
};

}  // namespace amana::mapping

#endif  // AMANA_AGENCY_ADAPTERS_MAPPING_MAPPING_H_
