// The updates of a body (body_table.h).
#include <optional>
#include <string>
#include <vector>

#include "broker/store/embedded/body_table.h"
#include "broker/store/embedded/record_rows.h"
#include "broker/store/errors.h"

namespace amana::store::embedded {
namespace {

using sqlite::Blob;

constexpr std::string_view kUpdate = "referral_update.bytes";

// Which of the referral's updates.
std::string Within(uint32_t number) { return std::to_string(number); }

}  // namespace

absl::Status BodyTable::AddUpdate(int64_t row, const UpdateRecord& update) {
  AMANA_ASSIGN_OR_RETURN(const RowKey* key, KeyOf(row));
  const std::string within = Within(update.number);
  AMANA_RETURN_IF_ERROR(sealer_.Seal(key->key, {kUpdate, row, within}, update.update, sealed_));
  session_.CountBytes(sealed_.size());
  const RowDigest digest = DigestOfUpdate(update.referral, update.number, sealed_);
  const absl::Status inserted = session_.Run(
      "INSERT INTO referral_update (referral, number, bytes, digest) VALUES (?1, ?2, ?3, ?4)", row,
      update.number, Blob(sealed_), digest.blob());
  return absl::IsAlreadyExists(inserted) ? ConflictError("update") : inserted;
}

absl::StatusOr<std::optional<UpdateRecord>> BodyTable::FindUpdate(int64_t row,
                                                                  const StatementKey& key,
                                                                  uint32_t number) const {
  AMANA_ASSIGN_OR_RETURN(auto query,
                         session_.Query("SELECT bytes, digest FROM referral_update WHERE "
                                        "referral = ?1 AND number = ?2",
                                        row, number));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return std::nullopt;
  const std::string_view stored = query.Bytes(0);
  if (query.Bytes(1) != DigestOfUpdate(key, number, stored).view()) {
    return session_.Corrupt("referral_update");
  }
  if (stored.empty()) return std::nullopt;
  UpdateRecord update{key, number, {}};
  AMANA_ASSIGN_OR_RETURN(update.update,
                         OpenPart({kUpdate, row, Within(number)}, stored, "referral_update"));
  return update;
}

absl::StatusOr<uint32_t> BodyTable::LastUpdate(int64_t row) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT max(number) FROM referral_update WHERE referral = ?1", row));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  return found && !query.IsNull(0) ? static_cast<uint32_t>(query.Int(0)) : 0;
}

absl::Status BodyTable::EraseUpdates(int64_t row, const StatementKey& key) {
  std::vector<uint32_t> numbers;
  {
    AMANA_ASSIGN_OR_RETURN(
        auto query, session_.Query("SELECT number FROM referral_update WHERE referral = ?1", row));
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
      if (!found) break;
      numbers.push_back(static_cast<uint32_t>(query.Int(0)));
    }
  }
  for (const uint32_t number : numbers) {
    const RowDigest digest = DigestOfUpdate(key, number, "");
    AMANA_RETURN_IF_ERROR(session_.Run(
        "UPDATE referral_update SET bytes = x'', digest = ?3 WHERE referral = ?1 AND number = ?2",
        row, number, digest.blob()));
  }
  return absl::OkStatus();
}

}  // namespace amana::store::embedded
