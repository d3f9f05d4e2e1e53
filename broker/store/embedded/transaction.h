#ifndef AMANA_BROKER_STORE_EMBEDDED_TRANSACTION_H_
#define AMANA_BROKER_STORE_EMBEDDED_TRANSACTION_H_

#include <vector>

#include "broker/store/embedded/body_table.h"
#include "broker/store/embedded/case_table.h"
#include "broker/store/embedded/consent_table.h"
#include "broker/store/embedded/custody_table.h"
#include "broker/store/embedded/delivery_table.h"
#include "broker/store/embedded/directory_table.h"
#include "broker/store/embedded/erasure_table.h"
#include "broker/store/embedded/ground_table.h"
#include "broker/store/embedded/handover_table.h"
#include "broker/store/embedded/log_table.h"
#include "broker/store/embedded/offer_table.h"
#include "broker/store/embedded/queue_table.h"
#include "broker/store/embedded/reconsideration_table.h"
#include "broker/store/embedded/referral_table.h"
#include "broker/store/store.h"

namespace amana::store::embedded {

// The thirteen contracts over one session.
struct Tables {
  Tables(Session& session, Sequencer* sequencer)
      : bodies(session),
        referrals(session, bodies, sequencer),
        deliveries(session),
        consents(session),
        reconsiderations(session),
        erasures(session, bodies),
        cases(session),
        grounds(session),
        offers(session, bodies, referrals),
        queue(session),
        custodies(session),
        handovers(session),
        directory(session),
        log(session, sequencer) {}

  BodyTable bodies;
  ReferralTable referrals;
  DeliveryTable deliveries;
  ConsentTable consents;
  ReconsiderationTable reconsiderations;
  ErasureTable erasures;
  CaseTable cases;
  GroundTable grounds;
  OfferTable offers;
  QueueTable queue;
  CustodyTable custodies;
  HandoverTable handovers;
  DirectoryTable directory;
  LogTable log;
};

// What a work sees. One object serves all works of the writer's thread.
class EmbeddedTransaction final : public Transaction {
 public:
  EmbeddedTransaction(Session& session, Sequencer& sequencer) : tables_(session, &sequencer) {}

  const Referrals& referrals() const override { return tables_.referrals; }
  const Deliveries& deliveries() const override { return tables_.deliveries; }
  const Consents& consents() const override { return tables_.consents; }
  const Reconsiderations& reconsiderations() const override { return tables_.reconsiderations; }
  const Erasures& erasures() const override { return tables_.erasures; }
  const Cases& cases() const override { return tables_.cases; }
  const Grounds& grounds() const override { return tables_.grounds; }
  const Offers& offers() const override { return tables_.offers; }
  const Queue& queue() const override { return tables_.queue; }
  const Custodies& custodies() const override { return tables_.custodies; }
  const Handovers& handovers() const override { return tables_.handovers; }
  const Directory& directory() const override { return tables_.directory; }
  const Log& log() const override { return tables_.log; }
  Referrals& referrals() override { return tables_.referrals; }
  Deliveries& deliveries() override { return tables_.deliveries; }
  Consents& consents() override { return tables_.consents; }
  Reconsiderations& reconsiderations() override { return tables_.reconsiderations; }
  Erasures& erasures() override { return tables_.erasures; }
  Cases& cases() override { return tables_.cases; }
  Grounds& grounds() override { return tables_.grounds; }
  Offers& offers() override { return tables_.offers; }
  Queue& queue() override { return tables_.queue; }
  Custodies& custodies() override { return tables_.custodies; }
  Handovers& handovers() override { return tables_.handovers; }
  Directory& directory() override { return tables_.directory; }
  Log& log() override { return tables_.log; }
  void Wake(const Address& recipient) override { woken_.push_back(recipient); }

  // The writer cuts it back when a work fails and takes it at the commit.
  std::vector<Address>& woken() { return woken_; }

 private:
  Tables tables_;
  std::vector<Address> woken_;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_TRANSACTION_H_
