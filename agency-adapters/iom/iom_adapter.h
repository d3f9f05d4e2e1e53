// IOM's native side: case tables in PostgreSQL (case_tables.h), and HTCDS files as CSV or XForm
// instances where a program hands them to the local API.
//
//   [native]
//   connection = "host=/run/postgresql dbname=cases"   # libpq's words; a password in a passfile
//
// Values are put into the standard's one form on their way (labels become codes); what has none is
// left as it is, and the mapping file refuses it by its field's name.
#ifndef AMANA_AGENCY_ADAPTERS_IOM_IOM_ADAPTER_H_
#define AMANA_AGENCY_ADAPTERS_IOM_IOM_ADAPTER_H_

#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/iom/case_tables.h"
#include "agency-adapters/runtime/adapter.h"
#include "base/clock.h"

namespace amana::iom {

class IomAdapter final : public runtime::Adapter {
 public:
  explicit IomAdapter(std::unique_ptr<CaseTables> tables) : tables_(std::move(tables)) {}

  absl::StatusOr<std::vector<runtime::NativeItem>> Poll(size_t limit) override;
  absl::Status Settle(const std::string& key, const runtime::Settlement& settlement) override;
  absl::StatusOr<std::string> Deliver(const runtime::NativeDelivery& delivery) override;
  absl::StatusOr<std::optional<std::string>> Find(const std::string& delivery_key) override;
  runtime::Health Check() override;
  // CSV, or one XForm instance. An item's key is the column ref_Key or the instanceID; else it is
  // made of what the row says, so that the same row is the same item. A file in which a row cannot
  // be read is refused whole, naming row and field: NATIVE_FORMAT_INVALID.
  absl::StatusOr<std::vector<runtime::NativeItem>> Decode(std::string_view bytes) const override;

 private:
  const std::unique_ptr<CaseTables> tables_;
};

// Reads [native]; connects on first use, so that a database that is away holds up no start.
runtime::AdapterOpener MakeIomAdapter(const ConfigTable& native);

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_IOM_ADAPTER_H_
