#include "agency-adapters/cli/audit_bundle.h"

#include "agency-adapters/auditor/bundle.h"
#include "agency-adapters/auditor/bundle_checks.h"
#include "agency-adapters/auditor/bundle_file.h"
#include "agency-adapters/cli/audit_chain.h"
#include "agency-adapters/cli/audit_mirror.h"
#include "agency-adapters/cli/audit_question.h"
#include "agency-adapters/cli/check_text.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/cli/verifier_key.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/note.h"

namespace amana::cli {
namespace {

struct Options : QuestionOptions {
  std::string purpose, out;
  std::vector<std::string> checkpoints, timestamps;
};

absl::StatusOr<std::string> ReadBounded(const std::string& path, size_t most) {
  AMANA_ASSIGN_OR_RETURN(const uint64_t size, RealFileSystem().Size(path));
  if (size > most) {
    return MakeError(absl::StatusCode::kInvalidArgument, "FILE_TOO_LARGE", path,
                     "is larger than what it should be can be");
  }
  return RealFileSystem().Read(path);
}

absl::StatusOr<std::vector<std::string>> ReadAll(const std::vector<std::string>& paths) {
  std::vector<std::string> all;
  for (const std::string& path : paths) {
    AMANA_ASSIGN_OR_RETURN(std::string bytes, ReadBounded(path, transparency::kMaxNoteBytes));
    all.push_back(std::move(bytes));
  }
  return all;
}

Json RangesOf(const v1::EvidenceBundle& evidence) {
  Json ranges = Json::array();
  for (const v1::EvidenceRange& range : evidence.ranges()) {
    const std::string name = v1::EvidenceCounter_Name(range.counter());
    Json json = {{"counter", name.substr(name.rfind('_') + 1)},
                 {"first", range.first()},
                 {"last", range.last()}};
    if (!range.agency().empty()) json["agency"] = range.agency();
    if (!range.unit().empty()) json["unit"] = range.unit();
    ranges.push_back(std::move(json));
  }
  return ranges;
}

std::string RangesText(const v1::EvidenceBundle& evidence) {
  std::string text;
  for (const Json& range : RangesOf(evidence)) {
    text += "complete from counter " + range["first"].dump() + " to " + range["last"].dump() +
            " of " + range["counter"].get<std::string>();
    if (range.contains("agency")) text += " " + range["agency"].get<std::string>();
    if (range.contains("unit")) text += "/" + range["unit"].get<std::string>();
    text += "\n";
  }
  return text.empty() ? "nothing in it is said to be complete\n" : text;
}

// It is judged before it is written: what would not hold is found here, not in court.
absl::Status JudgeOwn(const auditor::Bundle& bundle, const sdk::Identity& identity,
                      const ShownLog& log, absl::Time now) {
  auditor::BundleTrust trust{log.ended.has_value() ? *log.ended : identity.log(), now};
  trust.authorities = &identity.authorities();
  for (const auditor::CheckResult& check : auditor::CheckBundle(bundle.file, trust).results) {
    // Whose tokens are believed is the reader's to say; that they are of this state is known now.
    const bool open = ErrorReason(check.failure) == "TIMESTAMP_UNTRUSTED";
    if (!check.failure.ok() && !open) return check.failure;
  }
  return absl::OkStatus();
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(auditor::EventQuery query, Asked(o));
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  std::string aside;
  AMANA_ASSIGN_OR_RETURN(const ShownLog log, OpenLog(o.folder, o.log, &aside));
  auditor::BundleRequest request{RealFileSystem(),      log.folder,       *log.book, *identity,
                                 context.clock().Now(), std::move(query), o.purpose};
  request.ended = log.ended;
  AMANA_ASSIGN_OR_RETURN(request.checkpoints, ReadAll(o.checkpoints));
  AMANA_ASSIGN_OR_RETURN(request.timestamps, ReadAll(o.timestamps));
  const auto witnessed = RealFileSystem().Read(log.folder + "/" + kWitnessedFile);
  if (witnessed.ok()) request.checkpoints.push_back(*witnessed);
  AMANA_ASSIGN_OR_RETURN(const auditor::Bundle bundle, auditor::MakeBundle(request));
  AMANA_RETURN_IF_ERROR(JudgeOwn(bundle, *identity, log, request.now));
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateAtomically(o.out, bundle.file, kPrivateFile));
  Report report;
  report.text = aside + "wrote " + o.out + ": " + std::to_string(bundle.evidence.events_size()) +
                " events listed, " + std::to_string(bundle.evidence.others_size()) +
                " opened only to show that nothing is missing\n" + RangesText(bundle.evidence);
  report.json = {{"out", o.out},
                 {"bytes", bundle.file.size()},
                 {"events", bundle.evidence.events_size()},
                 {"others", bundle.evidence.others_size()},
                 {"complete", RangesOf(bundle.evidence)}};
  return report;
}

absl::StatusOr<auditor::BundleTrust> TrustOf(Context& context, const EvidenceOptions& o) {
  AMANA_ASSIGN_OR_RETURN(transparency::NoteVerifier log, LogKey(context, o.vkey));
  auditor::BundleTrust trust{std::move(log), context.clock().Now()};
  AMANA_ASSIGN_OR_RETURN(trust.freshness, DurationOption("--freshness", o.freshness));
  for (const std::string& key : o.witnesses) {
    AMANA_ASSIGN_OR_RETURN(transparency::NoteVerifier witness, ReadVerifierKey(key));
    trust.witnesses.push_back(std::move(witness));
  }
  if (o.vkey.empty()) {
    AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
    if (o.trust.empty()) trust.authorities = &identity->authorities();
    trust.witnesses.insert(trust.witnesses.end(), identity->witnesses().begin(),
                           identity->witnesses().end());
    trust.quorum = identity->witness_quorum();
  }
  if (o.quorum > 0) trust.quorum = o.quorum;
  for (const std::string& path : o.trust) {
    AMANA_ASSIGN_OR_RETURN(const std::string pem, RealFileSystem().Read(path));
    AMANA_ASSIGN_OR_RETURN(const auto given, crypto::ParsePemBundle(pem));
    trust.roots.insert(trust.roots.end(), given.begin(), given.end());
  }
  if (!o.revocations.empty()) {
    AMANA_ASSIGN_OR_RETURN(const std::string list, RealFileSystem().Read(o.revocations));
    AMANA_ASSIGN_OR_RETURN(trust.revocations, crypto::ParseRevocationList(list));
  }
  if (!o.timestamp_roots.empty()) {
    AMANA_ASSIGN_OR_RETURN(trust.timestamp_roots, RealFileSystem().Read(o.timestamp_roots));
  }
  return trust;
}

// A bundle of a log that has ended is judged with that log's key, where this agency has gone on
// with the one in its place; SUCCESSION says so. A key that was lost proves nothing that came
// after.
absl::Status JudgeOfEnded(Context& context, const EvidenceOptions& o, const std::string& bytes,
                          const auditor::BundleTrust& trust, auditor::JudgedBundle& judged) {
  const bool other = judged.evidence.has_value() && judged.evidence->log() != trust.log.name();
  if (!other || !o.vkey.empty()) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const std::optional<EndedLog> ended,
                         FindEnded(context, judged.evidence->log(), trust.revocations));
  if (!ended.has_value()) return absl::OkStatus();
  auditor::BundleTrust then = trust;
  then.log = ended->log;
  judged = auditor::CheckBundle(bytes, then);
  auditor::Step step{RealFileSystem(), nullptr, ended->next, absl::OkStatus()};
  if (judged.evidence.has_value()) step.notes.push_back(judged.evidence->checkpoint());
  judged.results.push_back(auditor::CheckStep(step));
  return absl::OkStatus();
}

}  // namespace

