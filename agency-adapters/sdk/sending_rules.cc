#include "agency-adapters/sdk/sending_rules.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "agency-adapters/sdk/errors.h"
#include "base/json_text.h"

namespace amana::sdk {
namespace {

using Json = nlohmann::json;

// In capitals, without blanks, hyphens and the like: "Asylum-seeker" is ASYLUMSEEKER.
std::string Letters(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'a' && c <= 'z') out += static_cast<char>(c - 'a' + 'A');
    if (c >= 'A' && c <= 'Z') out += c;
  }
  return out;
}

// Says that an embassy must not be told, or says nothing.
bool IsProtectedWord(std::string_view text) {
  constexpr std::array<std::string_view, 4> kWords = {"ASYLUM", "REFUGEE", "STATELESS", "UNKNOWN"};
  constexpr std::array<std::string_view, 4> kCodes = {"XXA", "XXB", "XXC", "XXX"};
  const std::string letters = Letters(text);
  return letters.empty() ||
         std::ranges::any_of(
             kWords,
             [&](std::string_view word) { return letters.find(word) != std::string::npos; }) ||
         std::ranges::find(kCodes, letters) != kCodes.end();
}

// A value, or each of a list of values.
bool IsProtected(const Json& value) {
  if (value.is_string()) return IsProtectedWord(value.get_ref<const std::string&>());
  if (!value.is_array()) return true;
  return std::ranges::any_of(value, [](const Json& one) {
    return !one.is_string() || IsProtectedWord(one.get_ref<const std::string&>());
  });
}

// Whether the section says what the person is, and that they are nobody whom this protects.
bool MayMeetEmbassy(std::string_view demographic) {
  const Json section = ParseJson(demographic);
  if (!section.is_object()) return false;
  bool told = false;
  for (const char* const field : {"migration_status", "protection_status"}) {
    const auto found = section.find(field);
    if (found == section.end()) continue;
    if (IsProtected(*found) || found->empty()) return false;
    told = true;
  }
  const auto citizenship = section.find("citizenship");
  return told && (citizenship == section.end() || !IsProtected(*citizenship));
}

bool Names(const v1::ConsentRecord& consent, const Address& recipient) {
  return std::ranges::any_of(consent.recipients(), [&](const v1::Address& named) {
    return named.agency() == recipient.agency.value() &&
           (named.unit().empty() || named.unit() == recipient.unit.value());
  });
}

}  // namespace

absl::Status CheckEmbassyContact(const v1::ReferralHeader& header,
                                 absl::Span<const envelope::SectionDraft> sections) {
  if (header.assertions().embassy_contact() != v1::EMBASSY_CONTACT_CONSENTED) {
    return absl::OkStatus();
  }
  bool told = false;
  for (const envelope::SectionDraft& section : sections) {
    if (section.category != v1::CATEGORY_DEMOGRAPHIC) continue;
    if (!MayMeetEmbassy(section.content)) return EmbassyProhibited();
    told = true;
  }
  return told ? absl::OkStatus() : EmbassyProhibited();
}

Disclosure DisclosureTo(const Address& recipient, v1::AgencyKind kind,
                        const v1::ConsentRecord* consent) {
  if (kind != v1::AGENCY_KIND_IMMIGRATION && kind != v1::AGENCY_KIND_UNSPECIFIED) {
    return Disclosure::kSections;
  }
  if (consent != nullptr && Names(*consent, recipient)) return Disclosure::kSections;
  if (kind == v1::AGENCY_KIND_IMMIGRATION) return Disclosure::kHeaderOnly;
  if (consent == nullptr) return Disclosure::kUnknown;
  // Where the consent covers it at all, it does so as another kind.
  const auto& kinds = consent->recipient_kinds();
  return std::ranges::find(kinds, static_cast<int>(v1::AGENCY_KIND_IMMIGRATION)) == kinds.end()
             ? Disclosure::kSections
             : Disclosure::kHeaderOnly;
}

}  // namespace amana::sdk
