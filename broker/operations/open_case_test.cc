// Two persons of an auditor's agency open a case.
#include "broker/operations/open_case.h"

#include <gtest/gtest.h>

#include "broker/operations/query_events.h"
#include "broker/operations/testing_acts.h"
#include "proto/envelope/case_opening.h"

namespace amana::operations {
namespace {

using crypto::Role;
using tests::TestIdentity;

const TestIdentity& Officer(int number) {
  return tests::TestSigner("oversight", Role::kPerson, "desk", "officer-" + std::to_string(number));
}

class OpenCaseTest : public testing::Test {
 protected:
  OpenCaseTest() {
    world_.context().pseudonyms = [](const AgencyId& auditor) {
      return events::Pseudonyms(crypto::Secret(std::string(32, 'k')), auditor);
    };
    world_.registry_files().Edit("kind = \"OVERSIGHT\"",
                                 "kind = \"OVERSIGHT\"\nroles = [\"auditor\", \"person\"]");
    for (const int i : {1, 2, 3}) {
      world_.registry_files().Add("oversight", "officer" + std::to_string(i),
                                  Officer(i).certificate);
    }
    world_.registry_files().Add("oversight", "system",
                                tests::TestSigner("oversight", Role::kAuditor, "", "").certificate);
    world_.ReloadRegistry();
    sent_ = Send(world_);
    index_ = LogSize(world_) - 1;
  }

  std::string NameFor(std::string_view auditor) {
    return world_.context()
        .pseudonyms(*AgencyId::Create(std::string(auditor)))
        ->Of(sent_.key.sender, sent_.key.referral)
        .bytes();
  }
  v1::SignedEnvelope Statement(const TestIdentity& signer, const Edit<v1::CaseOpening>& edit = {}) {
    v1::CaseOpening message;
    *message.mutable_meta() = world_.Meta(signer);
    message.set_referral_pseudonym(NameFor("oversight"));
    message.set_event_index(index_);
    message.set_purpose(v1::AUDIT_PURPOSE_BREACH);
    message.set_order_sha256(std::string(32, 'o'));
    if (edit) edit(message);
    return world_.Sign(envelope::kCaseOpeningType, message, signer);
  }
  absl::StatusOr<v1::OpenCaseResponse> Open(const std::vector<v1::SignedEnvelope>& statements,
                                            std::string_view caller = "oversight") {
    v1::OpenCaseRequest request;
    for (const auto& each : statements) *request.add_statements() = each;
    return Await<v1::OpenCaseResponse>([&](auto reply) {
      OpenCase(world_.context(), World::CallerOf(caller, Role::kAuditor), request,
               std::move(reply));
    });
  }
  std::string Refused(const std::vector<v1::SignedEnvelope>& statements,
                      std::string_view caller = "oversight") {
    return ErrorReason(Open(statements, caller).status());
  }
  // Whether an auditor of `agency` is told whose referral it is.
  bool IsShown(std::string_view agency) {
    v1::QueryEventsRequest request;
    request.set_purpose(v1::AUDIT_PURPOSE_BREACH);
    request.mutable_filter()->set_referral_pseudonym(NameFor(agency));
    const auto query = Await<std::shared_ptr<EventQuery>>([&](auto reply) {
      QueryEvents(world_.context(), World::CallerOf(agency, Role::kAuditor), request,
                  std::move(reply));
    });
    const auto found = (*query)->Next();
    EXPECT_GT((*found)->events_size(), 0);
    return (*found)->SerializeAsString().find("police") != std::string::npos;
  }

