// Everything a broker and one sender need, made in a folder of the bench's own: a SYNTHETIC
// federation of a sending and a receiving agency, with keys that live as long as the folder.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_SITE_H_
#define AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_SITE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/sdk/identity.h"
#include "amana/v1/directory_service.pb.h"
#include "proto/envelope/grant.h"

namespace amana::cli {

inline constexpr std::string_view kBenchSender = "bench-police";    // unit "desk"
inline constexpr std::string_view kBenchRecipient = "bench-haven";  // unit "intake"

// Thread-compatible value.
struct BenchSite {
  std::string broker_config;  // path
  std::string data_dir;       // the broker's; made by the broker
  // What the broker's configuration raises above its defaults, as it stands there.
  std::vector<std::string> quotas_raised;
  sdk::IdentityParts sender;  // all but the broker's address
  envelope::GrantRecipient recipient;
  // Who hands the recipient's entry in, when the broker listens.
  sdk::IdentityParts recipient_program;
  v1::SetDirectoryEntryRequest recipient_entry;
};

// In `folder`, which must exist and be empty. Certificates are valid from an hour before `now` for
// a day. Errors: those of files, of the authority, and of key files.
absl::StatusOr<BenchSite> MakeBenchSite(const std::string& folder, absl::Time now);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_SITE_H_
