#include "broker/delivery/custody.h"

#include <optional>
#include <utility>

#include "broker/referral/handover_machine.h"
#include "proto/envelope/handover.h"

namespace amana::delivery {
namespace {

void Nowhere(v1::NoCustody none, v1::ExitCode exit, store::CustodyRecord& custody) {
  custody.holder = AgencyId();
  custody.none = none;
  custody.exit = exit;
}

void With(const AgencyId& agency, store::CustodyRecord& custody) {
  custody.holder = agency;
  custody.none = v1::NO_CUSTODY_UNSPECIFIED;
  custody.exit = v1::EXIT_CODE_UNSPECIFIED;
}

// On the way somebody may be lost, or leave.
void Aborted(const store::HandoverRecord& handover, store::CustodyRecord& custody) {
  if (handover.reason == v1::REASON_PERSON_LEFT) {
    Nowhere(v1::NO_CUSTODY_LEFT, v1::EXIT_CODE_PERSON_LEFT, custody);
  } else if (handover.reason == v1::REASON_DECEASED) {
    Nowhere(v1::NO_CUSTODY_DIED, v1::EXIT_CODE_PERSON_DIED, custody);
  }
}

}  // namespace

absl::StatusOr<bool> BeginsCustody(const store::Snapshot& snapshot, const Pseudonym& subject) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::CustodyRecord> custody,
                         snapshot.custodies().Find(subject));
  return !custody.has_value();
}

absl::Status BeginCustody(store::Transaction& tx, const store::ReferralRecord& referral,
                          const v1::ReferralHeader& header) {
  store::CustodyRecord custody;
  custody.subject = referral.subject;
  custody.responsible = referral.sender;
  custody.since = referral.accepted;
  custody.referral = referral.key;
  custody.log_index = referral.log_index;
  custody.last_report = referral.header_digest;
  custody.holder = referral.sender.agency;
  const v1::PhysicalCustody& place = header.physical_custody();
  if (place.has_agency()) {
    AMANA_ASSIGN_OR_RETURN(custody.holder,
                           AgencyId::Create(place.agency(), "physical_custody.agency"));
  } else if (place.has_none()) {
    Nowhere(place.none(), v1::EXIT_CODE_UNSPECIFIED, custody);
  }
  return tx.custodies().Begin(custody);
}

void ApplyStep(const store::HandoverRecord& handover, const CustodyStep& step,
               store::CustodyRecord& custody) {
  ++custody.revision;
  const store::CustodyRecord before = custody;
  switch (handover.state) {
    case v1::HANDOVER_STATE_ABORTED:
      Aborted(handover, custody);
      break;
    case v1::HANDOVER_STATE_ARRIVED:
      With(handover.recipient.agency, custody);
      break;
    case v1::HANDOVER_STATE_RETURNED:
      With(handover.responsible.agency, custody);
      break;
    case v1::HANDOVER_STATE_CUSTODY_TRANSFERRED:
      With(handover.recipient.agency, custody);
      custody.responsible = handover.recipient;
      custody.since = step.now;
      custody.referral = handover.key.task.referral;
      custody.log_index = step.event;
      break;
    case v1::HANDOVER_STATE_ENDED:
      if (step.exit != v1::EXIT_CODE_MOVED_ON) {
        Nowhere(envelope::NoCustodyOf(step.exit), step.exit, custody);
      }
      break;
    default:
      break;
  }
  if (custody.holder != before.holder || custody.none != before.none) {
    custody.last_report = handover.last_step;
  }
  if (referral::IsUnderWay(handover.state)) {
    custody.under_way = handover.key;
  } else if (custody.under_way == handover.key) {
    custody.under_way.reset();
  }
}

bool StillInCare(const store::CustodyRecord& custody, const store::HandoverRecord& handover) {
  return custody.responsible == handover.recipient &&
         custody.referral == handover.key.task.referral;
}

}  // namespace amana::delivery
