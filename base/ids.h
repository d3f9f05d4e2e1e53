// Strong ids: swapped arguments do not compile. Values are validated once, in Create/FromBytes, and
// immutable after. Everything here is a value type, thread-compatible, ordered and hashable.
#ifndef AMANA_BASE_IDS_H_
#define AMANA_BASE_IDS_H_

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/status.h"

namespace amana {

// Lower-case hexadecimal of raw bytes, and back (error INVALID_HEX).
std::string ToHex(std::string_view bytes);
absl::StatusOr<std::string> FromHex(std::string_view hex);

// N raw bytes with a tag that keeps kinds apart.
template <typename Tag, size_t N>
class FixedBytes {
 public:
  static constexpr size_t kSize = N;
  FixedBytes() : bytes_{} {}  // all zero: "none"

  // Error: LENGTH_INVALID naming `field` when `bytes` is not exactly N long.
  static absl::StatusOr<FixedBytes> FromBytes(std::string_view bytes,
                                              std::string_view field = Tag::kName) {
    if (bytes.size() != N) {
      return MakeError(absl::StatusCode::kInvalidArgument, "LENGTH_INVALID", field,
                       std::string(field) + ": must be " + std::to_string(N) + " bytes, got " +
                           std::to_string(bytes.size()));
    }
    FixedBytes id;
    std::memcpy(id.bytes_.data(), bytes.data(), N);
    return id;
  }
  static absl::StatusOr<FixedBytes> FromHexString(std::string_view hex,
                                                  std::string_view field = Tag::kName) {
    AMANA_ASSIGN_OR_RETURN(const std::string raw, FromHex(hex));
    return FromBytes(raw, field);
  }

  std::string_view view() const { return {reinterpret_cast<const char*>(bytes_.data()), N}; }
  std::string bytes() const { return std::string(view()); }
  std::string hex() const { return ToHex(view()); }
  bool is_zero() const { return *this == FixedBytes(); }
  uint8_t* data() { return bytes_.data(); }
  const uint8_t* data() const { return bytes_.data(); }

  friend auto operator<=>(const FixedBytes&, const FixedBytes&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const FixedBytes& id) {
    return H::combine(std::move(h), id.bytes_);
  }

 private:
  std::array<uint8_t, N> bytes_;
};

// Text ids: 1..63 of [a-z0-9-], starting with a letter or digit; opaque, as in the SPIFFE path.
template <typename Tag>
class TokenId {
 public:
  TokenId() = default;  // empty: "none"
  static absl::StatusOr<TokenId> Create(std::string_view text, std::string_view field = Tag::kName);

  const std::string& value() const { return text_; }
  bool empty() const { return text_.empty(); }
  friend auto operator<=>(const TokenId&, const TokenId&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const TokenId& id) {
    return H::combine(std::move(h), id.text_);
  }

 private:
  std::string text_;
};

// ID_INVALID naming `field` unless `text` is a token as above.
absl::Status CheckToken(std::string_view text, std::string_view field);

template <typename Tag>
absl::StatusOr<TokenId<Tag>> TokenId<Tag>::Create(std::string_view text, std::string_view field) {
  AMANA_RETURN_IF_ERROR(CheckToken(text, field));
  TokenId id;
  id.text_ = std::string(text);
  return id;
}

struct ReferralIdTag {
  static constexpr std::string_view kName = "referral_id";
};
struct ConsentIdTag {
  static constexpr std::string_view kName = "consent_id";
};
struct PseudonymTag {
  static constexpr std::string_view kName = "subject_pseudonym";
};
struct GroupIdTag {
  static constexpr std::string_view kName = "group_id";
};
struct DigestTag {
  static constexpr std::string_view kName = "digest";
};
struct CertIdTag {
  static constexpr std::string_view kName = "cert_id";
};
struct AgencyIdTag {
  static constexpr std::string_view kName = "agency";
};
struct UnitIdTag {
  static constexpr std::string_view kName = "unit";
};
struct PersonIdTag {
  static constexpr std::string_view kName = "person";
};

using ReferralId = FixedBytes<ReferralIdTag, 16>;  // random
using ConsentId = FixedBytes<ConsentIdTag, 16>;    // random; also exclusion ids
using Pseudonym = FixedBytes<PseudonymTag, 16>;    // of the person, given by the sender
using GroupId = FixedBytes<GroupIdTag, 16>;        // family or raid
using Digest = FixedBytes<DigestTag, 32>;          // SHA-256
using CertId = FixedBytes<CertIdTag, 32>;          // SHA-256 of a certificate's DER
using AgencyId = TokenId<AgencyIdTag>;
using UnitId = TokenId<UnitIdTag>;
using PersonId = TokenId<PersonIdTag>;

// The smallest thing that can be sealed to, delivered to or excluded.
struct Address {
  AgencyId agency;
  UnitId unit;
  friend auto operator<=>(const Address&, const Address&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Address& a) {
    return H::combine(std::move(h), a.agency, a.unit);
  }
};
std::string ToString(const Address& address);  // "agency/unit"
// "agency/unit" -> Address; ID_INVALID naming `field`.
absl::StatusOr<Address> ParseAddress(std::string_view text, std::string_view field);

// The key of a statement, for ever: same bytes again are the same statement, others equivocation.
struct StatementKey {
  AgencyId sender;
  ReferralId referral;
  uint32_t version = 0;
  friend auto operator<=>(const StatementKey&, const StatementKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const StatementKey& k) {
    return H::combine(std::move(h), k.sender, k.referral, k.version);
  }
};

}  // namespace amana

#endif  // AMANA_BASE_IDS_H_
