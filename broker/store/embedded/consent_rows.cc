#include "broker/store/embedded/consent_rows.h"

#include <type_traits>

#include "broker/store/embedded/row.h"

namespace amana::store::embedded {
namespace {

constexpr uint8_t kConsentFormat = 1;
constexpr uint8_t kExclusionFormat = 2;
constexpr uint8_t kPinnedFormat = 3;
constexpr uint8_t kApprovalFormat = 4;
constexpr uint8_t kReviewFormat = 5;

// One list of fields serves both directions: Visit(codec, facts) writes with a Writer and reads
// with a Reader.
class Writer {
 public:
  explicit Writer(uint8_t format) { bytes_.push_back(static_cast<char>(format)); }
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
    } else if constexpr (std::is_same_v<T, Address>) {
      Text(value.agency.value());
      Text(value.unit.value());
    } else if constexpr (std::is_same_v<T, consent::Signatory>) {
      Field(value.address);
      Text(value.person.value());
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

class Reader {
 public:
  Reader(uint8_t format, std::string_view bytes) : bytes_(bytes) {
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
    } else if constexpr (std::is_same_v<T, Address>) {
      Token(value.agency);
      Token(value.unit);
    } else if constexpr (std::is_same_v<T, consent::Signatory>) {
      Field(value.address);
      Token(value.person);
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

template <typename Facts>
void VisitConsent(auto& codec, Facts& f) {
  Each(codec, f.authentic, f.id, f.version, f.digest, f.pseudonym, f.recorder, f.given_by,
       f.authority_evidence, f.child_assent, f.method, f.language, f.interpreter, f.purposes,
       f.categories, f.recipients, f.recipient_kinds, f.onward, f.cross_border, f.valid_from,
       f.valid_until, f.legal_basis, f.evidence, f.determination, f.officer, f.registered_at);
}

template <typename Facts>
void VisitExclusion(auto& codec, Facts& f) {
  Each(codec, f.id, f.pseudonym, f.recorder, f.excluded, f.categories);
}

template <typename Facts>
void VisitPinned(auto& codec, Facts& f) {
  Each(codec, f.id, f.version, f.digest);
}

template <typename Facts>
void VisitApproval(auto& codec, Facts& f) {
  Each(codec, f.authentic, f.basis, f.header, f.approver, f.on_approver_list, f.categories,
       f.has_citation, f.has_reason, f.approved_at, f.lapses_at);
}

template <typename Facts>
void VisitReview(auto& codec, Facts& f) {
  Each(codec, f.authentic, f.header, f.reviewer, f.on_approver_list, f.upheld, f.reviewed_at);
}

}  // namespace

std::string FactsToRow(const consent::ConsentFacts& facts) {
  Writer writer(kConsentFormat);
  VisitConsent(writer, facts);
  return writer.Take();
}

std::string FactsToRow(const consent::ExclusionFacts& facts) {
  Writer writer(kExclusionFormat);
  VisitExclusion(writer, facts);
  return writer.Take();
}

std::optional<consent::ConsentFacts> ConsentFromRow(std::string_view bytes) {
  Reader reader(kConsentFormat, bytes);
  consent::ConsentFacts facts;
  VisitConsent(reader, facts);
  if (!reader.Done()) return std::nullopt;
  return facts;
}

std::optional<consent::ExclusionFacts> ExclusionFromRow(std::string_view bytes) {
  Reader reader(kExclusionFormat, bytes);
  consent::ExclusionFacts facts;
  VisitExclusion(reader, facts);
  if (!reader.Done()) return std::nullopt;
  return facts;
}

std::string FactsToRow(const consent::PinnedConsent& facts) {
  Writer writer(kPinnedFormat);
  VisitPinned(writer, facts);
  return writer.Take();
}

std::optional<consent::PinnedConsent> PinnedFromRow(std::string_view bytes) {
  Reader reader(kPinnedFormat, bytes);
  consent::PinnedConsent facts;
  VisitPinned(reader, facts);
  if (!reader.Done()) return std::nullopt;
  return facts;
}

std::string FactsToRow(const consent::ApprovalFacts& facts) {
  Writer writer(kApprovalFormat);
  VisitApproval(writer, facts);
  return writer.Take();
}

std::optional<consent::ApprovalFacts> ApprovalFromRow(std::string_view bytes) {
  Reader reader(kApprovalFormat, bytes);
  consent::ApprovalFacts facts;
  VisitApproval(reader, facts);
  if (!reader.Done()) return std::nullopt;
  return facts;
}

std::string FactsToRow(const consent::ReviewFacts& facts) {
  Writer writer(kReviewFormat);
  VisitReview(writer, facts);
  return writer.Take();
}

std::optional<consent::ReviewFacts> ReviewFromRow(std::string_view bytes) {
  Reader reader(kReviewFormat, bytes);
  consent::ReviewFacts facts;
  VisitReview(reader, facts);
  if (!reader.Done()) return std::nullopt;
  return facts;
}

}  // namespace amana::store::embedded
