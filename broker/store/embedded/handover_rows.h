// Custody and handovers as bytes (facts_codec.h): what their tables have no column for. Pure.
#ifndef AMANA_BROKER_STORE_EMBEDDED_HANDOVER_ROWS_H_
#define AMANA_BROKER_STORE_EMBEDDED_HANDOVER_ROWS_H_

#include <optional>
#include <string>
#include <string_view>

#include "broker/store/handovers.h"

namespace amana::store::embedded {

// Everything but the key. What is read is whole but for that.
std::string FactsToRow(const CustodyRecord& custody);
std::string FactsToRow(const HandoverRecord& handover);
// nullopt for bytes that FactsToRow does not write.
std::optional<CustodyRecord> CustodyFromRow(std::string_view bytes);
std::optional<HandoverRecord> HandoverFromRow(std::string_view bytes);

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_HANDOVER_ROWS_H_
