#include "agency-adapters/cli/audit_mirror.h"

#include <set>

#include "absl/time/clock.h"
#include "agency-adapters/auditor/checks.h"
#include "agency-adapters/auditor/mirror_timestamps.h"
#include "agency-adapters/auditor/mirror_watch.h"
#include "agency-adapters/cli/audit_chain.h"
#include "agency-adapters/cli/audit_evidence.h"
#include "agency-adapters/cli/check_text.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/progress.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/rpcs.h"
#include "agency-adapters/sdk/verifier.h"
#include "base/child_process.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "base/steady_clock.h"

namespace amana::cli {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(100);

constexpr absl::Duration kHookPatience = absl::Seconds(30);
// A look is an entry of the log as well: where it is the only one, the next look can wait so long.
constexpr absl::Duration kOwnPatience = absl::Minutes(10);

struct Options {
  std::string folder, every, alarm;
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
  if (done.timestamps_missing > 0) {
    report.text += "timestamps that the log names and the broker has not: " +
                   std::to_string(done.timestamps_missing) + "\n";
  }
  report.json = {{"size", done.size},
                 {"events", done.events},
                 {"timestamps_missing", done.timestamps_missing}};
  return report;
}

// Tells of what is wrong, of each finding once: a line for people, and where one was given a
// program, which hears the reason and nothing else.
class Alarm {
 public:
  Alarm(std::ostream& err, std::string program) : err_(err), program_(std::move(program)) {}

  // Whether the mirror is to be followed further.
  bool Tell(const absl::Status& finding) {
    const std::string reason = ErrorReason(finding);
    if (told_.size() >= auditor::MirrorWatch::kMostTold) return true;
    if (!told_.insert(reason + std::string(finding.message())).second) return true;
    const auditor::Verdict verdict = auditor::VerdictOf(finding);
    if (verdict < gravest_) {
      gravest_ = verdict;
      finding_ = finding;
    }
    err_ << "ALARM " << auditor::VerdictName(verdict) << " " << ErrorText(finding) << std::flush;
    if (program_.empty()) return false;
    Run(reason);
    if (told_.size() == auditor::MirrorWatch::kMostTold) {
      err_ << "no more is told one by one: amana audit verify lists everything\n" << std::flush;
    }
    return true;
  }

  // Nobody looks any more, for a reason that is this machine's or the broker's.
  void TellOfEnd(const absl::Status& why) {
    if (!program_.empty()) Run(ErrorReason(why));
  }

  // What was found, if anything was.
  void AddTo(Report& report) const {
    if (finding_.ok()) return;
    report.exit_code = ExitCodeOf(gravest_);
    report.json.update(ErrorJson(finding_));
    report.json["verdict"] = std::string(auditor::VerdictName(gravest_));
    report.json["exit_code"] = report.exit_code;
  }

 private:
  void Run(const std::string& reason) {
    auto hook = ChildProcess::Start({{program_}, {{"AMANA_ALARM", reason}}, ""});
    const std::optional<int> ended = hook.ok() ? (*hook)->Wait(kHookPatience) : std::nullopt;
    if (ended != 0) err_ << "the alarm's program did not do its work\n" << std::flush;
  }

  std::ostream& err_;
  const std::string program_;
  std::set<std::string> told_;
  auditor::Verdict gravest_ = auditor::Verdict::kFine;
  absl::Status finding_;
};

class Follower {
 public:
  // `mirror` is the log that is followed, of those in o.folder.
  Follower(Context& context, const Options& o, const auditor::Evidence& mirror)
      : context_(context),
        folder_(o.folder),
        mirror_(mirror),
        watch_(mirror),
        alarm_(context.world().err, o.alarm) {}

  // Until the user stops it, or there is something to tell and nobody else to tell it to.
  Result Follow(absl::Duration every) {
    const World& world = context_.world();
    absl::Duration next = steady_.Now();
    while (!world.stop()) {
      if (steady_.Now() < next) {
        absl::SleepFor(kPause);
        continue;
      }
      next = steady_.Now() + every;
      if (OnlyOwnIsNew()) continue;
      const absl::StatusOr<bool> on = Once();
      if (!on.ok()) {
        alarm_.TellOfEnd(on.status());
        return on.status();
      }
      if (!*on) break;
    }
    Report report = Said(all_);
    alarm_.AddTo(report);
    return report;
  }

 private:
  // Whether the log has grown by no more than what the last look asked for.
  bool OnlyOwnIsNew() {
    if (!looked_.has_value() || steady_.Now() - *looked_ >= kOwnPatience) return false;
    const auto client = context_.client();
    if (!client.ok()) return false;
    const auto newest = sdk::FetchCheckpoint(**client, mirror_.log, 0, Digest());
    return newest.ok() && newest->checkpoint.size() >= all_.size &&
           newest->checkpoint.size() <= all_.size + all_.asked;
  }

