// Where the fields of each machine readable zone stand: the tables of ICAO Doc 9303-4 (TD3), -5
// (TD1), -6 (TD2) and -7 (MRV-A, MRV-B).
//
// Pure; thread-safe; everything returned lives as long as the program.
#ifndef AMANA_AGENCY_ADAPTERS_IMMIGRATION_MRZ_LAYOUT_H_
#define AMANA_AGENCY_ADAPTERS_IMMIGRATION_MRZ_LAYOUT_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "agency-adapters/immigration/mrz.h"

namespace amana::immigration {

struct MrzSpan {
  size_t line = 0;
  size_t from = 0;
  size_t size = 0;  // 0: this format has no such field

  std::string_view Of(std::span<const std::string_view> lines) const {
    return lines[line].substr(from, size);
  }
};

struct MrzLayout {
  std::string_view name;
  size_t lines;
  size_t width;
  bool long_numbers;  // a document number may go on in the optional data
  MrzSpan document_code, issuing_state, name_field, document_number, document_number_digit,
      nationality, birth, birth_digit, sex, expiry, expiry_digit, optional_data,
      optional_data_digit, second_optional_data, composite_digit;
  std::span<const MrzSpan> composite;  // what the composite check digit is over, in order
};

const MrzLayout& LayoutOf(MrzFormat format);

// By number and length of the lines and by the first letter of the document code.
std::optional<MrzFormat> RecogniseMrz(std::span<const std::string_view> lines);

}  // namespace amana::immigration

#endif  // AMANA_AGENCY_ADAPTERS_IMMIGRATION_MRZ_LAYOUT_H_
