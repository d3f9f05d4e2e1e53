#include "agency-adapters/immigration/mrz_layout.h"

#include <array>

namespace amana::immigration {
namespace {

constexpr MrzSpan kTd1Composite[] = {{0, 5, 25}, {1, 0, 7}, {1, 8, 7}, {1, 18, 11}};
constexpr MrzSpan kTd2Composite[] = {{1, 0, 10}, {1, 13, 7}, {1, 21, 14}};
constexpr MrzSpan kTd3Composite[] = {{1, 0, 10}, {1, 13, 7}, {1, 21, 22}};

constexpr MrzLayout kTd1 = {
    .name = "TD1",
    .lines = 3,
    .width = 30,
    .long_numbers = true,
    .document_code = {0, 0, 2},
    .issuing_state = {0, 2, 3},
    .name_field = {2, 0, 30},
    .document_number = {0, 5, 9},
    .document_number_digit = {0, 14, 1},
    .nationality = {1, 15, 3},
    .birth = {1, 0, 6},
    .birth_digit = {1, 6, 1},
    .sex = {1, 7, 1},
    .expiry = {1, 8, 6},
    .expiry_digit = {1, 14, 1},
    .optional_data = {0, 15, 15},
    .optional_data_digit = {},
    .second_optional_data = {1, 18, 11},
    .composite_digit = {1, 29, 1},
    .composite = kTd1Composite,
};

// What the four formats of two lines have in common.
constexpr MrzLayout TwoLines(std::string_view name, size_t width) {
  return {
      .name = name,
      .lines = 2,
      .width = width,
      .long_numbers = false,
      .document_code = {0, 0, 2},
      .issuing_state = {0, 2, 3},
      .name_field = {0, 5, width - 5},
      .document_number = {1, 0, 9},
      .document_number_digit = {1, 9, 1},
      .nationality = {1, 10, 3},
      .birth = {1, 13, 6},
      .birth_digit = {1, 19, 1},
      .sex = {1, 20, 1},
      .expiry = {1, 21, 6},
      .expiry_digit = {1, 27, 1},
      .optional_data = {1, 28, width - 28},
      .optional_data_digit = {},
      .second_optional_data = {},
      .composite_digit = {},
      .composite = {},
  };
}

constexpr MrzLayout Td2() {
  MrzLayout layout = TwoLines("TD2", 36);
  layout.long_numbers = true;
  layout.optional_data.size = 7;
  layout.composite_digit = {1, 35, 1};
  layout.composite = kTd2Composite;
  return layout;
}

constexpr MrzLayout Td3() {
  MrzLayout layout = TwoLines("TD3", 44);
  layout.optional_data.size = 14;
  layout.optional_data_digit = {1, 42, 1};
  layout.composite_digit = {1, 43, 1};
  layout.composite = kTd3Composite;
  return layout;
}

// In the order of MrzFormat.
constexpr std::array<MrzLayout, 5> kLayouts = {kTd1, Td2(), Td3(), TwoLines("MRV-A", 44),
                                               TwoLines("MRV-B", 36)};

// The first letters that the document code of a format may have.
constexpr std::array<std::string_view, 5> kFirstLetters = {"ACI", "ACI", "P", "V", "V"};

bool HasShape(const MrzLayout& layout, std::span<const std::string_view> lines) {
  if (lines.size() != layout.lines) return false;
  for (const std::string_view line : lines) {
    if (line.size() != layout.width) return false;
  }
  return true;
}

}  // namespace

const MrzLayout& LayoutOf(MrzFormat format) { return kLayouts[static_cast<size_t>(format)]; }

std::optional<MrzFormat> RecogniseMrz(std::span<const std::string_view> lines) {
  for (size_t i = 0; i < kLayouts.size(); ++i) {
    if (HasShape(kLayouts[i], lines) &&
        kFirstLetters[i].find(lines[0][0]) != std::string_view::npos) {
      return static_cast<MrzFormat>(i);
    }
  }
  return std::nullopt;
}

}  // namespace amana::immigration
