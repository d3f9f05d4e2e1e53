// Auditors compare what they see: the commands.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_AUDIT_GOSSIP_H_
#define AMANA_AGENCY_ADAPTERS_CLI_AUDIT_GOSSIP_H_

namespace CLI {
class App;
}

namespace amana::cli {

class Context;

void RegisterAuditGossip(CLI::App& parent, Context& context);  // gossip, fork

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_AUDIT_GOSSIP_H_
