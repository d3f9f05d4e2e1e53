// Mirrors of the log: the commands, and bringing one up to date.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_AUDIT_MIRROR_H_
#define AMANA_AGENCY_ADAPTERS_CLI_AUDIT_MIRROR_H_

#include <string>

#include "absl/status/statusor.h"
#include "agency-adapters/auditor/mirror.h"
#include "agency-adapters/cli/context.h"
#include "proto/transparency/note_verifier.h"

namespace CLI {
class App;
}

namespace amana::cli {

// In the mirror's folder: the newest checkpoint that enough witnesses have cosigned.
inline constexpr char kWitnessedFile[] = "witnessed";

// The log, the events shown to this caller, and the newest witnessed checkpoint where witnesses are
// believed here: in the mirror's folder, or in a folder below it where the log goes on in another's
// place. Errors of auditor::Follow; of MirrorFolder and CheckTail (audit_chain.h).
absl::StatusOr<auditor::MirrorReport> BringUpToDate(Context& context, const std::string& mirror,
                                                    const transparency::NoteVerifier& log);

void RegisterAuditBreach(CLI::App& parent, Context& context);
void RegisterAuditCount(CLI::App& parent, Context& context);
void RegisterAuditMirror(CLI::App& parent, Context& context);
void RegisterAuditQuery(CLI::App& parent, Context& context);
void RegisterAuditReconcile(CLI::App& parent, Context& context);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_AUDIT_MIRROR_H_
