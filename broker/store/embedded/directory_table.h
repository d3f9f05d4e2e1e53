#ifndef AMANA_BROKER_STORE_EMBEDDED_DIRECTORY_TABLE_H_
#define AMANA_BROKER_STORE_EMBEDDED_DIRECTORY_TABLE_H_

#include <optional>
#include <string>
#include <string_view>

#include "broker/store/embedded/memo.h"
#include "broker/store/embedded/session.h"
#include "broker/store/store.h"

namespace amana::store::embedded {

// Registry loads and certificates over a session, which must outlive it. Used by its thread.
class DirectoryTable final : public Directory {
 public:
  explicit DirectoryTable(Session& session) : session_(session), known_(session) {}

  absl::StatusOr<Digest> RegistryDigest() const override;
  absl::StatusOr<std::optional<std::string>> FindCertificate(const CertId& id) const override;
  absl::Status RecordRegistry(const Digest& digest) override;
  absl::Status RememberCertificate(const CertId& id, std::string_view der) override;

 private:
  Session& session_;
  Memo<CertId, bool> known_;  // certificates that are stored
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_DIRECTORY_TABLE_H_
