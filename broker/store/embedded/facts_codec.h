// Facts that no query asks for, as bytes in one column: a format of this store's own, which begins
// with its number. One list of fields serves both directions: Visit(codec, facts) writes with a
// FactsWriter and reads with a FactsReader. Pure.
#ifndef AMANA_BROKER_STORE_EMBEDDED_FACTS_CODEC_H_
#define AMANA_BROKER_STORE_EMBEDDED_FACTS_CODEC_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "broker/consent/facts.h"
#include "broker/store/embedded/row.h"

namespace amana::store::embedded {

class FactsWriter {
 public:
  explicit FactsWriter(uint8_t format) { bytes_.push_back(static_cast<char>(format)); }
  void Number(uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) bytes_.push_back(static_cast<char>(value >> shift));
  }
  void Text(std::string_view text) {
    Number(text.size());
    bytes_ += text;
  }
  template <typename T>
  void Field(const T& value) {
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
      Number(static_cast<uint64_t>(value));
    } else if constexpr (std::is_same_v<T, absl::Time>) {
      Number(static_cast<uint64_t>(TimeToRow(value)));
    } else if constexpr (std::is_same_v<T, std::string>) {
      Text(value);
    } else if constexpr (requires {
                           value.value();
                           value.empty();
                         }) {
      Text(value.value());
    } else if constexpr (std::is_same_v<T, Address>) {
      Field(value.agency);
      Field(value.unit);
    } else if constexpr (std::is_same_v<T, StatementKey>) {
      Field(value.sender);
      Field(value.referral);
      Field(value.version);
    } else if constexpr (std::is_same_v<T, consent::Signatory>) {
      Field(value.address);
      Field(value.person);
      Field(value.key);
    } else if constexpr (std::is_same_v<T, std::vector<Address>>) {
      Number(value.size());
      for (const Address& address : value) Field(address);
    } else if constexpr (requires { value.bits(); }) {
      Number(value.bits());
    } else {
      bytes_ += value.view();
    }
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class FactsReader {
 public:
  FactsReader(uint8_t format, std::string_view bytes) : bytes_(bytes) {
    ok_ = Take(1) == std::string_view(reinterpret_cast<const char*>(&format), 1);
  }
  bool Done() const { return ok_ && bytes_.empty(); }

  template <typename T>
  void Field(T& value) {
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
      value = static_cast<T>(Number());
    } else if constexpr (std::is_same_v<T, absl::Time>) {
      value = TimeFromRow(static_cast<int64_t>(Number()));
    } else if constexpr (std::is_same_v<T, std::string>) {
      value = std::string(Take(Number()));
    } else if constexpr (requires {
                           value.value();
                           value.empty();
                         }) {
      Token(value);
    } else if constexpr (std::is_same_v<T, Address>) {
      Field(value.agency);
      Field(value.unit);
    } else if constexpr (std::is_same_v<T, StatementKey>) {
      Field(value.sender);
      Field(value.referral);
      Field(value.version);
    } else if constexpr (std::is_same_v<T, consent::Signatory>) {
      Field(value.address);
      Field(value.person);
      Field(value.key);
    } else if constexpr (std::is_same_v<T, std::vector<Address>>) {
      const uint64_t count = Number();
      if (count > bytes_.size()) ok_ = false;
      for (uint64_t i = 0; ok_ && i < count; ++i) Field(value.emplace_back());
    } else if constexpr (requires { value.bits(); }) {
      value = T::FromBits(static_cast<uint32_t>(Number()));
    } else {
      const auto id = T::FromBytes(Take(T::kSize));
      ok_ &= id.ok();
      if (id.ok()) value = *id;
    }
  }

 private:
  std::string_view Take(uint64_t size) {
    if (size > bytes_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  uint64_t Number() {
    const std::string_view bytes = Take(8);
    uint64_t value = 0;
    for (size_t i = bytes.size(); i > 0; --i)
      value = value << 8 | static_cast<uint8_t>(bytes[i - 1]);
    return value;
  }
  template <typename Id>
  void Token(Id& id) {
    const std::string_view text = Take(Number());
    if (text.empty()) return;
    const auto token = Id::Create(text);
    ok_ &= token.ok();
    if (token.ok()) id = *token;
  }

  std::string_view bytes_;
  bool ok_ = true;
};

template <typename... Fields>
void Each(auto& codec, Fields&... fields) {
  (codec.Field(fields), ...);
}

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_FACTS_CODEC_H_