Result VerifyBundle(Context& context, const EvidenceOptions& o) {
  AMANA_ASSIGN_OR_RETURN(const auditor::BundleTrust trust, TrustOf(context, o));
  AMANA_ASSIGN_OR_RETURN(const std::string bytes, ReadBounded(o.folder, auditor::kMaxBundleBytes));
  auditor::JudgedBundle judged = auditor::CheckBundle(bytes, trust);
  AMANA_RETURN_IF_ERROR(JudgeOfEnded(context, o, bytes, trust, judged));
  Report report = ReportOf(judged.results);
  if (!judged.evidence.has_value()) {
    report.text += "\n";
    return report;
  }
  const v1::EvidenceBundle& evidence = *judged.evidence;
  report.text += ": " + std::to_string(evidence.events_size()) + " events of " +
                 Shown(evidence.log()) + ", signed by " + judged.signer + " at " +
                 Rfc3339Millis(evidence.meta().created_unix_ms()) + "\n" + RangesText(evidence);
  report.json["bundle"] = {{"log", evidence.log()},
                           {"signer", judged.signer},
                           {"made", Rfc3339Millis(evidence.meta().created_unix_ms())},
                           {"purpose", evidence.purpose()},
                           {"events", evidence.events_size()},
                           {"others", evidence.others_size()},
                           {"complete", RangesOf(evidence)}};
  return report;
}

void RegisterAuditBundle(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "bundle", "Evidence for a court: one signed file that is verified offline",
      "  amana audit bundle mirror --referral HEX32 --purpose 'Case 12/2031' --out case.bundle\n"
      "  amana audit bundle mirror --kind TASK_REJECTED --since 2031-01-01 --until 2031-02-01 \\\n"
      "      --purpose 'Yearly report' --out rejected.bundle\n"
      "  amana audit verify case.bundle --vkey log.vkey --trust root.pem\n"
      "The file begins with a statement that can be printed. It holds the openings of the events\n"
      "that are asked for, as your mirror has them: whoever has the file can read them. Of others "
      "it\n"
      "holds only what shows that none is left out. Signed with your person's key, or your "
      "unit's.\n",
      [](CLI::App& command, Options& o) {
        AddQuestion(command, o);
        command.add_option("--purpose", o.purpose, "What it is for: one line")->required();
        command.add_option("--out", o.out, "Into this new file")->required();
        command.add_option("--checkpoint", o.checkpoints,
                           "A signed checkpoint to prove to (else a witnessed one, or the newest)");
        command.add_option("--timestamp", o.timestamps, "An RFC 3161 token of that checkpoint");
      },
      Run);
}

}  // namespace amana::cli
