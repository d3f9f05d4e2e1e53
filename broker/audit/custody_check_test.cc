// The check finds nothing where all is well, and every way in which it is not.
#include "broker/audit/custody_check.h"

#include <gmock/gmock.h>

#include "base/sqlite.h"
#include "broker/events/custody_detail.h"
#include "broker/store/embedded/testing.h"
#include "broker/store/suite.h"
#include "gtest/gtest.h"

namespace amana::audit {
namespace {

using store::SampleAddress;
using store::SampleId;
using store::SampleKey;
using store::Transaction;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Address kPolice = SampleAddress("police", "desk");
const Address kShelter = SampleAddress("shelter", "intake");

class CustodyCheck : public testing::Test {
 protected:
  CustodyCheck() { Reopen(); }

  void Reopen() {
    if (store_ != nullptr) store_->Close();
    store_ = world_.Open().value();
  }
  void Do(store::Work work) { AMANA_ASSERT_OK(store_->CommitAndWait(std::move(work))); }

  static events::Event EventOf(v1::EventKind kind, uint32_t number) {
    events::Event event;
    event.kind = kind;
    event.referral = SampleKey(number);
    event.task = 0;
    event.attempt = 1;
    return event;
  }
  // A referral, and the custody that it begins, as Submit does it.
  void Accept(uint32_t number) {
    Do([number](Transaction& tx) -> absl::Status {
      events::Event event = EventOf(v1::EVENT_KIND_SUBMISSION_ACCEPTED, number);
      event.detail = events::kBeginsCustody;
      store::ReferralRecord record = store::SampleReferral(number);
      AMANA_ASSIGN_OR_RETURN(record.log_index, tx.log().Append(std::move(event)));
      AMANA_RETURN_IF_ERROR(
          tx.referrals().Accept(record, store::SampleBody(number), {store::SampleTask(number)}));
      store::CustodyRecord custody;
      custody.subject = record.subject;
      custody.responsible = record.sender;
      custody.since = record.accepted;
      custody.referral = record.key;
      custody.log_index = record.log_index;
      custody.holder = record.sender.agency;
      return tx.custodies().Begin(custody);
    });
  }
  // A handover that is offered, and where `both_signed` one that moved the person.
  void HandOver(uint32_t number, bool both_signed) {
    Do([=](Transaction& tx) -> absl::Status {
      store::HandoverRecord handover;
      handover.key = {{SampleKey(number), 0}, 1};
      handover.subject = SampleId<Pseudonym>(number);
      handover.responsible = kPolice;
      handover.recipient = kShelter;
      handover.steps = 1;
      AMANA_RETURN_IF_ERROR(tx.handovers().Begin(handover));
      AMANA_RETURN_IF_ERROR(
          tx.log().Append(EventOf(v1::EVENT_KIND_HANDOVER_OFFERED, number)).status());
      AMANA_ASSIGN_OR_RETURN(auto custody, std::as_const(tx).custodies().Find(handover.subject));
      ++custody->revision;
      custody->under_way = handover.key;
      AMANA_RETURN_IF_ERROR(tx.custodies().Move(*custody));
      if (!both_signed) return absl::OkStatus();
      events::Event moved = EventOf(v1::EVENT_KIND_HANDOVER_CUSTODY_TRANSFERRED, number);
      moved.detail = events::TransferDetail(SampleId<Digest>(1), kShelter);
      ++custody->revision;
      AMANA_ASSIGN_OR_RETURN(custody->log_index, tx.log().Append(std::move(moved)));
      custody->responsible = kShelter;
      custody->under_way.reset();
      handover.state = v1::HANDOVER_STATE_CUSTODY_TRANSFERRED;
      AMANA_RETURN_IF_ERROR(tx.handovers().Move(v1::HANDOVER_STATE_OFFERED, 1, handover));
      return tx.custodies().Move(*custody);
    });
  }
  void Spoil(uint32_t number, const std::function<void(store::CustodyRecord&)>& how) {
    Do([=](Transaction& tx) -> absl::Status {
      AMANA_ASSIGN_OR_RETURN(auto custody,
                             std::as_const(tx).custodies().Find(SampleId<Pseudonym>(number)));
      ++custody->revision;
      how(*custody);
      return tx.custodies().Move(*custody);
    });
  }
  // Behind the store's back.
  void Sql(const std::string& text) {
    store_->Close();
    auto db = sqlite::Database::Open(world_.database(), {}).value();
    AMANA_ASSERT_OK(db->Exec(text));
    db.reset();
    Reopen();
  }
  CustodyFindings Findings() {
    const auto findings = CheckCustody(*store_->Read().value());
    AMANA_EXPECT_OK(findings.status());
    // However little is looked at at once: the same, in another order.
    const auto little = CheckCustody(*store_->Read().value(), /*persons_at_once=*/1);
    AMANA_EXPECT_OK(little.status());
    EXPECT_EQ(little->persons, findings->persons);
    EXPECT_EQ(little->handovers, findings->handovers);
    EXPECT_THAT(little->problems, testing::UnorderedElementsAreArray(findings->problems));
    return findings.value_or(CustodyFindings());
  }

