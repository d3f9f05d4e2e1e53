// For tests: both sides of a handover, each step in one line. SYNTHETIC.
#ifndef AMANA_BROKER_OPERATIONS_TESTING_HANDOVER_H_
#define AMANA_BROKER_OPERATIONS_TESTING_HANDOVER_H_

#include <optional>
#include <string>
#include <string_view>

#include "amana/v1/handover_service.pb.h"
#include "broker/operations/testing_acts.h"

namespace amana::operations {

const tests::TestIdentity& PolicePerson();
const tests::TestIdentity& PoliceSealer();

// Lets police have a person and a sealing key.
void AppointOfficer(World& world);

// haven/intake receives, sees and accepts it.
void AcceptOffer(World& world, const Sent& sent);
// A referral of ACCOMMODATION that haven/intake has accepted; police answers for the person.
Sent SendAccepted(World& world, char subject = 's',
                  const Edit<envelope::SubmissionDraft>& edit = {});

// Who signs a step, for which unit, over whose connection.
struct Hand {
  const tests::TestIdentity* person;
  std::string_view agency, unit;
  const tests::TestIdentity* sealer = nullptr;  // of the unit; where notes go to it
};
Hand Police();
Hand Haven();

// One attempt, as its two sides act in it: police hands over to haven, unless said otherwise.
class Handing {
 public:
  Handing(World& world, const Sent& sent, uint32_t attempt = 1)
      : Handing(world, sent, Police(), Haven(), attempt) {}
  // In offer `epoch`.
  Handing(World& world, const Sent& sent, const Hand& from, const Hand& to, uint32_t attempt = 1,
          uint32_t epoch = 1)
      : world_(world), sent_(sent), from_(from), to_(to), attempt_(attempt), epoch_(epoch) {}

  // A step into `state` with everything that belongs there, which names the last one that the store
  // has. The code is Code().
  v1::HandoverStep Make(v1::HandoverState state, const Hand& by) const;
  // The note of such a step, sealed to the other side; none where it names nothing.
  std::optional<v1::SealedNote> NoteOf(const v1::HandoverStep& step, const Hand& by) const;
  // With its note, which the step is made to name, unless `note` says otherwise.
  v1::TakeHandoverStepRequest Request(v1::HandoverStep step, const Hand& by) const;
  absl::StatusOr<v1::TakeHandoverStepResponse> Send(const v1::TakeHandoverStepRequest& request,
                                                    std::string_view agency) const;
  // Make, edit, sign and send.
  absl::StatusOr<v1::TakeHandoverStepResponse> Take(v1::HandoverState state, const Hand& by,
                                                    const Edit<v1::HandoverStep>& edit = {}) const;
  // All steps of a handover that goes well, as far as `state`.
  void UpTo(v1::HandoverState state) const;

  std::string Code() const { return "4FZK9Q2M7X10"; }
  store::HandoverKey key() const { return {{sent_.key, 0}, attempt_}; }
  store::HandoverRecord Record() const;
  v1::HandoverState State() const { return Record().state; }

 private:
  World& world_;
  const Sent sent_;
  const Hand from_, to_;
  const uint32_t attempt_;
  const uint32_t epoch_;
};

store::CustodyRecord CustodyOf(World& world, char subject = 's');
absl::StatusOr<v1::ReportCustodyResponse> ReportCustodyAs(World& world, char subject,
                                                          const Hand& by,
                                                          const Edit<v1::CustodyReport>& edit);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_TESTING_HANDOVER_H_
