#include "agency-adapters/sdk/event_view.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>

#include "base/status.h"
#include "proto/transparency/merkle.h"

namespace amana::sdk {
namespace {

using transparency::kEventFields;
using Fields = std::array<std::string, kEventFields>;

std::string& At(Fields& fields, EventField field) { return fields[static_cast<size_t>(field)]; }

// Every field filled in, byte for byte as the protocol has it.
Fields Sample() {
  Fields f;
  At(f, EventField::kKind) = "\x1a";
  At(f, EventField::kTime) = std::string("\x00\x00\x01\xc1\x00\x00\x00\x01", 8);
  At(f, EventField::kReferral) =
      std::string(16, 'r') + std::string("\x00\x00\x00\x02", 4) + "police-a";
  At(f, EventField::kStatementDigest) = std::string(32, 'd');
  At(f, EventField::kActorAgency) = "shelter-a";
  At(f, EventField::kActorUnit) = "intake";
  At(f, EventField::kActorPerson) = "p7";
  At(f, EventField::kCertId) = std::string(32, 'c');
  At(f, EventField::kRecipient) = "shelter-a/intake";
  At(f, EventField::kTask) = std::string(1, '\0');
  At(f, EventField::kStage) = "\x02";
  At(f, EventField::kOfferEpoch) = "\x01";
  At(f, EventField::kLeaseEpoch) = std::string("\x01\x00", 2);
  At(f, EventField::kUrgency) = "\x03";
  At(f, EventField::kReason) = "\x2d";
  At(f, EventField::kConsentId) = std::string(16, 'k');
  At(f, EventField::kConsentVersion) = "\x04";
  At(f, EventField::kConsentRules) = "\x01\x07";
  At(f, EventField::kSenderCounter) = "\x09";
  At(f, EventField::kRecipientCounter) = "\x0a";
  At(f, EventField::kDelivered) = "\x01\x03";
  At(f, EventField::kWithheld) = "\x07";
  At(f, EventField::kAttempt) = "\x02";
  At(f, EventField::kDetail) = "detail";
  return f;
}

v1::EventOpening Opening(const Fields& fields) {
  v1::EventOpening opening;
  opening.set_seed(std::string(32, 's'));
  for (const std::string& field : fields) opening.add_fields(field);
  return opening;
}

v1::PartialEventOpening Partial(const Fields& fields, const transparency::FieldSet& which) {
  const auto seed = transparency::EventSeed::FromBytes(std::string(32, 's')).value();
  const transparency::Opening parts = transparency::Open(fields, seed, which).value();
  v1::PartialEventOpening opening;
  for (const auto& part : parts.opened) {
    v1::OpenedEventField* field = opening.add_opened();
    field->set_field(part.number);
    field->set_salt(part.salt.bytes());
    field->set_value(part.value);
  }
  size_t next = 0;
  for (size_t i = 0; i < kEventFields; ++i) {
    if (which[i]) continue;
    v1::HiddenEventField* field = opening.add_hidden();
    field->set_field(static_cast<uint32_t>(i));
    field->set_hash(parts.hidden[next++].bytes());
  }
  return opening;
}

TEST(EventViewTest, ReadsEveryFieldAndRebuildsTheLeaf) {
  const Fields fields = Sample();
  const absl::StatusOr<EventView> view = ViewOf(Opening(fields));
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_TRUE(view->opened.all());
  EXPECT_EQ(view->kind, v1::EVENT_KIND_TASK_ACCEPTED);
  EXPECT_EQ(view->time, absl::FromUnixMillis(0x1c100000001));
  EXPECT_EQ(view->referral->sender.value(), "police-a");
  EXPECT_EQ(view->referral->version, 2u);
  EXPECT_EQ(view->statement_digest.bytes(), std::string(32, 'd'));
  EXPECT_EQ(view->actor_agency.value(), "shelter-a");
  EXPECT_EQ(view->actor_unit.value(), "intake");
  EXPECT_EQ(view->actor_person.value(), "p7");
  EXPECT_EQ(ToString(*view->recipient), "shelter-a/intake");
  EXPECT_EQ(view->task, 0u);
  EXPECT_EQ(view->stage, v1::DISCLOSURE_STAGE_AT_ACCEPT);
  EXPECT_EQ(view->lease_epoch, 256u);
  EXPECT_EQ(view->urgency, v1::URGENCY_URGENT);
  EXPECT_EQ(view->reason, v1::REASON_CATEGORY_NOT_COVERED);
  EXPECT_EQ(view->consent_rules, (std::vector<uint8_t>{1, 7}));
  EXPECT_EQ(view->delivered,
            (std::vector<v1::Category>{v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_DEMOGRAPHIC}));
  EXPECT_EQ(view->attempt, 2u);
  EXPECT_EQ(view->detail, "detail");
  const auto commitment =
      transparency::Commit(fields, transparency::EventSeed::FromBytes(std::string(32, 's')).value())
          .value();
  EXPECT_EQ(view->leaf_hash, commitment.leaf_hash);
  EXPECT_EQ(view->leaf_data, commitment.leaf_data);
}

TEST(EventViewTest, PartialOpeningsGiveTheSameLeaf) {
  const Fields fields = Sample();
  const Digest leaf = ViewOf(Opening(fields))->leaf_hash;
  transparency::FieldSet which;
  which.set(0).set(1).set(14);
  const absl::StatusOr<EventView> view = ViewOf(Partial(fields, which));
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_EQ(view->leaf_hash, leaf);
  EXPECT_TRUE(view->has(EventField::kReason));
  EXPECT_FALSE(view->has(EventField::kReferral));
  EXPECT_EQ(view->reason, v1::REASON_CATEGORY_NOT_COVERED);
  EXPECT_FALSE(view->referral.has_value());

  v1::PartialEventOpening altered = Partial(fields, which);
  altered.mutable_opened(2)->set_value("\x2e");
  EXPECT_NE(ViewOf(altered)->leaf_hash, leaf);
  altered = Partial(fields, which);
  altered.mutable_hidden()->RemoveLast();
  EXPECT_EQ(ErrorReason(ViewOf(altered).status()), "EVENT_INVALID");
  altered = Partial(fields, which);
  altered.mutable_hidden(0)->set_field(9);
  EXPECT_FALSE(ViewOf(altered).ok());
}

TEST(EventViewTest, RefusesWhatNoEventHas) {
  const struct {
    EventField field;
    std::string value;
  } cases[] = {{EventField::kKind, ""},
               {EventField::kKind, std::string("\x00\x1a", 2)},
               {EventField::kTime, "1234567"},
               {EventField::kReferral, std::string(20, 'r')},
               {EventField::kReferral, std::string(20, 'r') + "Not A Token"},
               {EventField::kStatementDigest, "short"},
               {EventField::kActorAgency, "NO"},
               {EventField::kRecipient, "shelter-a/"},
               {EventField::kTask, std::string(2, '\0')},
               {EventField::kOfferEpoch, "12345"},
               {EventField::kConsentRules, "\x07\x07"},
               {EventField::kWithheld, "\x07\x01"}};
  for (const auto& c : cases) {
    Fields fields = Sample();
    At(fields, c.field) = c.value;
    EXPECT_EQ(ErrorReason(ViewOf(Opening(fields)).status()), "EVENT_INVALID") << FieldName(c.field);
  }
  v1::EventOpening opening = Opening(Sample());
  opening.set_seed("short");
  EXPECT_FALSE(ViewOf(opening).ok());
  opening = Opening(Sample());
  opening.add_fields("one too many");
  EXPECT_FALSE(ViewOf(opening).ok());
}

TEST(EventViewTest, CodesOfANewerBrokerKeepTheirNumbers) {
  Fields fields = Sample();
  At(fields, EventField::kKind) = "\xc8";
  EXPECT_EQ(static_cast<int>(ViewOf(Opening(fields))->kind), 200);
}

}  // namespace
}  // namespace amana::sdk
