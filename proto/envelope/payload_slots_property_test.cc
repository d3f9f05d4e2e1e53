// Slots read where they lie against protobuf's own reading of the whole payload, over payloads made
// and changed at random: the same are accepted, with the same slots, and the others are refused for
// the same field.
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/grant.h"
#include "proto/envelope/header.h"
#include "proto/envelope/payload_slots.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"
#include "proto/envelope/wire_walker.h"
#include "tests/fuzz/target.h"

namespace amana::envelope {
namespace {

using Random = std::mt19937_64;
using Slots = google::protobuf::RepeatedPtrField<std::string>;
using Refusal = std::pair<std::string, std::string>;  // reason and field

std::string Bytes(size_t size, Random& random) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

// What might be taken for the end of a payload, slots and all.
std::string EndOf(const std::string& payload, Random& random) {
  return payload.substr(random() % (payload.size() / 3));
}

// `count` slots; now and then another number, one of another size, or one that holds what would be
// the next (`prefix` is tag and length of one).
void Fill(Slots& slots, size_t count, const std::string& prefix, Random& random) {
  slots.Clear();
  if (random() % 8 == 0) count += random() % 3 - 1;
  if (random() % 32 == 0) count = 0;
  for (size_t i = 0; i < count; ++i) slots.Add(Bytes(32, random));
  if (count > 0 && random() % 8 == 0) {
    slots[static_cast<int>(random() % count)].resize(random() % 2 == 0 ? 31 : 33);
  }
  if (count > 1 && random() % 8 == 0) {
    slots.RemoveLast();
    slots[static_cast<int>(random() % (count - 1))] += prefix + Bytes(32, random);
  }
}

Refusal RefusalOf(const absl::Status& status) { return {ErrorReason(status), ErrorField(status)}; }

// What protobuf's reading of these slots is refused for, if it is.
std::optional<Refusal> WrongSlots(const Slots& slots, int count, const std::string& field,
                                  const std::string& wrong_count) {
  if (slots.size() != count) return Refusal{wrong_count, field};
  for (int i = 0; i < count; ++i) {
    if (slots[i].size() != 32)
      return Refusal{"LENGTH_INVALID", field + "[" + std::to_string(i) + "]"};
  }
  return std::nullopt;
}

struct Header {
  using Message = v1::ReferralHeader;
  static constexpr bool kSlotsLast = true;  // of what is looked at

  static absl::StatusOr<ReferralStatement> Read(const std::string& payload) {
    v1::SignedEnvelope envelope;
    envelope.set_payload_type(std::string(kReferralType));
    envelope.set_payload(payload);
    return ReferralStatement::Create(std::move(envelope));
  }
  static std::optional<PayloadSlots> Find(const std::string& payload) {
    return PayloadSlots::Find(payload, {{17, kSectionSlots}, {18, kCompanionSlots}});
  }
  static std::optional<Refusal> Wrong(const Message& message) {
    const std::string reason = "HEADER_FIELD_INVALID";
    std::optional<Refusal> sections =
        WrongSlots(message.section_slots(), kSectionSlots, "section_slots", reason);
    if (sections.has_value()) return sections;
    return WrongSlots(message.companion_slots(), kCompanionSlots, "companion_slots", reason);
  }
  static std::vector<std::string> All(const Message& message) {
    std::vector<std::string> all(message.section_slots().begin(), message.section_slots().end());
    all.insert(all.end(), message.companion_slots().begin(), message.companion_slots().end());
    return all;
  }
  static Message Clear(Message message) {
    message.clear_section_slots();
    message.clear_companion_slots();
    return message;
  }
  static void FillAll(Message& message, Random& random) {
    Fill(*message.mutable_section_slots(), kSectionSlots, "\x8a\x01\x20", random);
    Fill(*message.mutable_companion_slots(), kCompanionSlots, "\x92\x01\x20", random);
  }
  // Also with fields after the slots, and with some that hold what looks like slots.
  static std::string Make(Random& random) {
    Message message = SampleHeader();
    message.set_version(1 + static_cast<uint32_t>(random() % 300));
    if (random() % 4 == 0) message.set_group_id(Bytes(16, random));
    if (random() % 4 == 0) message.mutable_physical_custody()->set_agency("haven");
    if (random() % 4 == 0) message.set_family_id(message.group_id());
    FillAll(message, random);
    if (random() % 16 == 0) {
      const std::string end = EndOf(Serialize(message), random);
      random() % 2 == 0 ? message.set_group_id(end) : message.set_family_id(end);
      if (random() % 2 == 0) message = Clear(std::move(message));
    }
    return Serialize(message);
  }
  static void ExpectSame(const ReferralStatement& read, const Message& whole) {
    EXPECT_EQ(Serialize(read.header()), Serialize(Clear(whole)));
    EXPECT_EQ(read.slots_digest(), SlotsDigest(whole));
    for (int i = 0; i < kSectionSlots; ++i) {
      EXPECT_EQ(read.slot(static_cast<uint32_t>(i)), whole.section_slots(i));
    }
    for (const std::string& slot : whole.companion_slots()) {
      EXPECT_TRUE(read.NamesCompanion(Digest::FromBytes(slot).value()));
      std::string other = slot;
      other.back() ^= 1;
      EXPECT_FALSE(read.NamesCompanion(Digest::FromBytes(other).value()));
    }
  }
};

struct Grant {
  using Message = v1::WrapGrant;
  static constexpr bool kSlotsLast = false;

