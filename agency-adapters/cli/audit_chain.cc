#include "agency-adapters/cli/audit_chain.h"

#include <algorithm>
#include <utility>

#include "agency-adapters/auditor/errors.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/log_succession.h"
#include "agency-adapters/sdk/verifier.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/transparency/checkpoint.h"

namespace amana::cli {
namespace {

using auditor::Evidence;
using auditor::MirroredLog;
using transparency::NoteVerifier;
using Revocations = std::optional<std::vector<crypto::Revocation>>;

// Of `statements` those that lead to `log`, one after the other, and are believed; oldest first.
absl::StatusOr<std::vector<MirroredLog>> Believed(const std::vector<std::string>& statements,
                                                  const sdk::Identity& identity,
                                                  const NoteVerifier& log,
                                                  const Revocations& revocations = {}) {
  std::vector<MirroredLog> steps;
  NoteVerifier trusted = log;
  for (size_t i = 0; i < statements.size(); ++i) {
    bool found = false;
    for (const std::string& statement : statements) {
      const auto checked = sdk::CheckSuccession(statement, identity, {&trusted, revocations});
      if (!checked.ok() || !checked->accepted) continue;
      AMANA_ASSIGN_OR_RETURN(MirroredLog step, auditor::LogBegunBy(statement));
      trusted = step.begun->old_log();
      steps.insert(steps.begin(), std::move(step));
      found = true;
      break;
    }
    if (!found) break;
  }
  return steps;
}

absl::StatusOr<std::vector<MirroredLog>> Accepted(Context& context, const NoteVerifier& log,
                                                  const Revocations& revocations = {}) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  AMANA_ASSIGN_OR_RETURN(const auto statements, sdk::AcceptedSuccessions(*mailbox));
  return Believed(statements, *identity, log, revocations);
}

bool IsOf(const std::string& folder, const NoteVerifier& log) {
  const auto note = RealFileSystem().Read(folder + "/checkpoint");
  return note.ok() && transparency::OpenCheckpoint(*note, log).ok();
}

// What the folder has, and what it has not of logs before its first that are known here. `last` is
// the key of the log that is judged.
struct Logs {
  std::vector<MirroredLog> all;
  std::vector<NoteVerifier> keys;
};

absl::StatusOr<Logs> LogsTo(const std::string& folder, const NoteVerifier& last) {
  Logs logs;
  if (folder.empty()) {
    logs.all.push_back({""});
  } else {
    AMANA_ASSIGN_OR_RETURN(logs.all, auditor::LogsOf(RealFileSystem(), folder));
  }
  // One that has ended may be named by its key.
  for (size_t i = 0; i + 1 < logs.all.size(); ++i) {
    if (logs.all[i + 1].begun->old_log().vkey() == last.vkey()) logs.all.resize(i + 1);
  }
  return logs;
}

void AddKeys(Logs& logs, const NoteVerifier& last) {
  for (size_t i = 0; i < logs.all.size(); ++i) {
    logs.keys.push_back(i + 1 < logs.all.size() ? logs.all[i + 1].begun->old_log() : last);
  }
}

bool IsBy(const NoteVerifier& log, const std::string& note) {
  return transparency::OpenCheckpoint(note, log).ok();
}
bool IsBy(const NoteVerifier& log, const v1::Receipt& receipt) {
  return sdk::VerifyReceipt(receipt, log).ok();
}

// Each goes to the log that signed it; what nobody signed, to the last, which says so.
template <class Signed>
void Share(std::vector<Signed>& all, const Logs& logs, std::vector<GatheredLog>& to,
           std::vector<Signed> Evidence::*where) {
  for (Signed& each : all) {
    size_t at = logs.keys.size() - 1;
    for (size_t i = 0; i + 1 < logs.keys.size(); ++i) {
      if (IsBy(logs.keys[i], each)) at = i;
    }
    (to[at].gathered.evidence.*where).push_back(std::move(each));
  }
}

template <class Signed>
bool AnyForeign(const std::vector<Signed>& all, const NoteVerifier& log) {
  return std::ranges::any_of(all, [&](const Signed& each) { return !IsBy(log, each); });
}

absl::Status AddEnded(Context& context, Evidence& evidence) {
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  AMANA_ASSIGN_OR_RETURN(sdk::EndedEvidence ended, sdk::ReadEnded(*mailbox));
  std::ranges::move(ended.checkpoints, std::back_inserter(evidence.held));
  std::ranges::move(ended.receipts, std::back_inserter(evidence.receipts));
  return absl::OkStatus();
}

// Whether two operators say so, with the key of the log that goes on.
absl::Status JudgeStatement(Context& context, const MirroredLog& log, const NoteVerifier& key,
                            const Revocations& revocations) {
  const auto identity = context.identity();
  if (!identity.ok()) return auditor::TrustMissing();
  const auto checked = sdk::CheckSuccession(log.statement, **identity, {&key, revocations});
  if (!checked.ok()) return checked.status();
  return checked->accepted ? absl::OkStatus() : auditor::TrustMissing();
}

// When a log ended is when the next one said so; what witnesses said of it then must do.
absl::Time EndOf(const MirroredLog& next, absl::Time now) {
  const auto file = envelope::RecoveryFile::Parse(next.statement);
  if (!file.ok()) return now;
  const auto opened = sdk::VerifyReceipt(file->message().receipt(), next.begun->new_log());
  return opened.ok() ? opened->event.time : now;
}

}  // namespace

