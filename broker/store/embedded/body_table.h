// What erasure takes: the submission and later grants of a referral, its notes, updates and later
// candidate order, and what equivocates it, all encrypted under the referral's own key
// (body_keys.h), whose slot is in its row. Used by the session's thread.
//
// Rows are cleared by UPDATE, never by DELETE: SQLite balances its tree when it deletes, and would
// leave stale copies of neighbours' bytes behind, which their own erasure could not overwrite.
#ifndef AMANA_BROKER_STORE_EMBEDDED_BODY_TABLE_H_
#define AMANA_BROKER_STORE_EMBEDDED_BODY_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/store/embedded/body_seal.h"
#include "broker/store/embedded/session.h"
#include "broker/store/embedded/statement_table.h"
#include "broker/store/offers.h"
#include "broker/store/records.h"
#include "proto/crypto/secret.h"

namespace amana::store::embedded {

// `row` is the referral's.
class BodyTable {
 public:
  static constexpr int64_t kNoSlot = -1;
  explicit BodyTable(Session& session) : session_(session), statements_(session) {}

  // A submission for a row to come, under a key of its own. The views live until the next call.
  struct Sealed {
    uint64_t slot = 0;
    std::string_view body;
    std::string_view tag;
  };
  absl::StatusOr<Sealed> Seal(int64_t row, std::string_view submission);
  // ERASED; KEY_GONE.
  absl::StatusOr<std::string> Read(int64_t row, const StatementKey& key) const;
  // ERASED.
  absl::Status AddGrant(int64_t row, const GrantRecord& grant);
  // None when it was erased.
  absl::StatusOr<std::optional<GrantRecord>> FindGrant(int64_t row, const StatementKey& key,
                                                       const CertId& recipient) const;
  // Whom there are grants for that are not erased.
  absl::StatusOr<std::vector<Grantee>> Grantees(int64_t row) const;
  // The sender's order of candidates; the last one stands. ERASED.
  absl::Status SetOrder(int64_t row, const StatementKey& key, const CandidateOrderRecord& order);
  // None when it was erased.
  absl::StatusOr<std::optional<CandidateOrderRecord>> FindOrder(int64_t row,
                                                                const StatementKey& key) const;
  // ERASED; the same note once.
  absl::Status AddNote(int64_t row, const NoteRecord& note);
  // None when it was erased.
  absl::StatusOr<std::optional<NoteRecord>> FindNote(int64_t row, const StatementKey& key,
                                                     const Digest& digest) const;
  // CONFLICT; ERASED.
  absl::Status AddUpdate(int64_t row, const UpdateRecord& update);
  // None when it was erased.
  absl::StatusOr<std::optional<UpdateRecord>> FindUpdate(int64_t row, const StatementKey& key,
                                                         uint32_t number) const;
  absl::StatusOr<uint32_t> LastUpdate(int64_t row) const;  // 0: none
  // Of an erased referral without its bytes. False when it was kept before.
  absl::StatusOr<bool> KeepEquivocation(int64_t row, const StatementKey& key,
                                        StatementRecord other);
  // Clears all of it, and has the key destroyed when this is committed. False when that was done.
  // A damaged row that names another's key loses the name, so that no later start takes it for its
  // own: key_slot is kNoSlot from then on.
  absl::StatusOr<bool> Erase(int64_t row, const StatementKey& key);

 private:
  struct RowKey {
    int64_t row = 0;
    uint64_t slot = 0;
    crypto::Secret key;
    uint64_t lost = 0;
  };
  absl::StatusOr<const RowKey*> KeyOf(int64_t row);
  absl::StatusOr<crypto::Secret> FindKey(uint64_t slot) const;
  absl::StatusOr<std::string> Open(const crypto::Secret& key, const SealedPlace& place,
                                   std::string_view stored, std::string_view table) const;
  // One of the rows besides the referral's own, under its key.
  absl::StatusOr<std::string> OpenPart(const SealedPlace& place, std::string_view stored,
                                       std::string_view table) const;
  bool Opens(uint64_t slot, const SealedPlace& place, std::string_view stored) const;
  absl::Status EraseGrants(int64_t row, const StatementKey& key);
  absl::Status EraseOrder(int64_t row, const StatementKey& key);
  absl::Status EraseNotes(int64_t row, const StatementKey& key);
  absl::Status EraseUpdates(int64_t row, const StatementKey& key);

  Session& session_;
  StatementTable statements_;
  BodySealer sealer_;
  std::string sealed_;  // kept for its memory
  RowKey last_;         // writer only: of the referral that is being written
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_BODY_TABLE_H_
