// The ministry of foreign affairs: its native side is mail, both ways (docs/integrator/
// foreign-affairs.md). A case, a recall, an answer and a notice go out as mails; what it answers is
// read from our mailbox, and moved to a folder when it is settled. What is refused is moved as
// well, and the ministry is told why, if it was the ministry.
#ifndef AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_ADAPTER_H_
#define AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_ADAPTER_H_

#include "agency-adapters/foreign-affairs/settings.h"
#include "agency-adapters/runtime/adapter.h"

namespace amana::foreign_affairs {

// Errors of LoadKeys, of MailSender::Create and of the ledger. No server is asked.
absl::StatusOr<std::unique_ptr<runtime::Adapter>> OpenAdapter(
    Settings settings, const runtime::AdapterContext& context);

// For the program: reads [native], as settings.h has it.
runtime::AdapterOpener FactoryOf(const ConfigTable& native);

}  // namespace amana::foreign_affairs

#endif  // AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_ADAPTER_H_
