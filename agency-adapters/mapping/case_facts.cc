#include "agency-adapters/mapping/case_facts.h"

#include <utility>

#include "agency-adapters/mapping/errors.h"
#include "agency-adapters/mapping/header_member.h"
#include "agency-adapters/mapping/report.h"
#include "base/ids.h"
#include "base/json_text.h"
#include "base/status.h"
#include "proto/codes/names.h"

namespace amana::mapping {
namespace {

using Json = nlohmann::json;
using Kind = HeaderMember::Kind;

template <typename E>
HeaderMember Code(std::string_view path) {
  return {path, Kind::kCode, google::protobuf::GetEnumDescriptor<E>(), Shape::kFree};
}

// Calls `member(name, optional)` for each single member.
template <typename Facts, typename Member>
void ForEachMember(Facts& facts, const Member& member) {
  member("recipient", facts.recipient);
  member("urgency", facts.urgency);
  member("subject_class", facts.subject_class);
  member("legal_basis", facts.legal_basis);
  member("embassy_contact", facts.embassy_contact);
  member("sex", facts.sex);
  member("consent", facts.consent);
  member("county", facts.county);
  member("language", facts.language);
  member("cross_border", facts.cross_border);
  member("guardian_conflict", facts.guardian_conflict);
  member("incapacity", facts.incapacity);
  member("test", facts.test);
}

template <typename T>
Json MemberJson(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return std::string(codes::CodeName(value));
  } else {
    return value;
  }
}

template <typename T>
void SetMember(std::optional<T>& member, const Json& value) {
  if constexpr (std::is_enum_v<T>) {
    member = codes::ParseCode<T>(value.get_ref<const std::string&>());
  } else {
    member = value.get<T>();
  }
}

std::string_view ExpectedOf(const HeaderMember& member) {
  switch (member.kind) {
    case Kind::kCode:
      return "a code of the protocol";
    case Kind::kBoolean:
      return "true or false";
    case Kind::kCounty:
      return "a county, 1 to 47";
    case Kind::kText:
      break;
  }
  return member.shape == Shape::kAddress    ? "agency/unit"
         : member.shape == Shape::kLanguage ? "an ISO 639-3 code"
                                            : "text";
}

bool IsOf(const HeaderMember& member, const Json& value) {
  switch (member.kind) {
    case Kind::kCode:
      return value.is_string() &&
             codes::NumberIn(*member.list, value.get_ref<const std::string&>()).has_value();
    case Kind::kBoolean:
      return value.is_boolean();
    case Kind::kCounty:
      return value.is_number_integer() && value >= 1 && value <= 47;
    case Kind::kText:
      break;
  }
  ValueRule rule;
  rule.shape = member.shape;
  return value.is_string() && !value.get_ref<const std::string&>().empty() &&
         ReadValue(rule, value.get_ref<const std::string&>()).has_value();
}

// OK if the header has a member of this path and the value is of it.
absl::Status CheckMember(const std::string& path, const Json& value) {
  const HeaderMember* const member = FindHeaderMember(path);
  if (member == nullptr) return FactsInvalidError(ShownName(path), "a member of the header");
  return IsOf(*member, value) ? absl::OkStatus() : FactsInvalidError(path, ExpectedOf(*member));
}

absl::Status ReadServices(const Json& services, CaseFacts& facts) {
  if (!services.is_array()) return FactsInvalidError("header.services", "a list");
  for (const Json& item : services) {
    if (!item.is_object() || !item.contains("service")) {
      return FactsInvalidError("header.services[].service", "a service for each");
    }
    ServiceFact fact;
    for (const auto& [name, value] : item.items()) {
      AMANA_RETURN_IF_ERROR(CheckMember("header.services[]." + name, value));
      if (name == "recipient") fact.recipient = value.get<std::string>();
    }
    fact.service =
        *codes::ParseCode<v1::ServiceType>(item["service"].get_ref<const std::string&>());
    facts.services.push_back(std::move(fact));
  }
  return absl::OkStatus();
}

absl::Status ReadHeader(const Json& header, CaseFacts& facts) {
  if (!header.is_object()) return FactsInvalidError("header", "an object");
  for (const auto& [name, value] : header.items()) {
    if (name == "services") {
      AMANA_RETURN_IF_ERROR(ReadServices(value, facts));
      continue;
    }
    AMANA_RETURN_IF_ERROR(CheckMember("header." + name, value));
    ForEachMember(facts, [&name = name, &value = value](std::string_view known, auto& member) {
      if (known == name) SetMember(member, value);
    });
  }
  return absl::OkStatus();
}

}  // namespace

