#include "broker/store/embedded/session.h"

#include <string>

#include "base/errors.h"
#include "base/status.h"
#include "broker/store/errors.h"

namespace amana::store::embedded {
namespace {

constexpr size_t kMaxRemembered = 16 * 1024;

}  // namespace

absl::Status Session::Noticed(const absl::Status& error) {
  health_.Observe(error);
  const std::string reason = ErrorReason(error);
  const bool fatal = reason == "DISK_FULL" || reason == "IO_ERROR" || IsFsyncFailure(error);
  if (fatal && fatal_.ok()) fatal_ = error;
  return error;
}

absl::Status Session::Corrupt(std::string_view table) { return Noticed(RowCorruptError(table)); }

absl::Status Session::BeforeWrite() {
  if (wants_savepoint_ && !savepoint_) {
    if (absl::Status status = db_->Savepoint(); !status.ok()) return Noticed(status);
    savepoint_ = true;
  }
  wrote_ = work_wrote_ = true;
  return absl::OkStatus();
}

void Session::BeginWork(bool savepoint) {
  wants_savepoint_ = savepoint;
  work_wrote_ = false;
  doomed_before_ = doomed_.size();
}

absl::Status Session::EndWork(bool keep) {
  wants_savepoint_ = false;
  if (!keep) doomed_.resize(doomed_before_);
  if (!std::exchange(savepoint_, false)) return absl::OkStatus();
  if (!keep) Forget();
  absl::Status status = keep ? db_->ReleaseSavepoint() : db_->RollbackToSavepoint();
  return status.ok() ? status : Noticed(status);
}

void Session::EndTransaction(bool committed) {
  if (!committed) Forget();
  doomed_.clear();
  wants_savepoint_ = savepoint_ = wrote_ = work_wrote_ = false;
  bytes_ = 0;
  fatal_ = absl::OkStatus();
}

void Session::Forget() {
  ++lost_;
  referral_nos_.clear();
  referral_rows_.clear();
  absent_.reset();
}

absl::StatusOr<std::optional<int64_t>> Session::FindReferralNo(const ReferralId& id) {
  if (auto known = referral_nos_.find(id); known != referral_nos_.end()) return known->second;
  if (absent_ == id) return std::nullopt;
  AMANA_ASSIGN_OR_RETURN(
      auto query, Query("SELECT no FROM referral_id WHERE id = ?1", sqlite::Blob(id.view())));
  AMANA_ASSIGN_OR_RETURN(const bool found, Next(query));
  if (!found) {
    if (writer()) absent_ = id;
    return std::nullopt;
  }
  const int64_t no = query.Int(0);
  if (writer()) {
    if (referral_nos_.size() >= kMaxRemembered) referral_nos_.clear();
    referral_nos_.emplace(id, no);
  }
  return no;
}

absl::StatusOr<int64_t> Session::ReferralNo(const ReferralId& id) {
  if (auto known = referral_nos_.find(id); known != referral_nos_.end()) return known->second;
  absent_.reset();
  AMANA_RETURN_IF_ERROR(Run("INSERT INTO referral_id (id) VALUES (?1) ON CONFLICT DO NOTHING",
                            sqlite::Blob(id.view())));
  if (db_->Changes() == 1) {
    const int64_t no = db_->LastInsertRowId();
    if (referral_nos_.size() >= kMaxRemembered) referral_nos_.clear();
    referral_nos_.emplace(id, no);
    return no;
  }
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> no, FindReferralNo(id));
  if (!no.has_value()) return Corrupt("referral_id");
  return *no;
}

absl::StatusOr<std::optional<int64_t>> Session::FindReferralRow(const StatementKey& key) {
  if (auto known = referral_rows_.find(key); known != referral_rows_.end()) return known->second;
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> no, FindReferralNo(key.referral));
  if (!no.has_value()) return std::nullopt;
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      Query("SELECT row FROM referral WHERE id_no = ?1 AND sender = ?2 AND version = ?3", *no,
            key.sender.value(), key.version));
  AMANA_ASSIGN_OR_RETURN(const bool found, Next(query));
  if (!found) return std::nullopt;
  const int64_t row = query.Int(0);
  if (writer()) RememberReferralRow(key, row);
  return row;
}

absl::StatusOr<int64_t> Session::ReferralRow(const StatementKey& key) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> row, FindReferralRow(key));
  if (!row.has_value()) return NotFoundError("referral");
  return *row;
}

void Session::RememberReferralRow(const StatementKey& key, int64_t row) {
  if (referral_rows_.size() >= kMaxRemembered) referral_rows_.clear();
  referral_rows_.emplace(key, row);
}

}  // namespace amana::store::embedded
