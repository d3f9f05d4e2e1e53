// Reading rows and sealing them: every record that decides something carries a digest over its own
// fields, which is compared when it is read (SQLite checks sums in its WAL only).
// Value types; thread-compatible.
#ifndef AMANA_BROKER_STORE_EMBEDDED_ROW_H_
#define AMANA_BROKER_STORE_EMBEDDED_ROW_H_

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/time/time.h"
#include "base/ids.h"
#include "base/sqlite.h"

namespace amana::store::embedded {

// Milliseconds; InfiniteFuture and InfinitePast survive.
int64_t TimeToRow(absl::Time time);
absl::Time TimeFromRow(int64_t millis);

// SHA-256, first 16 bytes.
class RowDigest {
 public:
  static constexpr size_t kSize = 16;
  explicit RowDigest(const Digest& digest);
  sqlite::Blob blob() const { return sqlite::Blob(view()); }
  std::string_view view() const { return {bytes_.data(), kSize}; }

 private:
  std::array<char, kSize> bytes_;
};

// Lays a record's fields out, each with its length, under the name of its kind.
class RowHasher {
 public:
  explicit RowHasher(std::string_view kind) {
    bytes_.reserve(448);  // most records
    Add(kind);
  }

  template <typename T, std::enable_if_t<std::is_integral_v<T> || std::is_enum_v<T>, int> = 0>
  RowHasher& Add(T value) {
    AddInt(static_cast<uint64_t>(value));
    return *this;
  }
  RowHasher& Add(std::string_view bytes);
  RowHasher& Add(absl::Time time) { return Add(TimeToRow(time)); }
  template <typename Tag, size_t N>
  RowHasher& Add(const FixedBytes<Tag, N>& id) {
    return Add(id.view());
  }
  template <typename Tag>
  RowHasher& Add(const TokenId<Tag>& id) {
    return Add(std::string_view(id.value()));
  }
  RowHasher& Add(const Address& address) { return Add(address.agency).Add(address.unit); }
  RowHasher& Add(const StatementKey& key) {
    return Add(key.sender).Add(key.referral).Add(key.version);
  }

  // With `bodies` after the fields: large values that are not copied.
  RowDigest Finish(std::initializer_list<std::string_view> bodies = {});

 private:
  void AddInt(uint64_t value);
  std::string bytes_;
};

// Takes the columns of a row from left to right. What does not have the form of its type reads as
// none and makes ok() false.
class RowReader {
 public:
  explicit RowReader(const sqlite::Statement& row, int first = 0) : row_(row), column_(first) {}

  template <typename T = int64_t>
  T Int() {
    return static_cast<T>(row_.Int(column_++));
  }
  absl::Time Time() { return TimeFromRow(row_.Int(column_++)); }
  std::string_view Bytes() { return row_.Bytes(column_++); }  // lives until the next Step
  template <typename Id>
  Id Fixed() {
    const auto id = Id::FromBytes(row_.Bytes(column_++));
    ok_ &= id.ok();
    return id.ok() ? *id : Id();
  }
  template <typename Id>
  Id FixedOrNone() {  // empty: none
    if (!row_.Bytes(column_).empty()) return Fixed<Id>();
    ++column_;
    return Id();
  }
  template <typename Id>
  Id Token() {  // empty: none
    const std::string_view text = row_.Text(column_++);
    if (text.empty()) return Id();
    const auto id = Id::Create(text);
    ok_ &= id.ok();
    return id.ok() ? *id : Id();
  }
  Address ReadAddress() {
    Address address;
    address.agency = Token<AgencyId>();
    address.unit = Token<UnitId>();
    return address;
  }
  bool IsNull() const { return row_.IsNull(column_); }
  bool Matches(const RowDigest& digest) { return Bytes() == digest.view(); }
  bool ok() const { return ok_; }

 private:
  const sqlite::Statement& row_;
  int column_;
  bool ok_ = true;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_ROW_H_
