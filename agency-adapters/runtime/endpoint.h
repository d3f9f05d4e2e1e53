// The agency's end of the broker, as the runtime's parts share it: one of each of the client
// library's objects. All outlive it; thread-safe as they are.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_ENDPOINT_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_ENDPOINT_H_

#include <string>

#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/consent_finder.h"
#include "agency-adapters/sdk/handovers.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/inbox.h"
#include "agency-adapters/sdk/mailbox.h"
#include "agency-adapters/sdk/notices.h"
#include "agency-adapters/sdk/sender.h"
#include "agency-adapters/sdk/service_answers.h"
#include "base/clock.h"

namespace amana::runtime {

struct Endpoint {
  Endpoint(const sdk::Identity& identity_in, sdk::Client& client_in, sdk::Mailbox& mailbox_in,
           const Clock& clock_in)
      : identity(identity_in),
        client(client_in),
        mailbox(mailbox_in),
        clock(clock_in),
        sender(identity, client, mailbox, clock),
        inbox(mailbox),
        answers(identity, mailbox, clock),
        notices(identity, client, mailbox),
        handovers(identity, client, mailbox, clock, sender),
        consents(identity, client, mailbox) {}

  const sdk::Identity& identity;
  sdk::Client& client;
  sdk::Mailbox& mailbox;
  const Clock& clock;
  sdk::Sender sender;
  sdk::Inbox inbox;
  sdk::ServiceAnswers answers;
  sdk::NoticeBox notices;
  sdk::Handovers handovers;
  sdk::ConsentFinder consents;
};

// The native unique key of a delivery: the same for ever, and no other's.
// "police-a/00112233445566778899aabbccddeeff/1/0/1/AT_OFFER", with "/u2" for an update.
std::string DeliveryKeyText(const sdk::DeliveryKey& key);
// Of a recall of it: the same with "/recall".
std::string RecallKeyText(const sdk::DeliveryKey& key);

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_ENDPOINT_H_
