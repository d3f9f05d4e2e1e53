// The machine readable zone of a travel document as ICAO Doc 9303 (8th edition) lays it out: parts
// 4 (TD3, passports), 5 (TD1, cards), 6 (TD2) and 7 (MRV-A and MRV-B, visas).
//
// Nothing is guessed: a zone is read whole, with every check digit verified, or refused with the
// field that is wrong. A letter O is not taken for a zero, and a document number in which letters O
// could be zeros without a check digit noticing is refused.
//
// Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_IMMIGRATION_MRZ_H_
#define AMANA_AGENCY_ADAPTERS_IMMIGRATION_MRZ_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "agency-adapters/immigration/mrz_date.h"

namespace amana::immigration {

enum class MrzFormat { kTd1, kTd2, kTd3, kMrvA, kMrvB };
std::string_view Name(MrzFormat format);  // "TD1" ... "MRV-B"

// Fillers at the end of a field are left out; inside a document number they stay, as they stand for
// a character that the zone cannot hold.
struct Mrz {
  MrzFormat format = MrzFormat::kTd3;
  std::string document_code;  // "P", "AC"
  std::string issuing_state;  // a code of Doc 9303-3, section 5 (mapping/countries.h), as all codes
                              // of states
  std::string primary_name;   // name components divided by spaces
  std::string secondary_name;   // empty where the document names none
  bool name_truncated = false;  // the name fills its field to the end: there may be more of it
  std::string document_number;  // TD1 and TD2: up to 20 and 15 characters
  std::string nationality;
  MrzDate birth;
  char sex = '<';                    // 'M', 'F', or '<' for unspecified
  MrzDate expiry;                    // a visa's: valid until
  std::string optional_data;         // after what a long document number took of it
  std::string second_optional_data;  // TD1 only

  friend bool operator==(const Mrz&, const Mrz&) = default;
};

// Two or three lines without line ends. Errors: MRZ_FORMAT_UNKNOWN, MRZ_CHARACTER ("line1"),
// MRZ_CHECK_DIGIT, MRZ_FIELD, MRZ_STATE_UNKNOWN; fields: document_code, issuing_state, name,
// document_number, nationality, birth, sex, expiry, optional_data, composite.
absl::StatusOr<Mrz> ParseMrz(std::span<const std::string_view> lines);

// Doc 9303-3, 4.9: weights 7 3 1, modulo 10; digits count as themselves, A to Z as 10 to 35, the
// filler as 0. `text` must hold nothing else.
char MrzCheckDigitOf(std::string_view text);

}  // namespace amana::immigration

#endif  // AMANA_AGENCY_ADAPTERS_IMMIGRATION_MRZ_H_
