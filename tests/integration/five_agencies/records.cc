#include "tests/integration/five_agencies/records.h"

#include <algorithm>
#include <iterator>
#include <regex>
#include <utility>

#include "absl/strings/str_cat.h"

namespace amana::five {
namespace {

// In this order: what is narrower comes first.
const std::pair<std::regex, const char*> kNames[] = {
    {std::regex("(police|haven|iom|mfa|dis)/[0-9a-f]{32}"), "$1/REFERRAL"},
    {std::regex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "UUID"},
    {std::regex("amana-[0-9a-f]{32}\\.csv"), "FILE"},
    {std::regex("[0-9a-f]{32}/1"), "CONSENT/1"},
    {std::regex("[0-9a-f]{32}"), "DIGEST"},
    {std::regex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})"), "TIME"},
    {std::regex("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2} UTC"), "TIME"},
    {std::regex("[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9]{2}:[0-9]{2}(:[0-9]{2})?"), "TIME"},
    {std::regex("Reply by [0-9]{2}:[0-9]{2}"), "Reply by TIME"},
    {std::regex("\\b(I|i)tem [0-9A-Z]{4}\\b"), "$1tem TAG"},
    {std::regex("\\b[0-9A-Z]{16}\\.v1"), "TAG.v1"},
    {std::regex("notice/[0-9]+"), "notice/N"},
    {std::regex("OB/2031/[0-9]+"), "OB/2031/N"},
    {std::regex("\"x:EscortCodeText\":\"[^\"]+\""), "\"x:EscortCodeText\":\"CODE\""},
    {std::regex("\"(event|outgoing|case)_id\":[0-9]+"), "\"$1_id\":0"},
    {std::regex("\"(case|event)-[0-9]+\""), "\"$1-N\""},
    {std::regex("\"accept-[0-9]+\""), "\"accept-N\""},
};

void Sort(Json& json) {
  for (Json& child : json) {
    if (child.is_structured()) Sort(child);
  }
  if (!json.is_array()) return;
  std::sort(json.begin(), json.end(),
            [](const Json& a, const Json& b) { return a.dump() < b.dump(); });
}

// Records of a list, of whichever depth: each once.
void Flatten(const std::string& at, const Json& json, std::vector<std::string>& lines) {
  if (json.is_array() && (json.empty() || json.front().is_object())) {
    for (const Json& each : json) lines.push_back(absl::StrCat(at, " ", each.dump()));
    return;
  }
  if (!json.is_object()) {
    lines.push_back(absl::StrCat(at, " ", json.dump()));
    return;
  }
  for (const auto& [name, value] : json.items()) Flatten(at + "/" + name, value, lines);
}

}  // namespace

Json Normalised(const Json& records) {
  std::string text = records.dump();
  for (const auto& [pattern, name] : kNames) text = std::regex_replace(text, pattern, name);
  Json json = Json::parse(text);
  Sort(json);
  return json;
}

std::vector<std::string> Differences(const std::string& side, const Json& expected,
                                     const Json& actual) {
  std::vector<std::string> wanted, found, missing, surplus, lines;
  Flatten(side, expected, wanted);
  Flatten(side, actual, found);
  std::sort(wanted.begin(), wanted.end());
  std::sort(found.begin(), found.end());
  std::set_difference(wanted.begin(), wanted.end(), found.begin(), found.end(),
                      std::back_inserter(missing));
  std::set_difference(found.begin(), found.end(), wanted.begin(), wanted.end(),
                      std::back_inserter(surplus));
  for (const std::string& line : missing) lines.push_back("- " + line);
  for (const std::string& line : surplus) lines.push_back("+ " + line);
  return lines;
}

}  // namespace amana::five
