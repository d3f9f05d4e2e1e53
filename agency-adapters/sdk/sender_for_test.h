// A Sender of police-a/desk over a mailbox of its own and a FakeBroker.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_SENDER_FOR_TEST_H_
#define AMANA_AGENCY_ADAPTERS_SDK_SENDER_FOR_TEST_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "agency-adapters/sdk/sender.h"
#include "agency-adapters/sdk/testing.h"
#include "base/testing.h"
#include "proto/envelope/testing.h"

namespace amana::sdk {

inline ReferralDraft Draft() {
  const envelope::SubmissionDraft sample = envelope::SampleDraft();
  ReferralDraft draft;
  draft.header = sample.header;
  for (const auto clear :
       {&v1::ReferralHeader::clear_meta, &v1::ReferralHeader::clear_section_slots,
        &v1::ReferralHeader::clear_companion_slots, &v1::ReferralHeader::clear_referral_id,
        &v1::ReferralHeader::clear_version, &v1::ReferralHeader::clear_sender}) {
    (draft.header.*clear)();
  }
  draft.sections = sample.sections;
  draft.recipients = {{envelope::SampleAddress("shelter-a/intake"), {}}};
  return draft;
}

inline Candidate CandidateOf(const std::string& address) {
  const envelope::GrantRecipient recipient = envelope::SampleRecipient(address);
  return {recipient.address, v1::AGENCY_KIND_SHELTER, 47, false, recipient.sealing};
}

class SenderTest : public ::testing::Test {
 protected:
  SenderTest() { Start(); }

  // A new process on the same mailbox.
  void Start() {
    sender_.reset();
    mailbox_.reset();
    client_ = broker_.Connect();
    mailbox_ = Mailbox::Open(dir_.path()).value();
    sender_.emplace(identity_, *client_, *mailbox_, clock_);
  }
  QueuedReferral Queue() {
    AMANA_EXPECT_OK(sender_->AddCandidate(CandidateOf("shelter-a/intake")));
    const auto queued = sender_->Queue(Draft());
    EXPECT_TRUE(queued.ok()) << queued.status();
    return *queued;
  }
  EntryState StateOf(int64_t entry) { return sender_->outbox().Get(entry)->state; }

  TempDir dir_;
  testing::FakeBroker broker_;
  const Identity identity_ = testing::PoliceIdentity(broker_.log());
  FakeClock clock_{envelope::SampleTime()};
  std::unique_ptr<Client> client_;
  std::unique_ptr<Mailbox> mailbox_;
  std::optional<Sender> sender_;
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_SENDER_FOR_TEST_H_
