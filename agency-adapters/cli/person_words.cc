#include "agency-adapters/cli/person_words.h"

#include <algorithm>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agency-adapters/cli/rule_words.h"
#include "base/command_line.h"
#include "proto/codes/names.h"

namespace amana::cli {
namespace {

template <typename E>
using Words = std::pair<E, std::string_view>;

template <typename E>
std::string Find(std::span<const Words<E>> table, E code) {
  for (const auto& [known, words] : table) {
    if (known == code) return std::string(words);
  }
  return std::string(codes::CodeName(code));
}

constexpr Words<v1::Category> kCategories[] = {
    {v1::CATEGORY_IDENTITY_MIN, "a name you go by and your year of birth"},
    {v1::CATEGORY_IDENTITY, "your full names and papers that say who you are"},
    {v1::CATEGORY_DEMOGRAPHIC, "your gender, nationality and languages"},
    {v1::CATEGORY_TRAVEL_DOC, "your travel papers"},
    {v1::CATEGORY_LOCATION, "where you are"},
    {v1::CATEGORY_EXPLOITATION, "what was done to you"},
    {v1::CATEGORY_MEDICAL, "your health"},
    {v1::CATEGORY_RISK, "what you need to be safe"},
    {v1::CATEGORY_FAMILY, "your family"},
    {v1::CATEGORY_LEGAL, "your case in law"},
    {v1::CATEGORY_SERVICES, "the help you have had"},
    {v1::CATEGORY_ATTACHMENTS, "documents and pictures"},
};

constexpr Words<v1::Purpose> kPurposes[] = {
    {v1::PURPOSE_PROTECTION, "to protect you"},
    {v1::PURPOSE_HEALTH_CARE, "to care for your health"},
    {v1::PURPOSE_JUSTICE, "to help you before the law"},
    {v1::PURPOSE_FAMILY_TRACING, "to find your family"},
    {v1::PURPOSE_TRAVEL_AND_STATUS, "to help with travel, papers and your right to stay"},
    {v1::PURPOSE_INTEGRATION, "to help you learn, work and settle"},
    {v1::PURPOSE_REPORTING, "to count cases, without you in them"},
};

constexpr Words<v1::ServiceType> kServices[] = {
    {v1::SERVICE_TYPE_ACCOMMODATION, "a place to stay"},
    {v1::SERVICE_TYPE_RESCUE, "getting you to safety"},
    {v1::SERVICE_TYPE_MEDICAL, "medical help"},
    {v1::SERVICE_TYPE_PSYCHOSOCIAL, "somebody to talk to"},
    {v1::SERVICE_TYPE_LEGAL_AID, "a lawyer"},
    {v1::SERVICE_TYPE_CRIMINAL_INVESTIGATION, "the police's inquiry"},
    {v1::SERVICE_TYPE_VICTIM_SCREENING, "finding out what help you need"},
    {v1::SERVICE_TYPE_CHILD_PROTECTION, "protection of a child"},
    {v1::SERVICE_TYPE_FAMILY_TRACING, "finding your family"},
    {v1::SERVICE_TYPE_TRAVEL_DOCUMENT, "travel papers"},
    {v1::SERVICE_TYPE_IMMIGRATION_STATUS, "your right to stay"},
    {v1::SERVICE_TYPE_CONSULAR, "your embassy's help"},
    {v1::SERVICE_TYPE_REPATRIATION, "your way home"},
    {v1::SERVICE_TYPE_BASIC_NEEDS, "food, clothes and other needs"},
    {v1::SERVICE_TYPE_EDUCATION, "school or training"},
    {v1::SERVICE_TYPE_LIVELIHOOD, "work and income"},
    {v1::SERVICE_TYPE_INTERPRETATION, "an interpreter"},
    {v1::SERVICE_TYPE_ASYLUM, "asylum"},
    {v1::SERVICE_TYPE_CASE_TRANSFER, "another agency taking over your case"},
    {v1::SERVICE_TYPE_OTHER, "other help"},
};

constexpr Words<v1::AgencyKind> kKinds[] = {
    {v1::AGENCY_KIND_POLICE, "any police"},
    {v1::AGENCY_KIND_IMMIGRATION, "any immigration office"},
    {v1::AGENCY_KIND_FOREIGN_AFFAIRS, "any foreign affairs office"},
    {v1::AGENCY_KIND_IOM, "the International Organization for Migration"},
    {v1::AGENCY_KIND_SHELTER, "any shelter"},
    {v1::AGENCY_KIND_HEALTH, "any clinic or hospital"},
    {v1::AGENCY_KIND_CHILDREN_OFFICE, "any children's office"},
    {v1::AGENCY_KIND_LEGAL_AID, "any legal aid office"},
    {v1::AGENCY_KIND_EMBASSY, "any embassy"},
    {v1::AGENCY_KIND_COURT, "any court"},
    {v1::AGENCY_KIND_OVERSIGHT, "any office that watches over the others"},
    {v1::AGENCY_KIND_OTHER, "any other registered agency"},
};

constexpr Words<v1::LegalBasis> kBases[] = {
    {v1::LEGAL_BASIS_CONSENT, "because you agreed"},
    {v1::LEGAL_BASIS_VITAL_INTEREST, "because a life is in danger"},
    {v1::LEGAL_BASIS_LEGAL_DUTY, "because a law demands it"},
    {v1::LEGAL_BASIS_COURT_ORDER, "because a court ordered it"},
};

constexpr Words<v1::ConsentGiver> kGivers[] = {
    {v1::CONSENT_GIVER_SELF, "You agreed"},
    {v1::CONSENT_GIVER_PARENT, "A parent agreed for you"},
    {v1::CONSENT_GIVER_GUARDIAN, "A guardian agreed for you"},
    {v1::CONSENT_GIVER_CHILDREN_OFFICER, "A Children Officer decided for you"},
    {v1::CONSENT_GIVER_COURT, "A court decided for you"},
};

constexpr Words<v1::ConsentMethod> kMethods[] = {
    {v1::CONSENT_METHOD_WRITTEN, "in writing"},
    {v1::CONSENT_METHOD_VERBAL_WITNESSED, "in words, before a witness"},
    {v1::CONSENT_METHOD_THUMBPRINT, "with a thumbprint"},
    {v1::CONSENT_METHOD_SIGN_LANGUAGE, "in sign language"},
    {v1::CONSENT_METHOD_ELECTRONIC, "on a screen"},
};

constexpr Words<v1::DeliveryState> kStates[] = {
    {v1::DELIVERY_STATE_LEASED, "it is on its way to them"},
    {v1::DELIVERY_STATE_SENT, "it is on its way to them"},
    {v1::DELIVERY_STATE_RETRY_WAIT, "it may have reached them; it will be tried again"},
    {v1::DELIVERY_STATE_QUEUED, "it may have reached them; it will be tried again"},
    {v1::DELIVERY_STATE_NATIVE_ACKED, "they have it"},
    {v1::DELIVERY_STATE_NATIVE_NACKED, "it may have reached them; they could not use it"},
    {v1::DELIVERY_STATE_READ, "they have it, and somebody has read it"},
    {v1::DELIVERY_STATE_DEAD_LETTER, "it may have reached them; they could not use it"},
    {v1::DELIVERY_STATE_RECALLED, "it was called back; they have not been told yet"},
    {v1::DELIVERY_STATE_RECALL_SENT, "it was called back; they have not answered yet"},
    {v1::DELIVERY_STATE_RECALL_CONFIRMED, "it was called back; they have deleted or locked it"},
    {v1::DELIVERY_STATE_RECALL_REFUSED, "it was called back; they keep it"},
    {v1::DELIVERY_STATE_RECALL_UNANSWERED, "it was called back; they never answered"},
    {v1::DELIVERY_STATE_EXPIRED, "its time is over"},
    {v1::DELIVERY_STATE_ERASED, "the copy on the way has been deleted for good"},
    {v1::DELIVERY_STATE_WITHHELD, "it was kept back"},
};

constexpr std::pair<std::string_view, std::string_view> kLanguages[] = {
    {"swa", "Swahili"}, {"eng", "English"},     {"fra", "French"},     {"som", "Somali"},
    {"amh", "Amharic"}, {"orm", "Oromo"},       {"tir", "Tigrinya"},   {"ara", "Arabic"},
    {"lug", "Luganda"}, {"kin", "Kinyarwanda"}, {"run", "Kirundi"},    {"hin", "Hindi"},
    {"nep", "Nepali"},  {"tha", "Thai"},        {"vie", "Vietnamese"}, {"zho", "Chinese"},
};

constexpr std::pair<uint32_t, std::string_view> kWhy[] = {
    {3, "because you agreed"},
    {9, "what you did not agree to stayed behind"},
    {16, "because a Children Officer decided that it is best for you"},
    {18, "without your consent, because a life was in danger; others approved it"},
    {19, "without your consent, because a law or a court demanded it; others approved it"},
    {25, "your health data stayed behind, where they are not bound to medical secrecy"},
    {27, "only what all that you agreed to allows"},
};

std::string WhyItWent(uint32_t rule) {
  for (const auto& [number, words] : kWhy) {
    if (number == rule) return std::string(words);
  }
  return std::string(WordsOf(rule).holds);
}

}  // namespace

std::vector<std::string> WhyItWent(const google::protobuf::RepeatedField<uint32_t>& rules) {
  constexpr uint32_t kCovered = 3;
  constexpr uint32_t kInsteadOfConsent[] = {kCovered, 16, 18, 19};
  std::vector<std::string> why;
  // Where only some parts are covered, rule 3 gives way to others, and it is consent all the same.
  if (!rules.empty() && std::ranges::find_first_of(rules, kInsteadOfConsent) == rules.end()) {
    why.push_back(WhyItWent(kCovered));
  }
  for (const uint32_t rule : rules) why.push_back(WhyItWent(rule));
  return why;
}

std::string InWords(v1::Category category) { return Find<v1::Category>(kCategories, category); }
std::string InWords(v1::Purpose purpose) { return Find<v1::Purpose>(kPurposes, purpose); }
std::string InWords(v1::ServiceType service) { return Find<v1::ServiceType>(kServices, service); }
std::string InWords(v1::AgencyKind kind) { return Find<v1::AgencyKind>(kKinds, kind); }
std::string InWords(v1::LegalBasis basis) { return Find<v1::LegalBasis>(kBases, basis); }
std::string InWords(v1::ConsentGiver giver) { return Find<v1::ConsentGiver>(kGivers, giver); }
std::string InWords(v1::ConsentMethod method) { return Find<v1::ConsentMethod>(kMethods, method); }
std::string InWords(v1::DeliveryState state) { return Find<v1::DeliveryState>(kStates, state); }

std::string LanguageInWords(std::string_view iso639_3) {
  for (const auto& [code, name] : kLanguages) {
    if (code == iso639_3) return std::string(name);
  }
  return absl::StrCat("the language ", Shown(iso639_3));
}

std::string DayInWords(absl::Time time) {
  const std::string text = absl::FormatTime("%e %B %Y", time, absl::UTCTimeZone());
  return text.substr(text.find_first_not_of(' '));
}

std::string TimeInWords(absl::Time time) {
  return DayInWords(time) + absl::FormatTime(", %H:%M UTC", time, absl::UTCTimeZone());
}

std::string InWords(const v1::Address& address) {
  const std::string agency = Shown(address.agency());
  return address.unit().empty() ? agency + ", all its units"
                                : agency + " (" + Shown(address.unit()) + ")";
}

std::string Listed(const std::vector<std::string>& items) {
  std::string text;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) text += i + 1 == items.size() ? " and " : ", ";
    text += items[i];
  }
  return text;
}

std::string Listed(const google::protobuf::RepeatedField<int>& categories) {
  std::vector<std::string> words;
  for (const int category : categories) {
    words.push_back(InWords(static_cast<v1::Category>(category)));
  }
  return Listed(words);
}

std::string Listed(const std::vector<v1::Category>& categories) {
  std::vector<std::string> words;
  words.reserve(categories.size());
  for (const v1::Category category : categories) words.push_back(InWords(category));
  return Listed(words);
}

}  // namespace amana::cli
