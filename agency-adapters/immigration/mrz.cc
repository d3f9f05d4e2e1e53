#include "agency-adapters/immigration/mrz.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "agency-adapters/immigration/errors.h"
#include "agency-adapters/immigration/mrz_layout.h"
#include "agency-adapters/mapping/countries.h"
#include "base/status.h"

namespace amana::immigration {
namespace {

using Lines = std::span<const std::string_view>;

constexpr std::array<int, 3> kWeights = {7, 3, 1};

bool IsMrzCharacter(char c) { return absl::ascii_isupper(c) || absl::ascii_isdigit(c) || c == '<'; }

std::string_view WithoutFillers(std::string_view text) {
  const size_t last = text.find_last_not_of('<');
  return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

absl::Status CheckCharacters(Lines lines) {
  for (size_t i = 0; i < lines.size(); ++i) {
    const auto bad = std::find_if_not(lines[i].begin(), lines[i].end(), IsMrzCharacter);
    if (bad != lines[i].end()) {
      return MrzCharacter("line" + std::to_string(i + 1), bad - lines[i].begin() + 1);
    }
  }
  return absl::OkStatus();
}

absl::Status CheckDigit(std::string_view field, std::string_view text, char digit) {
  return digit == MrzCheckDigitOf(text) ? absl::OkStatus() : MrzCheckDigit(field);
}

// Doc 9303-3, 4.6: components of a name are divided by one filler, primary and secondary by two.
absl::Status ReadName(std::string_view field, Mrz& mrz) {
  mrz.name_truncated = field.back() != '<';
  const std::string_view name = WithoutFillers(field);
  if (name.empty() || name.front() == '<') return MrzField("name", "it has no primary part");
  if (std::any_of(name.begin(), name.end(), absl::ascii_isdigit)) {
    return MrzField("name", "it has a digit");
  }
  const size_t divided = name.find("<<");
  const std::string_view primary = name.substr(0, divided);
  const std::string_view secondary =
      divided == std::string_view::npos ? std::string_view() : name.substr(divided + 2);
  if (secondary.starts_with('<') || secondary.find("<<") != std::string_view::npos) {
    return MrzField("name", "it is divided more than once");
  }
  mrz.primary_name = primary;
  mrz.secondary_name = secondary;
  std::replace(mrz.primary_name.begin(), mrz.primary_name.end(), '<', ' ');
  std::replace(mrz.secondary_name.begin(), mrz.secondary_name.end(), '<', ' ');
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadState(std::string_view name, std::string_view field) {
  const std::string_view code = WithoutFillers(field);
  if (!mapping::CountryFrom(mapping::CountryForm::kIcao, code)) return MrzStateUnknown(name);
  return std::string(code);
}

absl::StatusOr<MrzDate> ReadDate(std::string_view name, std::string_view field, char digit) {
  AMANA_RETURN_IF_ERROR(CheckDigit(name, field, digit));
  const auto date = ParseMrzDate(field);
  if (!date) return MrzField(name, "it is no date");
  return *date;
}

// Whether some of the letters O could be zeros and the check digit would fit as well: their values
// differ by 24 times the weight, so any whose weights add up to a multiple of 5.
bool LettersMayBeZeros(std::string_view number) {
  std::array<bool, 5> reached = {};
  for (size_t i = 0; i < number.size(); ++i) {
    if (number[i] != 'O') continue;
    const std::array<bool, 5> before = reached;
    const size_t weight = static_cast<size_t>(kWeights[i % 3]);
    for (size_t sum = 0; sum < 5; ++sum) {
      if (before[sum]) reached[(sum + weight) % 5] = true;
    }
    reached[weight % 5] = true;
  }
  return reached[0];
}

// Doc 9303-5 and -6, note j: a number of more than nine characters has a filler for its check
// digit and goes on in the optional data, up to its check digit and a filler.
absl::Status ReadNumber(const MrzLayout& layout, Lines lines, Mrz& mrz) {
  const std::string_view field = layout.document_number.Of(lines);
  const char digit = layout.document_number_digit.Of(lines).front();
  std::string_view optional = layout.optional_data.Of(lines);
  std::string number(field);
  if (digit == '<' && layout.long_numbers && field.back() != '<') {
    const size_t end = optional.find('<');
    if (end == std::string_view::npos || end < 2) {
      return MrzField("document_number", "it goes on nowhere and has no check digit");
    }
    number.append(optional.substr(0, end - 1));
    AMANA_RETURN_IF_ERROR(CheckDigit("document_number", number, optional[end - 1]));
    optional.remove_prefix(end + 1);
  } else {
    AMANA_RETURN_IF_ERROR(CheckDigit("document_number", field, digit));
  }
  mrz.document_number = WithoutFillers(number);
  mrz.optional_data = WithoutFillers(optional);
  if (mrz.document_number.empty() || mrz.document_number.front() == '<') {
    return MrzField("document_number", "it is empty");
  }
  if (LettersMayBeZeros(number)) {
    return MrzField("document_number", "its letters O may be zeros: its check digit fits both");
  }
  return absl::OkStatus();
}

// Doc 9303-4: without optional data its check digit may be a filler as well.
absl::Status CheckDigitsOfAll(const MrzLayout& layout, Lines lines) {
  if (layout.optional_data_digit.size > 0) {
    const std::string_view optional = layout.optional_data.Of(lines);
    const char digit = layout.optional_data_digit.Of(lines).front();
    if (digit != '<' || !WithoutFillers(optional).empty()) {
      AMANA_RETURN_IF_ERROR(CheckDigit("optional_data", optional, digit));
    }
  }
  if (layout.composite_digit.size == 0) return absl::OkStatus();
  std::string composite;
  for (const MrzSpan& part : layout.composite) composite.append(part.Of(lines));
  return CheckDigit("composite", composite, layout.composite_digit.Of(lines).front());
}

absl::Status ReadCodes(const MrzLayout& layout, Lines lines, Mrz& mrz) {
  const std::string_view code = layout.document_code.Of(lines);
  if (absl::ascii_isdigit(code[1]) || code[1] == 'V') {
    return MrzField("document_code", "its second character is none that a state may choose");
  }
  mrz.document_code = WithoutFillers(code);
  mrz.sex = layout.sex.Of(lines).front();
  if (mrz.sex != 'M' && mrz.sex != 'F' && mrz.sex != '<') {
    return MrzField("sex", "it is none of M, F, <");
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view Name(MrzFormat format) { return LayoutOf(format).name; }

char MrzCheckDigitOf(std::string_view text) {
  int sum = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const int value = c == '<' ? 0 : absl::ascii_isdigit(c) ? c - '0' : c - 'A' + 10;
    sum += value * kWeights[i % 3];
  }
  return static_cast<char>('0' + sum % 10);
}

absl::StatusOr<Mrz> ParseMrz(Lines lines) {
  AMANA_RETURN_IF_ERROR(CheckCharacters(lines));
  const auto format = RecogniseMrz(lines);
  if (!format) return MrzFormatUnknown();
  const MrzLayout& layout = LayoutOf(*format);
  Mrz mrz;
  mrz.format = *format;
  AMANA_RETURN_IF_ERROR(ReadCodes(layout, lines, mrz));
  AMANA_RETURN_IF_ERROR(ReadNumber(layout, lines, mrz));
  AMANA_ASSIGN_OR_RETURN(
      mrz.birth, ReadDate("birth", layout.birth.Of(lines), layout.birth_digit.Of(lines).front()));
  AMANA_ASSIGN_OR_RETURN(mrz.expiry, ReadDate("expiry", layout.expiry.Of(lines),
                                              layout.expiry_digit.Of(lines).front()));
  AMANA_RETURN_IF_ERROR(CheckDigitsOfAll(layout, lines));
  AMANA_ASSIGN_OR_RETURN(mrz.issuing_state,
                         ReadState("issuing_state", layout.issuing_state.Of(lines)));
  AMANA_ASSIGN_OR_RETURN(mrz.nationality, ReadState("nationality", layout.nationality.Of(lines)));
  AMANA_RETURN_IF_ERROR(ReadName(layout.name_field.Of(lines), mrz));
  mrz.second_optional_data = WithoutFillers(layout.second_optional_data.Of(lines));
  return mrz;
}

}  // namespace amana::immigration