  store::EmbeddedWorld world_;
  std::unique_ptr<store::Store> store_;
};

TEST_F(CustodyCheck, FindsNothingWhereAllIsWell) {
  for (uint32_t i = 1; i <= 4; ++i) Accept(i);
  HandOver(2, /*both_signed=*/false);
  HandOver(3, /*both_signed=*/true);
  const CustodyFindings findings = Findings();
  EXPECT_THAT(findings.problems, IsEmpty());
  EXPECT_EQ(findings.persons, 4u);
  EXPECT_EQ(findings.handovers, 2u);
}

TEST_F(CustodyCheck, FindsWhatTheRecordSaysOtherwiseThanTheLog) {
  const std::pair<std::function<void(store::CustodyRecord&)>, std::string> cases[] = {
      {[](auto& c) { c.responsible = kShelter; }, "another is responsible than the log says"},
      {[](auto& c) { c.log_index = 99; }, "another is responsible than the log says"},
      {[](auto& c) {
         c.under_way = store::HandoverKey{{SampleKey(1), 0}, 1};
       },
       "another handover is under way than the log says"},
      {[](auto& c) { c.holder = AgencyId(); },
       "the person is neither with an agency nor with none and why"},
      {[](auto& c) { c.none = v1::NO_CUSTODY_LEFT; },
       "the person is neither with an agency nor with none and why"},
  };
  std::vector<std::string> expected;
  for (const auto& [how, what] : cases) {
    const auto person = static_cast<uint32_t>(expected.size() + 1);
    Accept(person);
    Spoil(person, how);
    expected.push_back(what);
    const CustodyFindings findings = Findings();
    ASSERT_EQ(findings.problems.size(), expected.size()) << what;
    EXPECT_THAT(findings.problems.back(), HasSubstr(what));
  }
}

TEST_F(CustodyCheck, FindsWhoeverIsNobodys) {
  for (uint32_t i = 1; i <= 3; ++i) Accept(i);
  HandOver(2, false);
  Sql("DELETE FROM custody WHERE subject = x'" + SampleId<Pseudonym>(2).hex() + "'");
  EXPECT_THAT(Findings().problems, ElementsAre(HasSubstr("nobody is responsible")));
}

TEST_F(CustodyCheck, FindsWhatCannotBeRead) {
  for (uint32_t i = 1; i <= 3; ++i) Accept(i);
  HandOver(2, true);
  Sql("UPDATE custody SET facts = (SELECT facts FROM custody WHERE subject = x'" +
      SampleId<Pseudonym>(1).hex() + "') WHERE subject = x'" + SampleId<Pseudonym>(2).hex() + "'");
  EXPECT_THAT(Findings().problems, ElementsAre(HasSubstr("custody cannot be read")));
}

TEST_F(CustodyCheck, FindsAHandoverThatIsNotTheLogs) {
  Accept(1);
  Accept(2);
  HandOver(1, false);
  HandOver(2, true);
  Sql("DELETE FROM handover WHERE row = 1");
  EXPECT_THAT(Findings().problems, ElementsAre(HasSubstr("its handover is not there")));
  Sql("UPDATE handover SET facts = x'00'");
  EXPECT_THAT(Findings().problems, ElementsAre(HasSubstr("its handover is not there"),
                                               HasSubstr("its handover cannot be read")));
}

TEST_F(CustodyCheck, FindsTwoAtOnceAndTwoBeginnings) {
  Accept(1);
  HandOver(1, false);
  Do([](Transaction& tx) -> absl::Status {
    events::Event second = EventOf(v1::EVENT_KIND_HANDOVER_OFFERED, 1);
    AMANA_RETURN_IF_ERROR(tx.log().Append(second).status());
    events::Event again = EventOf(v1::EVENT_KIND_SUBMISSION_ACCEPTED, 1);
    again.detail = events::kBeginsCustody;
    AMANA_RETURN_IF_ERROR(tx.log().Append(again).status());
    events::Event lost = EventOf(v1::EVENT_KIND_HANDOVER_ARRIVED, 7);
    return tx.log().Append(lost).status();
  });
  EXPECT_THAT(Findings().problems,
              ElementsAre(HasSubstr("a second handover of one person"),
                          HasSubstr("begins the custody of a person who had one"),
                          HasSubstr("its referral cannot be read")));
}

TEST_F(CustodyCheck, FindsSomebodyWhomTheLogDoesNotKnow) {
  Accept(1);
  Do([](Transaction& tx) {
    store::CustodyRecord custody;
    custody.subject = SampleId<Pseudonym>(9);
    custody.responsible = kPolice;
    custody.holder = kPolice.agency;
    return tx.custodies().Begin(custody);
  });
  EXPECT_THAT(Findings().problems, ElementsAre(HasSubstr("somebody the log does not know"),
                                               HasSubstr("more custodies than persons")));
}

}  // namespace
}  // namespace amana::audit