  static absl::StatusOr<GrantStatement> Read(const std::string& payload) {
    v1::SignedEnvelope envelope;
    envelope.set_payload_type(std::string(kWrapGrantType));
    envelope.set_payload(payload);
    return ParseGrant(envelope);
  }
  static std::optional<PayloadSlots> Find(const std::string& payload) {
    return PayloadSlots::Find(payload, {{6, kSectionSlots}});
  }
  static std::optional<Refusal> Wrong(const Message& message) {
    return WrongSlots(message.wrap_slots(), kSectionSlots, "wrap_slots", "GRANT_FIELD_INVALID");
  }
  static std::vector<std::string> All(const Message& message) {
    return {message.wrap_slots().begin(), message.wrap_slots().end()};
  }
  static Message Clear(Message message) {
    message.clear_wrap_slots();
    return message;
  }
  static void FillAll(Message& message, Random& random) {
    Fill(*message.mutable_wrap_slots(), kSectionSlots, "\x32\x20", random);
  }
  static std::string Make(Random& random) {
    static const std::string* const sample =
        new std::string(SampleSubmission().submission.grants(0).envelope().payload());
    Message message;
    EXPECT_TRUE(message.ParseFromString(*sample));
    message.mutable_referral()->set_version(1 + static_cast<uint32_t>(random() % 300));
    FillAll(message, random);
    if (random() % 16 == 0) {
      message.set_recipient_cert_id(EndOf(Serialize(message), random));
      if (random() % 2 == 0) message = Clear(std::move(message));
    }
    return Serialize(message);
  }
  static void ExpectSame(const GrantStatement& read, const Message& whole) {
    EXPECT_EQ(Serialize(read.message), Serialize(Clear(whole)));
  }
};

// The same with slots that are right, whatever they are in `whole`.
template <class Kind>
std::string WithGoodSlots(const typename Kind::Message& whole) {
  typename Kind::Message good = Kind::Clear(whole);
  Random steady(1);
  do {
    Kind::FillAll(good, steady);
  } while (Kind::Wrong(good).has_value());
  return Serialize(good);
}

// What is found where it lies is what protobuf finds; `wrong` is what is wrong with that.
template <class Kind>
void ExpectFound(const std::string& payload, const typename Kind::Message& whole, bool wrong) {
  const std::optional<PayloadSlots> slots = Kind::Find(payload);
  typename Kind::Message rest;
  const bool found = slots.has_value() && slots->ParseRest(rest) && Kind::All(rest).empty();
  ASSERT_EQ(found, !wrong) << ToHex(payload);
  if (!found) return;
  const std::vector<std::string> all = Kind::All(whole);
  for (size_t i = 0; i < all.size(); ++i) EXPECT_EQ((*slots)[i], all[i]);
}

// Whether `payload` was accepted.
template <class Kind>
bool Compare(const std::string& payload) {
  const auto read = Kind::Read(payload);
  typename Kind::Message whole;
  const absl::Status canonical = CheckCanonical(*Kind::Message::descriptor(), payload);
  if (!canonical.ok()) {
    EXPECT_EQ(read.status(), canonical) << ToHex(payload);
    return false;
  }
  EXPECT_TRUE(whole.ParseFromString(payload));
  const std::optional<Refusal> wrong = Kind::Wrong(whole);
  ExpectFound<Kind>(payload, whole, wrong.has_value());
  const absl::Status rest = Kind::Read(WithGoodSlots<Kind>(whole)).status();
  if (rest.ok() || !wrong.has_value()) {
    EXPECT_EQ(RefusalOf(read.status()), wrong.value_or(RefusalOf(rest))) << ToHex(payload);
  } else if (Kind::kSlotsLast) {
    EXPECT_EQ(read.status(), rest) << ToHex(payload);
  } else {
    EXPECT_TRUE(read.status() == rest || RefusalOf(read.status()) == *wrong) << read.status();
  }
  if (read.ok()) Kind::ExpectSame(*read, whole);
  return read.ok();
}

template <class Kind>
void CompareMany(uint64_t seed, int rounds) {
  auto* const handler = google::protobuf::SetLogHandler(nullptr);  // of malformed strings
  Random random(seed);
  int accepted = 0, changed_accepted = 0;
  for (int round = 0; round < rounds && !testing::Test::HasFailure(); ++round) {
    const std::string payload = Kind::Make(random);
    accepted += Compare<Kind>(payload) ? 1 : 0;
    for (int i = 0; i < 4; ++i) {
      changed_accepted += Compare<Kind>(fuzz::Mutate(payload, random)) ? 1 : 0;
    }
  }
  google::protobuf::SetLogHandler(handler);
  // No side of the property is vacuous.
  EXPECT_GT(accepted, rounds / 3);
  EXPECT_LT(accepted, rounds);
  EXPECT_GT(changed_accepted, rounds / 10);
  EXPECT_LT(changed_accepted, 4 * rounds);
}

TEST(PayloadSlotsProperty, HeadersReadAsProtobufReadsThem) { CompareMany<Header>(1, 3000); }

TEST(PayloadSlotsProperty, GrantsReadAsProtobufReadsThem) { CompareMany<Grant>(2, 3000); }

}  // namespace
}  // namespace amana::envelope