const std::vector<HeaderMember>& HeaderMembers() {
  static const auto* const members = new std::vector<HeaderMember>{
      Code<v1::ServiceType>("header.services[].service"),
      {"header.services[].recipient", Kind::kText, nullptr, Shape::kAddress},
      {"header.recipient", Kind::kText, nullptr, Shape::kAddress},
      Code<v1::Urgency>("header.urgency"),
      Code<v1::SubjectClass>("header.subject_class"),
      Code<v1::LegalBasis>("header.legal_basis"),
      Code<v1::EmbassyContact>("header.embassy_contact"),
      Code<v1::SexConstraint>("header.sex"),
      {"header.consent", Kind::kText, nullptr, Shape::kFree},
      {"header.county", Kind::kCounty, nullptr, Shape::kCounty},
      {"header.language", Kind::kText, nullptr, Shape::kLanguage},
      {"header.cross_border", Kind::kBoolean, nullptr, Shape::kFree},
      {"header.guardian_conflict", Kind::kBoolean, nullptr, Shape::kFree},
      {"header.incapacity", Kind::kBoolean, nullptr, Shape::kFree},
      {"header.test", Kind::kBoolean, nullptr, Shape::kFree}};
  return *members;
}

const HeaderMember* FindHeaderMember(std::string_view path) {
  for (const HeaderMember& member : HeaderMembers()) {
    if (member.path == path) return &member;
  }
  return nullptr;
}

Json ToJson(const CaseFacts& facts) {
  Json json = Json::object(), header = Json::object();
  for (const ServiceFact& fact : facts.services) {
    Json item = {{"service", MemberJson(fact.service)}};
    if (fact.recipient.has_value()) item["recipient"] = *fact.recipient;
    header["services"].push_back(std::move(item));
  }
  ForEachMember(facts, [&header](const char* name, const auto& member) {
    if (member.has_value()) header[name] = MemberJson(*member);
  });
  if (!header.empty()) json["header"] = std::move(header);
  for (const auto& [category, section] : facts.sections) {
    json[std::string(codes::CodeName(category))] = section;
  }
  return json;
}

absl::StatusOr<CaseFacts> CaseFactsFromJson(const Json& json) {
  if (!json.is_object()) return FactsInvalidError("", "an object");
  CaseFacts facts;
  for (const auto& [name, value] : json.items()) {
    if (name == "header") {
      AMANA_RETURN_IF_ERROR(ReadHeader(value, facts));
      continue;
    }
    const auto category = codes::ParseCode<v1::Category>(name);
    if (!category.has_value()) return FactsInvalidError(ShownName(name), "a category");
    if (!value.is_object() || value.empty()) {
      return FactsInvalidError(name, "an object that says something");
    }
    facts.sections[*category] = value;
  }
  return facts;
}

absl::Status AddSection(CaseFacts& facts, v1::Category category, std::string_view json) {
  const Json said = ParseJson(json);
  if (!said.is_object()) {
    return MakeError(absl::StatusCode::kInvalidArgument, "CONTENT_UNREADABLE",
                     codes::CodeName(category),
                     "the section is no JSON object, or one nested too deep");
  }
  if (!said.empty())
    facts.sections.try_emplace(category, Json::object()).first->second.update(said);
  return absl::OkStatus();
}

}  // namespace amana::mapping
