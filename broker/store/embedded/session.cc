#include "broker/store/embedded/session.h"

#include <string>

#include "base/errors.h"
#include "base/status.h"
#include "broker/store/errors.h"

namespace amana::store::embedded {
namespace {

constexpr size_t kMaxRemembered = 4 * 1024;

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
  first_rows_.clear();
  referral_rows_.clear();
  absent_.reset();
  next_row_.reset();
}

absl::StatusOr<std::optional<int64_t>> Session::FindFirstRow(const ReferralId& id) {
  if (auto known = first_rows_.find(id); known != first_rows_.end()) return known->second;
  if (absent_ == id) return std::nullopt;
  AMANA_ASSIGN_OR_RETURN(auto query, Query("SELECT first FROM referral WHERE id = ?1 LIMIT 1",
                                           sqlite::Blob(id.view())));
  AMANA_ASSIGN_OR_RETURN(const bool found, Next(query));
  if (!found) {
    if (writer()) absent_ = id;
    return std::nullopt;
  }
  const int64_t first = query.Int(0);
  if (writer()) {
    if (first_rows_.size() >= kMaxRemembered) first_rows_.clear();
    first_rows_.emplace(id, first);
  }
  return first;
}

absl::StatusOr<std::optional<int64_t>> Session::LookForRow(const StatementKey& key) {
  AMANA_ASSIGN_OR_RETURN(auto query,
                         Query("SELECT row, sender FROM referral WHERE id = ?1 AND version = ?2",
                               sqlite::Blob(key.referral.view()), key.version));
  while (true) {  // other senders may use the same id
    AMANA_ASSIGN_OR_RETURN(const bool found, Next(query));
    if (!found) return std::nullopt;
    if (query.Text(1) == key.sender.value()) return query.Int(0);
  }
}

absl::StatusOr<std::optional<int64_t>> Session::FindReferralRow(const StatementKey& key) {
  if (auto known = referral_rows_.find(key); known != referral_rows_.end()) return known->second;
  if (writer()) {  // most of what it looks for in vain is new
    AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> first, FindFirstRow(key.referral));
    if (!first.has_value()) return std::nullopt;
  }
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> row, LookForRow(key));
  if (writer() && row.has_value()) {
    if (referral_rows_.size() >= kMaxRemembered) referral_rows_.clear();
    referral_rows_.emplace(key, *row);
  }
  return row;
}

absl::StatusOr<int64_t> Session::ReferralRow(const StatementKey& key) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> row, FindReferralRow(key));
  if (!row.has_value()) return NotFoundError("referral");
  return *row;
}

absl::StatusOr<int64_t> Session::NextReferralRow() {
  if (next_row_.has_value()) return *next_row_;
  AMANA_ASSIGN_OR_RETURN(auto query, Query("SELECT coalesce(max(row), 0) + 1 FROM referral"));
  AMANA_RETURN_IF_ERROR(Next(query).status());
  next_row_ = query.Int(0);
  return *next_row_;
}

void Session::RememberAccepted(const StatementKey& key, int64_t row, int64_t first) {
  absent_.reset();
  next_row_ = row + 1;
  if (first_rows_.size() >= kMaxRemembered) first_rows_.clear();
  first_rows_.emplace(key.referral, first);
  if (referral_rows_.size() >= kMaxRemembered) referral_rows_.clear();
  referral_rows_.emplace(key, row);
}

}  // namespace amana::store::embedded
