#ifndef AMANA_BROKER_STORE_EMBEDDED_DIRECTORY_TABLE_H_
#define AMANA_BROKER_STORE_EMBEDDED_DIRECTORY_TABLE_H_

#include <optional>
#include <string>
#include <string_view>

#include "broker/store/embedded/directory_view.h"
#include "broker/store/embedded/memo.h"
#include "broker/store/embedded/session.h"
#include "broker/store/embedded/statement_table.h"
#include "broker/store/store.h"

namespace amana::store::embedded {

// Registry loads, certificates and the directory over a session, which must outlive it. Used by its
// thread.
class DirectoryTable final : public Directory {
 public:
  explicit DirectoryTable(Session& session)
      : session_(session), statements_(session), view_(session, statements_), known_(session) {}

  absl::StatusOr<Digest> RegistryDigest() const override;
  absl::StatusOr<std::optional<std::string>> FindCertificate(const CertId& id) const override;
  absl::StatusOr<routing::DirectoryPtr> Current() const override { return view_.Current(); }
  absl::Duration Hour() const override;
  absl::StatusOr<std::optional<EntryRecord>> FindEntry(const AgencyId& agency,
                                                       uint32_t version) const override;
  absl::StatusOr<std::optional<StatementRecord>> FindCapacityReport(
      const Address& unit) const override;
  absl::StatusOr<std::optional<StatementRecord>> FindDutyRoster(const Address& unit) const override;

  absl::Status RecordRegistry(const Digest& digest) override;
  absl::Status RememberCertificate(const CertId& id, std::string_view der) override;
  absl::Status SetEntry(const EntryRecord& record) override;
  absl::StatusOr<bool> KeepEntryEquivocation(const AgencyId& agency, uint32_t version,
                                             const StatementRecord& other) override;
  absl::Status SetCapacity(const Address& unit, const StatementRecord& report) override;
  absl::Status SetRoster(const Address& unit, const StatementRecord& roster) override;

 private:
  absl::Status RemoveWordsOf(const routing::Agency& before, const routing::Agency& after);
  // The agency of a unit that is in its entry, with all that is in force. NOT_FOUND.
  absl::StatusOr<routing::DirectoryPtr> WithUnit(const Address& unit);

  Session& session_;
  StatementTable statements_;
  mutable DirectoryView view_;  // what it has seen is no change
  Memo<CertId, bool> known_;    // certificates that are stored
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_DIRECTORY_TABLE_H_
