#include "agency-adapters/mapping/report.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace amana::mapping {
namespace {

constexpr size_t kMaxShown = 128;

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_:/.@$#[]-").find(c) != std::string_view::npos;
}

std::string_view Word(Outcome outcome) {
  switch (outcome) {
    case Outcome::kMapped:
      return "MAPPED ";
    case Outcome::kDropped:
      return "DROPPED";
    case Outcome::kRefused:
      return "REFUSED";
  }
  return "";
}

nlohmann::json JsonLine(const ReportLine& line) {
  nlohmann::json json = nlohmann::json::object();
  if (!line.native.empty()) json["native"] = line.native;
  if (!line.fact.empty()) json["fact"] = line.fact;
  if (!line.why.empty()) json["why"] = line.why;
  return json;
}

}  // namespace

std::string ToText(const Report& report) {
  std::string text = report.mapping + "\n";
  for (const ReportLine& line : report.lines) {
    text += std::string(Word(line.outcome)) + "  " + line.native;
    if (!line.native.empty() && !line.fact.empty()) text += " - ";
    text += line.fact;
    if (!line.why.empty()) text += ": " + line.why;
    text += '\n';
  }
  return text;
}

std::string ToJson(const Report& report) {
  nlohmann::json json = {{"mapping", report.mapping},
                         {"mapped", nlohmann::json::array()},
                         {"dropped", nlohmann::json::array()},
                         {"refused", nlohmann::json::array()}};
  for (const ReportLine& line : report.lines) {
    const char* const list = line.outcome == Outcome::kMapped    ? "mapped"
                             : line.outcome == Outcome::kDropped ? "dropped"
                                                                 : "refused";
    json[list].push_back(JsonLine(line));
  }
  return json.dump();
}

std::string ShownName(std::string_view name) {
  if (name.empty() || name.size() > kMaxShown || !std::ranges::all_of(name, IsNameCharacter)) {
    return "(a name that is not shown)";
  }
  return std::string(name);
}

}  // namespace amana::mapping
