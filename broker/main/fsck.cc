#include "broker/main/fsck.h"

#include <memory>
#include <utility>

#include "base/clock.h"
#include "broker/main/keys.h"
#include "broker/store/embedded/embedded_store.h"

namespace amana::broker {

absl::StatusOr<audit::CustodyFindings> CheckStore(const Config& config) {
  AMANA_ASSIGN_OR_RETURN(crypto::Ed25519PrivateKey key, ReadLogKey(config.log_key));
  const SystemClock clock(config.clock_sync);
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Store> store,
                         store::OpenEmbeddedStore({.directory = config.data_dir + "/store",
                                                   .clock = &clock,
                                                   .log_key = std::move(key),
                                                   .origin = config.log_origin,
                                                   .opened_detail = config.log_origin,
                                                   .key_copies = config.key_copies,
                                                   .on_key_copies = nullptr,
                                                   .sqlite_vfs = ""}));
  absl::StatusOr<audit::CustodyFindings> findings;
  {
    AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store->Read());
    findings = audit::CheckCustody(*snapshot);
  }
  store->Close();
  return findings;
}

}  // namespace amana::broker
