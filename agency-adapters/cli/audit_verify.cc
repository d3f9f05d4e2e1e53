#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "agency-adapters/cli/audit_bundle.h"
#include "agency-adapters/cli/audit_chain.h"
#include "agency-adapters/cli/audit_evidence.h"
#include "agency-adapters/cli/audit_mirror.h"
#include "agency-adapters/cli/check_text.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/event_text.h"
#include "agency-adapters/cli/progress.h"
#include "agency-adapters/sdk/verifier.h"
#include "base/status.h"
#include "proto/transparency/checkpoint.h"

namespace amana::cli {
namespace {

struct Options : EvidenceOptions {
  bool download = false;
};

// A download that contradicts what is held is a verdict; everything else is passed on.
Result Judged(const absl::Status& error) {
  const auditor::Verdict verdict = auditor::VerdictOf(error);
  if (verdict == auditor::Verdict::kUnverifiable) return error;
  Report report;
  report.exit_code = ExitCodeOf(verdict);
  report.text = std::string(auditor::VerdictName(verdict)) + "\n" + ErrorText(error);
  report.json = {{"verdict", std::string(auditor::VerdictName(verdict))}};
  report.json.update(ErrorJson(error));
  report.json["exit_code"] = report.exit_code;
  return report;
}

// What each receipt says, for people who have no log beside it.
void AddReceipts(const auditor::Evidence& evidence, Report& report) {
  std::string text;
  report.json["receipts"] = Json::array();
  for (const v1::Receipt& receipt : evidence.receipts) {
    const auto verified = sdk::VerifyReceipt(receipt, evidence.log);
    if (!verified.ok()) continue;
    text += ToLine(verified->index, verified->event);
    report.json["receipts"].push_back({{"index", verified->index},
                                       {"event", ToJson(verified->event)},
                                       {"size", verified->checkpoint.size()},
                                       {"root", verified->checkpoint.root().hex()}});
  }
  report.text =
      text + report.text + ": " + std::to_string(evidence.receipts.size()) + " receipt(s)\n";
}

void AddLog(const auditor::Evidence& evidence, Report& report) {
  const auto note = evidence.files.Read(evidence.folder + "/checkpoint");
  const auto opened = note.ok() ? transparency::OpenCheckpoint(*note, evidence.log)
                                : absl::StatusOr<transparency::OpenedCheckpoint>(note.status());
  if (!opened.ok()) {
    report.text += "\n";
    return;
  }
  const transparency::Checkpoint& checkpoint = opened->checkpoint;
  report.text += ": " + Shown(checkpoint.origin()) + ", " + std::to_string(checkpoint.size()) +
                 " entries, root " + checkpoint.root().hex() + "; " +
                 std::to_string(evidence.held.size()) + " checkpoints and " +
                 std::to_string(evidence.receipts.size()) + " receipts held against it\n";
  report.json["origin"] = checkpoint.origin();
  report.json["size"] = checkpoint.size();
  report.json["root"] = checkpoint.root().hex();
  report.json["checkpoints"] = evidence.held.size();
  report.json["receipts"] = evidence.receipts.size();
}

Result Judge(Context& context, const GatheredLog& log) {
  const auditor::Evidence& evidence = log.gathered.evidence;
  const World& world = context.world();
  Progress progress(world.err, world.err_is_tty, world.clock, "verifying entries", 0);
  uint64_t seen = 0;
  AMANA_ASSIGN_OR_RETURN(std::vector<auditor::CheckResult> results,
                         auditor::RunChecks(evidence, [&](uint64_t done, uint64_t) {
                           progress.Advance(static_cast<size_t>(done - std::exchange(seen, done)));
                         }));
  if (log.step.has_value()) results.push_back(*log.step);
  Report report = ReportOf(results);
  if (!evidence.folder.empty()) {
    AddLog(evidence, report);
  } else if (!evidence.receipts.empty()) {
    AddReceipts(evidence, report);
  } else {
    report.text += "\n";
  }
  return report;
}

// The newest log's report, with those that ended before it; the gravest verdict is of all.
Report Joined(Report before, Report judged, const GatheredLog& log) {
  if (log.ended) {
    const std::string& origin = log.gathered.evidence.log.name();
    judged.json["origin"] = origin;
    judged.text = "the log " + Shown(origin) + ", which has ended:\n" + judged.text;
    before.text += judged.text;
    if (before.json.empty()) before.json["ended"] = Json::array();
    before.json["ended"].push_back(std::move(judged.json));
    return before;
  }
  if (before.json.empty()) return judged;
  judged.text =
      before.text + "the log " + Shown(log.gathered.evidence.log.name()) + ":\n" + judged.text;
  for (const Json& ended : before.json["ended"]) {
    const int code = ended["exit_code"];
    if (Graver(judged.exit_code, code) == judged.exit_code) continue;
    judged.exit_code = code;
    judged.text += "with the log that has ended: " + ended["verdict"].get<std::string>() + "\n";
    for (const char* const key : {"verdict", "exit_code", "error", "field", "message"}) {
      if (ended.contains(key)) judged.json[key] = ended[key];
    }
  }
  judged.json["ended"] = std::move(before.json["ended"]);
  return judged;
}

// A mirror is a folder; a file is an evidence bundle.
bool IsFile(const std::string& path) {
  std::error_code none;
  return std::filesystem::is_regular_file(path, none);
}

Result Run(Context& context, const Options& o) {
  if (!o.folder.empty() && IsFile(o.folder)) {
    if (o.download || o.held || !o.receipts.empty() || !o.checkpoints.empty() ||
        !o.others.empty() || !o.timestamps.empty()) {
      return UsageError("folder", "an evidence bundle is judged by what is in it alone");
    }
    return VerifyBundle(context, o);
  }
  if (!o.trust.empty()) return UsageError("--trust", "is of the signer of an evidence bundle");
  if (o.download) {
    AMANA_ASSIGN_OR_RETURN(const transparency::NoteVerifier log, LogKey(context, o.vkey));
    if (o.folder.empty()) return UsageError("folder", "expected a folder to download into");
    const auto done = BringUpToDate(context, o.folder, log);
    if (!done.ok()) return Judged(done.status());
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<GatheredLog> logs, GatherLogs(context, o));
  const auditor::Evidence& evidence = logs.back().gathered.evidence;
  const bool pairs = !evidence.held.empty() && !evidence.others.empty();
  const bool receipts = std::ranges::any_of(
      logs, [](const GatheredLog& log) { return !log.gathered.evidence.receipts.empty(); });
  if (o.folder.empty() && !receipts && !pairs) {
    return UsageError("folder",
                      "expected a folder, --receipt, or --checkpoint and --other-checkpoint");
  }
  Report report;
  for (const GatheredLog& log : logs) {
    AMANA_ASSIGN_OR_RETURN(Report judged, Judge(context, log));
    report = Joined(std::move(report), std::move(judged), log);
  }
  return report;
}

void AddOptions(CLI::App& command, Options& o) {
  command.add_option("folder", o.folder,
                     "A mirror in the layout of tlog-tiles, or the file of an evidence bundle");
  command.add_flag("--download", o.download, "Bring the folder up to the broker's newest first");
  command.add_flag("--held", o.held, "Against all that this machine's mailbox holds");
  command.add_option("--receipt", o.receipts, "A receipt that must agree");
  command.add_option("--checkpoint", o.checkpoints, "A signed checkpoint that must agree");
  command.add_option("--other-checkpoint", o.others,
                     "One that somebody else was shown: are there two histories?");
  command.add_option("--vkey", o.vkey, "The log's verifier key, or its file (agency.toml's)");
  command.add_option("--witness", o.witnesses, "A witness's verifier key (besides agency.toml's)");
  command.add_option("--quorum", o.quorum, "How many of them must have cosigned");
  command.add_option("--freshness", o.freshness, "How old their cosignatures may be")
      ->capture_default_str();
  command.add_option("--trust", o.trust, "Roots (PEM) that a bundle's signer must chain to");
  command.add_option("--revocations", o.revocations,
                     "The authority's list of revoked certificates");
  command.add_option("--timestamp", o.timestamps, "An RFC 3161 token of a checkpoint held");
  command.add_option("--timestamp-ca", o.timestamp_roots,
                     "Roots of the authorities believed for it");
}

}  // namespace

void RegisterAuditVerify(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "verify", "Judge a log, or receipts, by twelve checks and nobody's word",
      "  amana audit verify --download mirror        (bring the mirror up to date first)\n"
      "  amana audit verify mirror --held --receipt event-4711.receipt\n"
      "  amana audit verify --vkey log.vkey --receipt event-4711.receipt    (no agency.toml)\n"
      "  amana audit verify case.bundle --vkey log.vkey --trust root.pem    (likewise)\n"
      "  amana audit verify --vkey log.vkey --checkpoint ONE --other-checkpoint TWO\n"
      "Verdicts and exit codes: VERIFIED 0, TAMPERED 4, INCOMPLETE 5, UNTRUSTED 6, UNVERIFIABLE "
      "7.\n"
      "A check that has nothing to look at is NOT_APPLICABLE and says what was missing.\n",
      AddOptions, Run);
}

}  // namespace amana::cli
