#include "broker/events/fields.h"

#include <cstdint>
#include <random>
#include <string>

#include "absl/time/time.h"
#include "base/status.h"
#include "base/testing.h"
#include "gtest/gtest.h"

namespace amana::events {
namespace {

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  // Small, large and zero values alike.
  uint64_t Number(int bits) { return coin() ? 0 : engine_() >> (64 - 1 - engine_() % bits); }
  bool coin() { return engine_() % 2 == 0; }
  template <typename Id>
  Id Bytes() {
    Id id;
    if (coin()) return id;
    for (size_t i = 0; i < Id::kSize; ++i) id.data()[i] = static_cast<uint8_t>(engine_());
    return id;
  }
  template <typename Id>
  Id Token() {
    static constexpr std::string_view kChars = "abcdefghijklmnopqrstuvwxyz0123456789-";
    std::string text = "a";
    for (size_t n = engine_() % 63; n > 0; --n) text += kChars[engine_() % kChars.size()];
    return Id::Create(text).value();
  }
  template <typename Enum>
  Enum Code(bool (*valid)(int), int max, int min = 0) {
    for (;;) {
      const int value = min + static_cast<int>(engine_() % (max - min + 1));
      if (valid(value)) return static_cast<Enum>(value);
    }
  }
  template <typename T>
  std::vector<T> Set(int max) {
    std::vector<T> out;
    for (int i = 1; i <= max; ++i) {
      if (engine_() % 4 == 0) out.push_back(static_cast<T>(i));
    }
    return out;
  }
  std::mt19937_64& engine() { return engine_; }