absl::StatusOr<std::string> MirrorFolder(Context& context, const std::string& folder,
                                         const NoteVerifier& log) {
  FileSystem& files = RealFileSystem();
  AMANA_ASSIGN_OR_RETURN(const auto logs, auditor::LogsOf(files, folder));
  const MirroredLog& last = logs.back();
  if (IsOf(last.folder, log)) return last.folder;
  if (last.begun.has_value() && last.begun->new_log().vkey() == log.vkey()) return last.folder;
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  std::vector<std::string> statements;
  const auto served = sdk::FetchSuccession(*client);
  if (served.ok() && !served->empty()) statements.push_back(*served);
  if (!served.ok() && !absl::IsNotFound(served.status())) return served.status();
  AMANA_ASSIGN_OR_RETURN(const bool begun, files.Exists(last.folder + "/checkpoint"));
  if (begun || last.begun.has_value()) {
    AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
    AMANA_ASSIGN_OR_RETURN(auto accepted, sdk::AcceptedSuccessions(*mailbox));
    std::ranges::move(accepted, std::back_inserter(statements));
  }
  AMANA_ASSIGN_OR_RETURN(const auto steps, Believed(statements, *identity, log));
  std::vector<std::string> believed;
  believed.reserve(steps.size());
  for (const MirroredLog& step : steps) believed.push_back(step.statement);
  return auditor::GoOn(files, folder, believed, log);
}

absl::Status CheckTail(const std::string& folder) {
  AMANA_ASSIGN_OR_RETURN(const auto logs, auditor::LogsOf(RealFileSystem(), folder));
  const MirroredLog* before = logs.size() > 1 ? &logs[logs.size() - 2] : nullptr;
  return auditor::CheckGoesOn(RealFileSystem(), before, logs.back());
}

absl::StatusOr<std::vector<ShownLog>> OpenLogs(const std::string& folder) {
  FileSystem& files = RealFileSystem();
  AMANA_ASSIGN_OR_RETURN(const auto logs, auditor::LogsOf(files, folder));
  const std::vector<std::string> origins = auditor::OriginsOf(files, logs);
  std::vector<ShownLog> shown;
  uint64_t next = 0;
  for (size_t i = 0; i < logs.size(); ++i) {
    AMANA_ASSIGN_OR_RETURN(const bool there,
                           files.Exists(logs[i].folder + "/" + auditor::MirrorBook::kFile));
    if (!there) continue;
    ShownLog& log = shown.emplace_back(ShownLog{logs[i].folder, origins[i], nullptr});
    AMANA_ASSIGN_OR_RETURN(log.book, auditor::MirrorBook::Open(logs[i].folder));
    if (i + 1 < logs.size()) log.ended = logs[i + 1].begun->old_log();
    if (i > 0) log.from = std::min(next, logs[i].begun->kept().size());
    AMANA_ASSIGN_OR_RETURN(next, log.book->Next());
  }
  if (!shown.empty()) return shown;
  return UsageError("folder", "no mirror with events: `amana audit mirror` first");
}