  World world_;
  Sent sent_;
  uint64_t index_ = 0;
};

TEST_F(OpenCaseTest, ShowsWhoTookPartToThatAgencyAlone) {
  EXPECT_FALSE(IsShown("oversight"));
  const auto opened = Open({Statement(Officer(1)), Statement(Officer(2))});
  AMANA_ASSERT_OK(opened.status());
  EXPECT_EQ(opened->referral().sender_agency(), "police");
  EXPECT_EQ(opened->referral().referral_id(), sent_.key.referral.bytes());
  EXPECT_TRUE(IsShown("oversight"));
  EXPECT_FALSE(IsShown("secretariat"));
  world_.Restart();
  world_.context().pseudonyms = [](const AgencyId& auditor) {
    return events::Pseudonyms(crypto::Secret(std::string(32, 'k')), auditor);
  };
  EXPECT_TRUE(IsShown("oversight"));
}

TEST_F(OpenCaseTest, IsAnEventThatTheSenderSees) {
  const v1::SignedEnvelope first = Statement(Officer(1));
  const v1::SignedEnvelope second = Statement(Officer(2));
  const auto opened = Open({first, second});
  AMANA_ASSERT_OK(opened.status());
  EXPECT_TRUE(opened->receipt().has_event());
  const events::Event event = EventsFrom(world_, LogSize(world_) - 1).at(0).event;
  EXPECT_EQ(event.kind, v1::EVENT_KIND_CASE_OPENED);
  EXPECT_EQ(event.actor_agency.value(), "oversight");
  EXPECT_EQ(event.actor_person.value(), "officer-1");
  EXPECT_EQ(*event.referral, sent_.key);
  EXPECT_EQ(event.statement_digest, envelope::PayloadDigest(first));
  EXPECT_EQ(event.detail,
            envelope::PayloadDigest(second).bytes() + static_cast<char>(v1::AUDIT_PURPOSE_BREACH));
  EXPECT_TRUE(events::VisibleFields(event, *AgencyId::Create("police")).all());
  EXPECT_TRUE(events::VisibleFields(event, *AgencyId::Create("haven")).none());
  const auto snapshot = *world_.store().Read();
  EXPECT_EQ(
      snapshot->cases()
          .FindStatement(sent_.key.sender, sent_.key.referral, envelope::PayloadDigest(second))
          .value()
          ->envelope,
      second.SerializeAsString());
}

TEST_F(OpenCaseTest, TheSameStatementsAgainAreTheSameAndOneAloneIsUsedUp) {
  const std::vector<v1::SignedEnvelope> both = {Statement(Officer(1)), Statement(Officer(2))};
  const auto first = Open(both);
  AMANA_ASSERT_OK(first.status());
  const uint64_t size = LogSize(world_);
  const auto again = Open({both[1], both[0]});
  AMANA_ASSERT_OK(again.status());
  EXPECT_EQ(LogSize(world_), size);
  EXPECT_EQ(again->receipt().event().SerializeAsString(),
            first->receipt().event().SerializeAsString());
  EXPECT_EQ(Refused({both[0], Statement(Officer(3))}), "FIELD_INVALID");
  world_.clock().Advance(absl::Hours(15 * 24));
  AMANA_EXPECT_OK(Open(both).status());  // a replay, however late
}

TEST_F(OpenCaseTest, TakesTwoPersonsWhoSayTheSame) {
  const v1::SignedEnvelope first = Statement(Officer(1));
  EXPECT_EQ(Refused({first}), "FIELD_INVALID");
  EXPECT_EQ(Refused({first, first, first}), "FIELD_INVALID");
  EXPECT_EQ(Refused({first, first}), "SIGNERS_NOT_TWO");
  EXPECT_EQ(Refused({first, Statement(Officer(1),
                                      [](auto& o) {
                                        o.mutable_meta()->set_created_unix_ms(
                                            o.meta().created_unix_ms() - 1);
                                      })}),
            "SIGNERS_NOT_TWO");
  EXPECT_EQ(Refused({first, Statement(tests::TestSigner("oversight", Role::kAuditor, "", ""))}),
            "SIGNER_NOT_PERSON");
  EXPECT_EQ(Refused({first, Statement(HavenPerson())}), "SENDER_NOT_CALLER");
  EXPECT_EQ(Refused({first, Statement(Officer(2))}, "secretariat"), "SENDER_NOT_CALLER");
  const Edit<v1::CaseOpening> others[] = {
      [](auto& o) { o.set_purpose(v1::AUDIT_PURPOSE_COMPLAINT); },
      [](auto& o) { o.set_order_sha256(std::string(32, 'x')); },
      [](auto& o) { o.set_event_index(o.event_index() - 1); },
  };
  for (const auto& edit : others) {
    EXPECT_EQ(Refused({first, Statement(Officer(2), edit)}), "FIELD_INVALID");
  }
  v1::SignedEnvelope forged = Statement(Officer(2));
  forged.set_signature(first.signature());
  EXPECT_EQ(Refused({first, forged}), "SIGNATURE_INVALID");
  EXPECT_FALSE(IsShown("oversight"));
}

TEST_F(OpenCaseTest, OfWhatWasNotToldUnderThatNameThereIsNone) {
  const auto refused = [&](const Edit<v1::CaseOpening>& edit) {
    return Refused({Statement(Officer(1), edit), Statement(Officer(2), edit)});
  };
  EXPECT_EQ(refused([](auto& o) { o.set_referral_pseudonym(std::string(16, 'p')); }), "NOT_FOUND");
  EXPECT_EQ(refused([&](auto& o) { o.set_referral_pseudonym(NameFor("secretariat")); }),
            "NOT_FOUND");
  EXPECT_EQ(refused([](auto& o) { o.set_event_index(0); }), "NOT_FOUND");
  EXPECT_EQ(refused([](auto& o) { o.set_event_index(1'000'000); }), "NOT_FOUND");
  EXPECT_EQ(refused([](auto& o) { o.set_purpose(v1::AUDIT_PURPOSE_STATISTICS); }),
            "CASE_FIELD_INVALID");
  EXPECT_EQ(refused([](auto& o) {
              o.mutable_meta()->set_created_unix_ms(o.meta().created_unix_ms() -
                                                    absl::ToInt64Milliseconds(absl::Hours(400)));
            }),
            "STATEMENT_TOO_OLD");
  world_.clock().SetSynchronised(false);
  EXPECT_EQ(refused({}), "CLOCK_NOT_TRUSTED");
}

}  // namespace
}  // namespace amana::operations
