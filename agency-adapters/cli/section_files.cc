#include "agency-adapters/cli/section_files.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "agency-adapters/cli/values.h"
#include "base/durable_file.h"
#include "base/json_text.h"
#include "base/status.h"

namespace amana::cli {
namespace {

constexpr std::string_view kJsonType = "application/json";
constexpr std::pair<std::string_view, std::string_view> kMediaTypes[] = {
    {".json", kJsonType},        {".txt", "text/plain; charset=utf-8"},
    {".pdf", "application/pdf"}, {".png", "image/png"},
    {".jpg", "image/jpeg"},      {".jpeg", "image/jpeg"},
    {".xml", "application/xml"}, {".csv", "text/csv; charset=utf-8"},
};

std::string_view MediaTypeOf(std::string_view path) {
  for (const auto& [ending, type] : kMediaTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

absl::StatusOr<Section> ReadPair(const std::string& pair) {
  const size_t equals = pair.find('=');
  if (equals == std::string::npos) return UsageError("--section", "expected CATEGORY=FILE");
  Section section;
  AMANA_ASSIGN_OR_RETURN(section.category,
                         CodeOption<v1::Category>("--section", pair.substr(0, equals)));
  const std::string path = pair.substr(equals + 1);
  AMANA_ASSIGN_OR_RETURN(section.content, RealFileSystem().Read(path));
  section.media_type = MediaTypeOf(path);
  if (section.media_type == kJsonType && !nlohmann::json::accept(section.content)) {
    return UsageError("--section", path + " does not hold JSON");
  }
  return section;
}

absl::Status ReadObject(const std::string& path, std::vector<Section>& sections) {
  AMANA_ASSIGN_OR_RETURN(const std::string text, RealFileSystem().Read(path));
  const auto object = ParseJson(text);
  if (!object.is_object()) {
    return UsageError("--sections", path + " does not hold a JSON object {\"CATEGORY\": ...}");
  }
  for (const auto& [name, content] : object.items()) {
    Section section;
    AMANA_ASSIGN_OR_RETURN(section.category, CodeOption<v1::Category>("--sections", name));
    section.media_type = kJsonType;
    section.content = content.dump();
    sections.push_back(std::move(section));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Section>> ReadSections(const std::vector<std::string>& pairs,
                                                  const std::vector<std::string>& objects) {
  std::vector<Section> sections;
  for (const std::string& path : objects) {
    AMANA_RETURN_IF_ERROR(ReadObject(path, sections));
  }
  for (const std::string& pair : pairs) {
    AMANA_ASSIGN_OR_RETURN(Section section, ReadPair(pair));
    sections.push_back(std::move(section));
  }
  codes::CategorySet seen;
  for (const Section& section : sections) {
    if (seen.Has(section.category) && section.category != v1::CATEGORY_ATTACHMENTS) {
      return UsageError("--section",
                        std::string(codes::CodeName(section.category)) + " is given twice");
    }
    seen.Add(section.category);
  }
  return sections;
}

codes::CategorySet CategoriesOf(const std::vector<Section>& sections) {
  codes::CategorySet categories;
  for (const Section& section : sections) categories.Add(section.category);
  return categories;
}

absl::Status CheckRequired(v1::ServiceType service, codes::CategorySet present) {
  for (const v1::Category category : codes::RequiredCategories(service) - present) {
    const std::string name(codes::CodeName(category));
    return MakeError(absl::StatusCode::kFailedPrecondition, "REQUIRED_CATEGORY_MISSING", name,
                     std::string(codes::CodeName(service)) + " cannot be given without " + name);
  }
  return absl::OkStatus();
}

std::vector<envelope::SectionDraft> ToDrafts(const std::vector<Section>& sections) {
  std::vector<envelope::SectionDraft> drafts;
  drafts.reserve(sections.size());
  for (const Section& section : sections) {
    drafts.push_back(
        {section.category, section.media_type, codes::StageOf(section.category), section.content});
  }
  return drafts;
}

}  // namespace amana::cli