absl::StatusOr<ShownLog> OpenLog(const std::string& folder, const std::string& origin,
                                 std::string* aside) {
  AMANA_ASSIGN_OR_RETURN(std::vector<ShownLog> logs, OpenLogs(folder));
  const std::string wanted = origin.empty() ? logs.back().origin : origin;
  std::optional<ShownLog> found;
  std::string others;
  for (ShownLog& log : logs) {
    if (log.origin == wanted) {
      found = std::move(log);
    } else {
      others += (others.empty() ? "" : ", ") + log.origin;
    }
  }
  if (!found.has_value()) return UsageError("--log", "this mirror has: " + others);
  if (!others.empty() && aside != nullptr) {
    *aside = "of " + wanted + " alone; the mirror has also --log " + others + "\n";
  }
  return *std::move(found);
}

absl::StatusOr<std::vector<GatheredLog>> GatherLogs(Context& context, const EvidenceOptions& o) {
  AMANA_ASSIGN_OR_RETURN(GatheredEvidence base, Gather(context, o));
  Evidence& all = base.evidence;
  if (o.held) AMANA_RETURN_IF_ERROR(AddEnded(context, all));
  AMANA_ASSIGN_OR_RETURN(Logs logs, LogsTo(o.folder, all.log));
  const bool foreign = AnyForeign(all.receipts, all.log) || AnyForeign(all.held, all.log);
  if (o.vkey.empty() && foreign && logs.all.size() == 1) {
    AMANA_ASSIGN_OR_RETURN(auto steps, Accepted(context, all.log, all.revocations));
    for (MirroredLog& step : steps) {
      step.folder = std::exchange(logs.all.back().folder, "");
      logs.all.push_back(std::move(step));
    }
  }
  AddKeys(logs, all.log);
  std::vector<GatheredLog> gathered;
  for (size_t i = 0; i < logs.all.size(); ++i) {
    Evidence evidence = all;
    evidence.log = logs.keys[i];
    evidence.folder = logs.all[i].folder;
    evidence.held = evidence.others = {};
    evidence.receipts = {};
    const bool ended = i + 1 < logs.all.size();
    if (ended) {
      evidence.now = EndOf(logs.all[i + 1], all.now);
      evidence.statements = {};
      evidence.contents = {};
      evidence.tokens = {};
    }
    gathered.push_back({{nullptr, std::move(evidence)}, ended, std::nullopt});
  }
  Share(all.receipts, logs, gathered, &Evidence::receipts);
  Share(all.held, logs, gathered, &Evidence::held);
  Share(all.others, logs, gathered, &Evidence::others);
  for (size_t i = 0; i < logs.all.size(); ++i) {
    AMANA_RETURN_IF_ERROR(AddFolder(gathered[i].gathered));
    if (!logs.all[i].begun.has_value()) continue;
    auditor::Step step{RealFileSystem(), i > 0 ? &logs.all[i - 1] : nullptr, logs.all[i],
                       JudgeStatement(context, logs.all[i], logs.keys[i], all.revocations)};
    if (i > 0) {
      step.receipts = gathered[i - 1].gathered.evidence.receipts;
      step.notes = gathered[i - 1].gathered.evidence.held;
    }
    gathered[i].step = auditor::CheckStep(step);
  }
  // Of a log that is not here and of which nothing is held there is nothing to judge.
  std::vector<GatheredLog> judged;
  for (GatheredLog& log : gathered) {
    const Evidence& evidence = log.gathered.evidence;
    const bool nothing = evidence.folder.empty() && evidence.receipts.empty() &&
                         evidence.held.empty() && evidence.others.empty();
    if (!log.ended || !nothing) judged.push_back(std::move(log));
  }
  return judged;
}

absl::StatusOr<std::optional<EndedLog>> FindEnded(Context& context, const std::string& origin,
                                                  const Revocations& revocations) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(const auto steps, Accepted(context, identity->log(), revocations));
  for (const MirroredLog& step : steps) {
    if (step.begun->old_log().name() == origin) return EndedLog{step.begun->old_log(), step};
  }
  return std::nullopt;
}

}  // namespace amana::cli
