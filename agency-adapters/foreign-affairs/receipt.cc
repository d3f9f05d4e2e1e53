#include "agency-adapters/foreign-affairs/receipt.h"

#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace amana::foreign_affairs {
namespace {

// The value of a field of a machine-readable report, unfolded; empty where it is absent.
std::string FieldOf(std::string_view text, std::string_view name) {
  std::string value;
  bool inside = false;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (inside && !line.empty() && (line[0] == ' ' || line[0] == '\t')) {
      value += line;
      continue;
    }
    if (inside) break;
    const size_t colon = line.find(':');
    inside = colon != std::string_view::npos &&
             absl::EqualsIgnoreCase({line.data(), colon}, {name.data(), name.size()});
    if (inside) value = line.substr(colon + 1);
  }
  absl::StripAsciiWhitespace(&value);
  return value;
}

std::string WithoutBrackets(const std::string& id) {
  const bool bracketed = id.size() > 2 && id.front() == '<' && id.back() == '>';
  return bracketed ? id.substr(1, id.size() - 2) : std::string();
}

}  // namespace

std::optional<Receipt> ReadReceipt(const Part& part) {
  if (part.type != "multipart/report" || part.report_type != "disposition-notification") {
    return std::nullopt;
  }
  for (const Part& report : part.parts) {
    if (report.type != "message/disposition-notification") continue;
    Receipt receipt;
    receipt.message_id = WithoutBrackets(FieldOf(report.body, "Original-Message-ID"));
    const std::string disposition = FieldOf(report.body, "Disposition");
    const size_t semicolon = disposition.find(';');
    if (semicolon == std::string::npos) return receipt;
    std::string kind = disposition.substr(semicolon + 1);
    kind = kind.substr(0, kind.find('/'));  // without modifiers
    absl::StripAsciiWhitespace(&kind);
    receipt.displayed = absl::EqualsIgnoreCase(kind, "displayed");
    receipt.by_hand = absl::StartsWithIgnoreCase(disposition, "manual-action/");
    return receipt;
  }
  return std::nullopt;
}

}  // namespace amana::foreign_affairs
