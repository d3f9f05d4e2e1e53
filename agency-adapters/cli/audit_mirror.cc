#include "agency-adapters/cli/audit_mirror.h"

#include "absl/time/clock.h"
#include "agency-adapters/auditor/checks.h"
#include "agency-adapters/auditor/mirror_timestamps.h"
#include "agency-adapters/cli/audit_evidence.h"
#include "agency-adapters/cli/check_text.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/progress.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/durable_file.h"
#include "base/status.h"

namespace amana::cli {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(100);

struct Options {
  std::string folder, every;
};

// NOT_WITNESSED: there is none yet; WITNESSES judges that.
absl::Status KeepWitnessed(Context& context, const std::string& folder) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  if (identity->witnesses().empty()) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  v1::GetCheckpointRequest request;
  request.set_witnessed(true);
  const auto response = client->Call(sdk::kGetCheckpoint, request);
  if (ErrorReason(response.status()) == "NOT_WITNESSED") return absl::OkStatus();
  if (!response.ok()) return response.status();
  return RealFileSystem().WriteAtomically(folder + "/" + kWitnessedFile, response->checkpoint(),
                                          kPublicFile);
}

Report Said(const auditor::MirrorReport& done) {
  Report report;
  report.text = "mirrored: " + std::to_string(done.size) + " entries, " +
                std::to_string(done.events) + " new events\n";
  report.json = {{"size", done.size}, {"events", done.events}};
  return report;
}

// Until the user stops it, or what came contradicts what is held.
Result Follow(Context& context, const Options& o, absl::Duration every,
              const transparency::NoteVerifier& log) {
  const World& world = context.world();
  auditor::MirrorReport all;
  absl::Time next = context.clock().Now();
  while (!world.stop()) {
    if (context.clock().Now() < next) {
      absl::SleepFor(kPause);
      continue;
    }
    next = context.clock().Now() + every;
    const auto done = BringUpToDate(context, o.folder, log);
    if (!done.ok()) {
      // A broker that is away is no finding: it is asked again.
      if (ExitCodeOf(done.status()) != kExitUnreachable) return done.status();
      world.err << ErrorText(done.status()) << "\n";
      continue;
    }
    all.size = done->size;
    all.events += done->events;
    if (done->events > 0) world.out << Said(*done).text << std::flush;
  }
  return Said(all);
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const transparency::NoteVerifier log, LogKey(context, ""));
  if (!o.every.empty()) {
    AMANA_ASSIGN_OR_RETURN(const absl::Duration every, DurationOption("--follow", o.every));
    return Follow(context, o, every, log);
  }
  AMANA_ASSIGN_OR_RETURN(const auditor::MirrorReport done, BringUpToDate(context, o.folder, log));
  return Said(done);
}

}  // namespace

absl::StatusOr<auditor::MirrorReport> BringUpToDate(Context& context, const std::string& folder,
                                                    const transparency::NoteVerifier& log) {
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(folder));
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<auditor::MirrorBook> book,
                         auditor::MirrorBook::Open(folder));
  const World& world = context.world();
  Progress progress(world.err, world.err_is_tty, world.clock, "mirroring entries", 0);
  AMANA_ASSIGN_OR_RETURN(uint64_t seen, book->Next());
  AMANA_ASSIGN_OR_RETURN(
      const auditor::MirrorReport report,
      auditor::Follow(*client, RealFileSystem(), folder, log, *book, [&](uint64_t done) {
        progress.Advance(static_cast<size_t>(done - std::exchange(seen, done)));
      }));
  AMANA_RETURN_IF_ERROR(KeepWitnessed(context, folder));
  AMANA_RETURN_IF_ERROR(
      auditor::FollowTimestamps(*client, RealFileSystem(), folder, log, report.size).status());
  return report;
}

void RegisterAuditMirror(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "mirror",
      "Keep a copy of the log, and of what you are shown of its events, on this machine",
      "  amana audit mirror mirror                   (once: up to the newest checkpoint)\n"
      "  amana audit mirror mirror --follow 1m       (until it is stopped)\n"
      "  amana audit verify mirror --held            (then judge it, without the broker)\n"
      "Each event is compared with its entry before it is kept. Ends with exit code 4 where the\n"
      "broker shows another history than before.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("folder", o.folder, "Made when it is missing")->required();
        command.add_option("--follow", o.every, "Again and again, after this time");
      },
      Run);
}

}  // namespace amana::cli
