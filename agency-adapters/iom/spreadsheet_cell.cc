#include "agency-adapters/iom/spreadsheet_cell.h"

namespace amana::iom {
namespace {

bool LooksLikeFormula(std::string_view text) {
  const size_t at = text.find_first_not_of('\'');
  return at != std::string_view::npos &&
         std::string_view("=+-@\t\r\n").find(text[at]) != std::string_view::npos;
}

}  // namespace

std::string GuardCell(std::string_view text) {
  std::string cell = LooksLikeFormula(text) ? "'" : "";
  return cell.append(text);
}

std::string_view UnguardCell(std::string_view cell) {
  if (cell.starts_with('\'') && LooksLikeFormula(cell)) cell.remove_prefix(1);
  return cell;
}

}  // namespace amana::iom
