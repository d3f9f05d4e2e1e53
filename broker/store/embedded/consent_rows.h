// What people said of consent, as bytes: a format of this store's own, which begins with its
// number. The withdrawal is not in it. Pure.
#ifndef AMANA_BROKER_STORE_EMBEDDED_CONSENT_ROWS_H_
#define AMANA_BROKER_STORE_EMBEDDED_CONSENT_ROWS_H_

#include <optional>
#include <string>
#include <string_view>

#include "broker/consent/facts.h"

namespace amana::store::embedded {

std::string FactsToRow(const consent::ConsentFacts& facts);
std::string FactsToRow(const consent::ExclusionFacts& facts);
std::string FactsToRow(const consent::PinnedConsent& facts);
std::string FactsToRow(const consent::ApprovalFacts& facts);
std::string FactsToRow(const consent::ReviewFacts& facts);
// nullopt for bytes that FactsToRow does not write.
std::optional<consent::ConsentFacts> ConsentFromRow(std::string_view bytes);
std::optional<consent::ExclusionFacts> ExclusionFromRow(std::string_view bytes);
std::optional<consent::PinnedConsent> PinnedFromRow(std::string_view bytes);
std::optional<consent::ApprovalFacts> ApprovalFromRow(std::string_view bytes);
std::optional<consent::ReviewFacts> ReviewFromRow(std::string_view bytes);

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_CONSENT_ROWS_H_