 private:
  std::mt19937_64 engine_;
};

Event RandomEvent(Random& random) {
  Event e;
  e.kind = random.Code<v1::EventKind>(&v1::EventKind_IsValid, v1::EventKind_MAX, 1);
  e.time = absl::FromUnixMillis(static_cast<int64_t>(random.engine()() % 4'000'000'000'000) -
                                1'000'000'000);
  if (random.coin()) {
    e.referral = StatementKey{random.Token<AgencyId>(), random.Bytes<ReferralId>(),
                              static_cast<uint32_t>(random.Number(32))};
  }
  e.statement_digest = random.Bytes<Digest>();
  if (random.coin()) e.actor_agency = random.Token<AgencyId>();
  if (random.coin()) e.actor_unit = random.Token<UnitId>();
  if (random.coin()) e.actor_person = random.Token<PersonId>();
  e.cert_id = random.Bytes<CertId>();
  if (random.coin()) e.recipient = Address{random.Token<AgencyId>(), {}};
  if (e.recipient && random.coin()) e.recipient->unit = random.Token<UnitId>();
  if (random.coin()) e.task = static_cast<uint32_t>(random.Number(32));
  e.stage = random.Code<v1::DisclosureStage>(&v1::DisclosureStage_IsValid, v1::DisclosureStage_MAX);
  e.offer_epoch = static_cast<uint32_t>(random.Number(32));
  e.lease_epoch = random.Number(63);
  e.urgency = random.Code<v1::Urgency>(&v1::Urgency_IsValid, v1::Urgency_MAX);
  e.reason = random.Code<v1::Reason>(&v1::Reason_IsValid, v1::Reason_MAX);
  e.consent_id = random.Bytes<ConsentId>();
  e.consent_version = static_cast<uint32_t>(random.Number(32));
  e.consent_rules = random.Set<uint8_t>(255);
  e.sender_counter = random.Number(63);
  e.recipient_counter = random.Number(63);
  e.delivered = random.Set<v1::Category>(v1::Category_MAX);
  e.withheld = random.Set<v1::Category>(v1::Category_MAX);
  e.attempt = static_cast<uint32_t>(random.Number(32));
  if (random.coin()) e.detail = random.Bytes<Digest>().bytes();
  return e;
}

TEST(EventFields, DecodeUndoesEncode) {
  Random random(20240607);
  for (int i = 0; i < 5000; ++i) {
    const Event event = RandomEvent(random);
    FieldValues fields;
    fields.fill("left over");
    EncodeFields(event, fields);
    const absl::StatusOr<Event> back = DecodeFields(fields);
    AMANA_ASSERT_OK(back);
    EXPECT_TRUE(*back == event) << "event " << i;
  }
}

// One form only: whatever changed bytes are accepted are what encoding their meaning gives.
TEST(EventFields, EncodeUndoesDecode) {
  Random random(7);
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    FieldValues fields;
    EncodeFields(RandomEvent(random), fields);
    std::string& field = fields[random.engine()() % kFieldCount];
    switch (random.engine()() % 4) {
      case 0:
        field.push_back(static_cast<char>(random.engine()() % 4));
        break;
      case 1:
        field.insert(0, 1, static_cast<char>(random.engine()() % 4));
        break;
      case 2:
        field = field.substr(0, field.size() / 2);
        break;
      default:
        if (!field.empty()) field[random.engine()() % field.size()] ^= 1;
    }
    const absl::StatusOr<Event> event = DecodeFields(fields);
    if (!event.ok()) {
      EXPECT_EQ(ErrorReason(event.status()), "EVENT_FIELD_INVALID");
      continue;
    }
    ++accepted;
    FieldValues again;
    EncodeFields(*event, again);
    EXPECT_EQ(again, fields);
  }
  EXPECT_GT(accepted, 1000);
}

// The bytes themselves: other programs' logs are made of them.
TEST(EventFields, BytesAreAsDocumented) {
  Event e;
  e.kind = v1::EVENT_KIND_DELIVERY_LEASED;
  e.time = absl::FromUnixMillis(0x0102030405);
  e.referral = StatementKey{AgencyId::Create("police").value(),
                            ReferralId::FromBytes("0123456789abcdef").value(), 258};
  e.recipient = Address{AgencyId::Create("haven").value(), UnitId::Create("intake").value()};
  e.task = 0;
  e.lease_epoch = 0x1ff;
  e.consent_rules = {21, 3, 255};
  e.withheld = {v1::CATEGORY_MEDICAL, v1::CATEGORY_MEDICAL, v1::CATEGORY_IDENTITY};
  FieldValues fields;
  EncodeFields(e, fields);
  EXPECT_EQ(fields[kKind], std::string("\x28"));
  EXPECT_EQ(fields[kTime], std::string("\0\0\0\x01\x02\x03\x04\x05", 8));
  EXPECT_EQ(fields[kReferral], std::string("0123456789abcdef\0\0\x01\x02police", 26));
  EXPECT_EQ(fields[kRecipient], "haven/intake");
  EXPECT_EQ(fields[kTask], std::string("\0", 1));
  EXPECT_EQ(fields[kLeaseEpoch], std::string("\x01\xff"));
  EXPECT_EQ(fields[kConsentRules], std::string("\x03\x15\xff"));
  EXPECT_EQ(fields[kWithheld], std::string("\x02\x07"));
  for (const Field field : {kStatementDigest, kActorAgency, kCertId, kStage, kOfferEpoch, kUrgency,
                            kReason, kConsentId, kSenderCounter, kDelivered, kDetail}) {
    EXPECT_EQ(fields[field], "") << FieldName(field);
  }
}

TEST(EventFields, TimeBeforeTheEpochAndFractionsOfAMillisecond) {
  Event e;
  e.kind = v1::EVENT_KIND_LOG_OPENED;
  FieldValues fields;
  e.time = absl::FromUnixMillis(-1);
  EncodeFields(e, fields);
  EXPECT_EQ(fields[kTime], std::string(8, '\xff'));
  EXPECT_EQ(DecodeFields(fields)->time, e.time);
  e.time = absl::FromUnixMillis(5) + absl::Microseconds(999);
  EncodeFields(e, fields);
  EXPECT_EQ(DecodeFields(fields)->time, absl::FromUnixMillis(5));
}

TEST(EventFields, RefusesWhatEncodingCannotHaveMade) {
  struct Case {
    Field field;
    std::string value;
  };
  const Case cases[] = {
      {kKind, ""},
      {kKind, "\xf3"},                    // no such kind
      {kKind, std::string("\0\x01", 2)},  // leading zero
      {kTime, ""},
      {kTime, std::string(7, '\0')},
      {kReferral, std::string(20, 'x')},  // no sender
      {kReferral, std::string(20, 'x') + "Upper"},
      {kStatementDigest, std::string(31, 'x')},
      {kStatementDigest, std::string(32, '\0')},
      {kActorAgency, "-a"},
      {kActorUnit, std::string(64, 'a')},
      {kRecipient, "/unit"},
      {kRecipient, "agency/"},
      {kRecipient, "a/b/c"},
      {kTask, std::string("\0\0", 2)},
      {kTask, "12345"},  // five bytes
      {kStage, "\x03"},
      {kStage, "\xff\xff\xff\xff"},
      {kLeaseEpoch, "123456789"},
      {kConsentRules, "\x03\x03"},
      {kDelivered, std::string("\0", 1)},
      {kDelivered, "\x0d"},
      {kWithheld, "\x02\x01"},
  };
  Event valid;
  valid.kind = v1::EVENT_KIND_LOG_OPENED;
  for (const Case& c : cases) {
    FieldValues fields;
    EncodeFields(valid, fields);
    fields[c.field] = c.value;
    const absl::StatusOr<Event> event = DecodeFields(fields);
    ASSERT_FALSE(event.ok()) << FieldName(c.field) << " " << ToHex(c.value);
    EXPECT_EQ(ErrorReason(event.status()), "EVENT_FIELD_INVALID");
    EXPECT_EQ(ErrorField(event.status()), FieldName(c.field));
  }
}

}  // namespace
}  // namespace amana::events
