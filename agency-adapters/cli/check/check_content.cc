#include "agency-adapters/cli/check/check_content.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "agency-adapters/mapping/rules.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/codes/codes.h"
#include "proto/codes/names.h"
#include "proto/crypto/sha256.h"

namespace amana::cli {
namespace {

using mapping::CaseFacts;
using mapping::Rule;
using mapping::ValueType;

constexpr int kTries = 256;
constexpr char kUnknown[] = "AMANA_CHECK_UNKNOWN";
constexpr size_t kShortestWord = 6;
constexpr size_t kDeep = 60'000;

// A fact that is sealed, and that a recipient is given before it accepts.
bool IsOffered(const Rule& rule) {
  const auto category = codes::ParseCode<v1::Category>(rule.to.steps.front().name);
  return rule.Writes() && category.has_value() &&
         codes::StageOf(*category) == v1::DISCLOSURE_STAGE_AT_OFFER;
}

// Has what its service cannot be given without: the broker lets nothing else pass.
bool IsComplete(const SampleCase& sample) {
  const auto service = codes::ParseCode<v1::ServiceType>(sample.service);
  for (const v1::Category category : codes::RequiredCategories(*service)) {
    if (!sample.sections.contains(std::string(codes::CodeName(category)))) return false;
  }
  return true;
}

}  // namespace

CheckContent::CheckContent(mapping::Mapping mapping, std::shared_ptr<const mapping::Rules> rules,
                           std::string sha256)
    : mapping_(std::move(mapping)), rules_(std::move(rules)), sha256_(std::move(sha256)) {}

absl::StatusOr<CheckContent> CheckContent::Load(const std::string& mapping_file) {
  AMANA_ASSIGN_OR_RETURN(const std::string text, RealFileSystem().Read(mapping_file));
  AMANA_ASSIGN_OR_RETURN(mapping::Mapping mapping, mapping::Mapping::Parse(text, mapping_file));
  AMANA_ASSIGN_OR_RETURN(mapping::Rules rules, mapping::ParseRules(text, mapping_file));
  return CheckContent(std::move(mapping), std::make_shared<const mapping::Rules>(std::move(rules)),
                      crypto::Sha256(text).hex());
}

std::string CheckContent::Title() const { return rules_->Title(); }

std::optional<SampleCase> CheckContent::Sample() {
  const auto facts = mapping_.ToFacts(mapping_.Sample(random_));
  if (!facts.ok() || facts->sections.empty()) return std::nullopt;
  SampleCase sample{.service = "ACCOMMODATION", .urgency = "URGENT", .sections = {}};
  if (!facts->services.empty()) {
    sample.service = std::string(codes::CodeName(facts->services.front().service));
  }
  if (facts->urgency.has_value()) sample.urgency = std::string(codes::CodeName(*facts->urgency));
  for (const auto& [category, section] : facts->sections) {
    sample.sections[std::string(codes::CodeName(category))] = section;
  }
  return sample;
}

// What the runtime will hand to the mapping when this case has come.
absl::Status CheckContent::Predict(const SampleCase& sample) const {
  CaseFacts facts;
  facts.services = {{*codes::ParseCode<v1::ServiceType>(sample.service), std::nullopt}};
  facts.urgency = *codes::ParseCode<v1::Urgency>(sample.urgency);
  facts.subject_class = v1::SUBJECT_CLASS_ADULT;
  facts.legal_basis = v1::LEGAL_BASIS_CONSENT;
  facts.embassy_contact = v1::EMBASSY_CONTACT_NOT_ASSESSED;
  facts.consent = "00112233445566778899aabbccddeeff/1";
  facts.test = true;
  for (const auto& [name, section] : sample.sections.items()) {
    const auto category = codes::ParseCode<v1::Category>(name);
    if (codes::StageOf(*category) == v1::DISCLOSURE_STAGE_AT_OFFER) {
      facts.sections[*category] = section;
    }
  }
  return mapping_.ToNative(facts).status();
}

void CheckContent::Remember(const nlohmann::json& value) {
  if (value.is_structured()) {
    for (const auto& member : value) Remember(member);
  } else if (value.is_string() && value.get<std::string>().size() >= kShortestWord &&
             std::ranges::any_of(value.get<std::string>(),
                                 [](unsigned char c) { return std::isalpha(c) != 0; })) {
    words_.push_back(value);
  }
}

std::optional<SampleCase> CheckContent::Good(std::string& why) {
  for (int i = 0; i < kTries; ++i) {
    std::optional<SampleCase> sample = Sample();
    if (!sample.has_value() || !IsComplete(*sample)) continue;
    const absl::Status predicted = Predict(*sample);
    if (predicted.ok()) {
      Remember(sample->sections);
      return sample;
    }
    why = ErrorReason(predicted) + " (" + ErrorField(predicted) + ")";
  }
  return std::nullopt;
}

std::optional<SampleCase> CheckContent::Unmapped() {
  std::string why;
  std::optional<SampleCase> sample = Good(why);
  if (!sample.has_value()) return std::nullopt;
  const auto refuses = [this](SampleCase& changed) {
    const absl::Status predicted = Predict(changed);
    if (ErrorReason(predicted) != "CODE_UNKNOWN") return false;
    changed.reason = ErrorReason(predicted);
    changed.field = ErrorField(predicted);
    return true;
  };
  for (const Rule& rule : rules_->fields) {
    if (rule.value.type != ValueType::kCode || !IsOffered(rule)) continue;
    SampleCase changed = *sample;
    nlohmann::json* node = mapping::MakeNode(changed.sections, rule.to, 0, 0);
    if (node == nullptr) continue;
    *node = kUnknown;
    if (refuses(changed)) return changed;
  }
  for (int service = v1::ServiceType_MIN; service <= v1::ServiceType_MAX; ++service) {
    if (service == v1::SERVICE_TYPE_UNSPECIFIED || !v1::ServiceType_IsValid(service)) continue;
    SampleCase changed = *sample;
    changed.service = std::string(codes::CodeName(static_cast<v1::ServiceType>(service)));
    if (IsComplete(changed) && refuses(changed)) return changed;
  }
  return std::nullopt;
}

std::optional<SampleCase> CheckContent::Oversize() {
  std::string why;
  std::optional<SampleCase> sample = Good(why);
  if (!sample.has_value()) return std::nullopt;
  for (const Rule& rule : rules_->fields) {
    if (rule.value.type != ValueType::kText || !IsOffered(rule)) continue;
    SampleCase changed = *sample;
    nlohmann::json* node = mapping::MakeNode(changed.sections, rule.to, 0, 0);
    if (node == nullptr) continue;
    *node = std::string(mapping::kMaxText + 1, 'x');
    const absl::Status predicted = Predict(changed);
    if (predicted.ok()) continue;
    changed.reason = ErrorReason(predicted);
    changed.field = ErrorField(predicted);
    return changed;
  }
  return std::nullopt;
}

std::optional<SampleCase> CheckContent::Deep() {
  std::string why;
  std::optional<SampleCase> sample = Good(why);
  if (!sample.has_value()) return std::nullopt;
  for (const auto& [category, section] : sample->sections.items()) {
    if (codes::StageOf(*codes::ParseCode<v1::Category>(category)) !=
        v1::DISCLOSURE_STAGE_AT_OFFER) {
      continue;
    }
    sample->reason = "CONTENT_UNREADABLE";
    sample->field = category;
    sample->raw[category] = "{\"deep\": " + std::string(kDeep, '[') + std::string(kDeep, ']') + "}";
    sample->sections.erase(sample->field);
    return sample;
  }
  return std::nullopt;
}

std::vector<std::string> CheckContent::Services() {
  std::vector<std::string> services;
  for (int service = v1::ServiceType_MIN; service <= v1::ServiceType_MAX; ++service) {
    if (service == v1::SERVICE_TYPE_UNSPECIFIED || !v1::ServiceType_IsValid(service)) continue;
    services.emplace_back(codes::CodeName(static_cast<v1::ServiceType>(service)));
  }
  return services;
}

}  // namespace amana::cli
