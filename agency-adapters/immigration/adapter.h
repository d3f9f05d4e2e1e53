// The immigration department's side of an adapter: CSV files in SFTP drop folders, both ways
// (in_folder.h, out_folder.h). What comes for the department beyond header facts is written only
// when its consent names the department.
#ifndef AMANA_AGENCY_ADAPTERS_IMMIGRATION_ADAPTER_H_
#define AMANA_AGENCY_ADAPTERS_IMMIGRATION_ADAPTER_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/immigration/in_folder.h"
#include "agency-adapters/immigration/out_folder.h"
#include "agency-adapters/immigration/sent_names.h"
#include "agency-adapters/net/remote_files.h"
#include "agency-adapters/runtime/adapter.h"

namespace amana::immigration {

struct AdapterOptions {
  InFolders in;
  std::string out;
  // A file of consents that name this department, one a line: id, or "id/version" for that version
  // only; "#" begins a remark. Read at every delivery with content. Empty: there is none.
  std::string named_consents;
};

class ImmigrationAdapter final : public runtime::Adapter {
 public:
  // `folder` is for the adapter's own files. Errors: of SentNames.
  static absl::StatusOr<std::unique_ptr<ImmigrationAdapter>> Open(
      AdapterOptions options, std::unique_ptr<net::RemoteFiles> files, const std::string& folder);

  absl::StatusOr<std::vector<runtime::NativeItem>> Poll(size_t limit) override;
  absl::Status Settle(const std::string& key, const runtime::Settlement& settlement) override;
  absl::StatusOr<std::string> Deliver(const runtime::NativeDelivery& delivery) override;
  absl::StatusOr<std::optional<std::string>> Find(const std::string& delivery_key) override;
  runtime::Health Check() override;
  // A whole file; the first row that is no item refuses it.
  absl::StatusOr<std::vector<runtime::NativeItem>> Decode(std::string_view bytes) const override;

 private:
  ImmigrationAdapter(AdapterOptions options, std::unique_ptr<net::RemoteFiles> files,
                     std::unique_ptr<SentNames> sent);

  const AdapterOptions options_;
  const std::unique_ptr<net::RemoteFiles> files_;
  const std::unique_ptr<SentNames> sent_;
  InFolder in_;
  OutFolder out_;
};

// Reads [native]: host, port, user, key_file, host_keys, connect_timeout, call_timeout; in, out,
// done, quarantine (folders); named_consents.
runtime::AdapterFactory ImmigrationFactory();

}  // namespace amana::immigration

#endif  // AMANA_AGENCY_ADAPTERS_IMMIGRATION_ADAPTER_H_