  absl::StatusOr<bool> Once() {
    looked_.reset();
    const auto done = BringUpToDate(context_, folder_, mirror_.log);
    if (!done.ok()) {
      if (auditor::VerdictOf(done.status()) != auditor::Verdict::kUnverifiable) {
        return alarm_.Tell(done.status());
      }
      // A broker that is away is no finding: it is asked again.
      if (ExitCodeOf(done.status()) != kExitUnreachable) return done.status();
      context_.world().err << ErrorText(done.status()) << "\n";
      return true;
    }
    all_.size = done->size;
    all_.events += done->events;
    all_.asked = done->asked;
    all_.timestamps_missing = done->timestamps_missing;
    if (done->events > 0) context_.world().out << Said(*done).text << std::flush;
    std::vector<std::string> others;
    const auto witnessed = RealFileSystem().Read(mirror_.folder + "/" + kWitnessedFile);
    if (witnessed.ok()) others.push_back(*witnessed);
    AMANA_ASSIGN_OR_RETURN(const std::vector<absl::Status> found, watch_.Look(others));
    bool on = true;
    const absl::Status cosigned =
        watch_.LookAtWitnesses(witnessed.value_or(""), context_.clock().Now());
    if (!cosigned.ok()) on = alarm_.Tell(cosigned);
    for (const absl::Status& finding : found) on = alarm_.Tell(finding) && on;
    looked_ = steady_.Now();
    return on;
  }

  Context& context_;
  const std::string folder_;
  const auditor::Evidence& mirror_;
  auditor::MirrorWatch watch_;
  Alarm alarm_;
  const BootClock steady_;
  std::optional<absl::Duration> looked_;  // well, and when
  auditor::MirrorReport all_;             // `asked` of the last look
};

Result Follow(Context& context, const Options& o, const transparency::NoteVerifier& log) {
  AMANA_ASSIGN_OR_RETURN(const absl::Duration every, DurationOption("--follow", o.every));
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(o.folder));
  AMANA_ASSIGN_OR_RETURN(const std::string folder, MirrorFolder(context, o.folder, log));
  AMANA_ASSIGN_OR_RETURN(const auto book, auditor::MirrorBook::Open(folder));
  auditor::Evidence mirror{RealFileSystem(), folder, log, context.clock().Now()};
  mirror.book = book.get();
  mirror.agency = identity->agency();
  mirror.witnesses = identity->witnesses();
  mirror.quorum = identity->witness_quorum();
  mirror.all_events = identity->tls().certificate.spiffe().role == crypto::Role::kAuditor;
  return Follower(context, o, mirror).Follow(every);
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const transparency::NoteVerifier log, LogKey(context, ""));
  if (!o.every.empty()) return Follow(context, o, log);
  if (!o.alarm.empty()) return UsageError("--alarm", "goes with --follow");
  AMANA_ASSIGN_OR_RETURN(const auditor::MirrorReport done, BringUpToDate(context, o.folder, log));
  return Said(done);
}

}  // namespace

absl::StatusOr<auditor::MirrorReport> BringUpToDate(Context& context, const std::string& mirror,
                                                    const transparency::NoteVerifier& log) {
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(mirror));
  AMANA_ASSIGN_OR_RETURN(const std::string folder, MirrorFolder(context, mirror, log));
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<auditor::MirrorBook> book,
                         auditor::MirrorBook::Open(folder));
  const World& world = context.world();
  Progress progress(world.err, world.err_is_tty, world.clock, "mirroring entries", 0);
  AMANA_ASSIGN_OR_RETURN(uint64_t seen, book->Next());
  AMANA_ASSIGN_OR_RETURN(
      auditor::MirrorReport report,
      auditor::Follow(*client, RealFileSystem(), folder, log, *book, [&](uint64_t done) {
        progress.Advance(static_cast<size_t>(done - std::exchange(seen, done)));
      }));
  AMANA_RETURN_IF_ERROR(CheckTail(mirror));
  AMANA_RETURN_IF_ERROR(KeepWitnessed(context, folder));
  AMANA_ASSIGN_OR_RETURN(
      const auditor::FollowedTimestamps timestamps,
      auditor::FollowTimestamps(*client, RealFileSystem(), folder, log, report.size));
  report.timestamps_missing = timestamps.missing;
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
      "broker shows another history than before. With --follow also the tree, gaps and the order "
      "of\n"
      "events are looked at as they come, and the checkpoint that witnesses have: ALARM on "
      "stderr,\n"
      "and the verdict's exit code (4 to 7); with --alarm that program is run, with the reason in\n"
      "AMANA_ALARM and nothing else, and the log is followed further; it is run as well when "
      "nothing\n"
      "more can be followed, as with a full disk. What a look asks is an entry of the log too: "
      "where\n"
      "nothing else has come, the next look waits up to ten minutes.\n"
      "When the log goes on as another (amana log succession --accept), so does the mirror, in "
      "next\n"
      "below its folder: nothing of the old log is lost, and verify and query are of both.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("folder", o.folder, "Made when it is missing")->required();
        command.add_option("--follow", o.every, "Again and again, after this time");
        command.add_option("--alarm", o.alarm, "Path of a program to run when something is wrong");
      },
      Run);
}

}  // namespace amana::cli
