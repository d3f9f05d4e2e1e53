// Mapping files and native records: a file is read or refused with its line; a record is mapped
// whole or refused with a field, no content is shown, and what was mapped comes back. Sections as
// a sender, any sender, may have written them: said natively, or refused without their content.
#include <string>

#include "agency-adapters/mapping/case_facts.h"
#include "agency-adapters/mapping/mapping.h"
#include "base/status.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {
namespace {

constexpr std::string_view kSecret = "S3CRET";

constexpr std::string_view kFile = R"([mapping]
name = "fuzz"
version = 1
source = "a test"
[[ignore]]
native = "I*"
why = "own"
[[field]]
native = "S"
to = "header.services[].service"
type = "code"
codes = "amana:ServiceType"
separator = ";"
[[field]]
native = "D"
to = "TRAVEL_DOC.entry_stamps[].date"
type = "date"
format = "%d/%m/%Y"
[[field]]
native = "P"
to = "TRAVEL_DOC.entry_stamps[].place"
type = "text"
[[field]]
native = "T"
to = "LEGAL.at"
type = "datetime"
format = "%d/%m/%Y %H:%M"
zone = "+03:00"
[[field]]
native = "N"
to = "LOCATION.place.latitude"
type = "number"
[[field]]
native = "C"
to = "DEMOGRAPHIC.citizenship[]"
type = "country"
format = "icao-9303"
separator = ","
[[field]]
native = "B"
to = "header.test"
type = "boolean"
yes = "Y"
no = "N"
)";

const mapping::Mapping& Known() {
  static const auto* const known =
      new mapping::Mapping(*mapping::Mapping::Parse(kFile, "fuzz.mapping.toml"));
  return *known;
}

// Lines "field=value"; a field again is a further value.
mapping::Record RecordOf(std::string_view text) {
  mapping::Record record;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    record.fields[std::string(line.substr(0, equals))].emplace_back(line.substr(equals + 1));
  }
  return record;
}

void RequireHidden(std::string_view text) {
  Require(text.find(kSecret) == std::string_view::npos, "no content is shown");
}

bool CheckRecord(std::string_view bytes) {
  const mapping::Record record = RecordOf(bytes);
  mapping::Report report;
  const auto facts = Known().ToFacts(record, &report);
  bool content = true;
  for (const auto& [name, values] : record.fields) {
    if (name.find(kSecret) != std::string::npos) content = false;
  }
  if (content) RequireHidden(ToText(report) + ToJson(report) + facts.status().ToString());
  if (!facts.ok()) return RequireRefusal(facts.status(), absl::StatusCode::kInvalidArgument);
  const auto native = Known().ToNative(*facts);
  Require(native.ok(), "what was mapped can be said natively");
  const auto again = Known().ToFacts(*native);
  Require(again.ok() && *again == *facts, "and says the same");
  return true;
}

bool CheckFile(std::string_view bytes) {
  const auto parsed = mapping::Mapping::Parse(bytes, "fuzz.mapping.toml");
  if (!parsed.ok()) {
    Require(parsed.status().message().find("fuzz.mapping.toml:") == 0, "a refusal names its line");
    return RequireRefusal(parsed.status(), absl::StatusCode::kInvalidArgument, /*fields=*/false);
  }
  std::mt19937_64 random(7);
  const mapping::Record sample = parsed->Sample(random);
  (void)parsed->ToFacts(sample);
  (void)parsed->ToNative(mapping::CaseFacts());
  return true;
}

bool CheckSection(std::string_view bytes) {
  mapping::CaseFacts facts;
  for (const v1::Category category : {v1::CATEGORY_TRAVEL_DOC, v1::CATEGORY_LEGAL,
                                      v1::CATEGORY_LOCATION, v1::CATEGORY_DEMOGRAPHIC}) {
    const absl::Status added = mapping::AddSection(facts, category, bytes);
    if (!added.ok()) {
      RequireHidden(added.ToString());
      return RequireRefusal(added, absl::StatusCode::kInvalidArgument);
    }
  }
  (void)mapping::ToJson(facts);
  mapping::Report report;
  const auto native = Known().ToNative(facts, &report);
  // Names of members are the sender's too, and are shown where they look like names.
  if (!native.ok()) return RequireRefusal(native.status(), absl::StatusCode::kInvalidArgument);
  (void)ToText(report);
  return true;
}

}  // namespace

const std::vector<std::string>& Seeds() {
  static const auto* const seeds = new std::vector<std::string>{
      std::string(kFile),
      "S=ACCOMMODATION;MEDICAL\nD=02/02/2031\nD=\nP=S3CRET\nP=x\nT=02/02/2031 08:15\nN=-1.25\n"
      "C=KEN,UTO,XXA\nB=Y\nI1=S3CRET\n",
      "S=S3CRET\nD=31/02/2031\nX=S3CRET\nN=S3CRET\n",
      R"({"entry_stamps":[{"date":"2031-02-02","place":"x"},{"date":"2031-02-03","place":"S3CRET"}],"at":"2031-02-02T05:15:00Z",
          "place":{"latitude":-1.25},"citizenship":["KE","UG"]})",
      "{\"entry_stamps\":" + std::string(100, '[') + std::string(100, ']') + "}"};
  return *seeds;
}

bool Check(std::string_view bytes) {
  if (bytes.starts_with('{')) return CheckSection(bytes);
  return bytes.find("[mapping]") != std::string_view::npos ? CheckFile(bytes) : CheckRecord(bytes);
}

}  // namespace amana::fuzz
