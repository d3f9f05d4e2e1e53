#include "agency-adapters/auditor/mirror_chain.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agency-adapters/auditor/check_parts.h"
#include "agency-adapters/auditor/errors.h"
#include "agency-adapters/auditor/folder_tiles.h"
#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/verifier.h"
#include "base/status.h"
#include "proto/envelope/recovery.h"
#include "proto/transparency/checkpoint.h"

namespace amana::auditor {
namespace {

using transparency::Checkpoint;
using transparency::NoteVerifier;
using transparency::Succession;

constexpr char kNext[] = "/next";
constexpr char kStatement[] = "/succession";

// nullopt: there is none, or it is another log's.
absl::StatusOr<std::optional<Checkpoint>> NewestOf(FileSystem& files, const std::string& folder,
                                                   const NoteVerifier& log) {
  const absl::StatusOr<std::string> note = files.Read(folder + "/checkpoint");
  if (absl::IsNotFound(note.status())) return std::nullopt;
  AMANA_RETURN_IF_ERROR(note.status());
  const auto opened = transparency::OpenCheckpoint(*note, log);
  if (!opened.ok()) return std::nullopt;
  return opened->checkpoint;
}

// That the first entries of a folder have this root.
absl::Status CheckRoot(FileSystem& files, const std::string& folder, uint64_t size,
                       const Checkpoint& said) {
  if (said.size() == 0) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const Digest root, RootIn(files, folder, size, said.size()));
  return root == said.root() ? absl::OkStatus() : sdk::LogForked(said.size(), size);
}

absl::Status CheckEnded(FileSystem& files, const std::string& folder,
                        const std::optional<Checkpoint>& ended, const Succession& said) {
  if (!ended.has_value()) return absl::OkStatus();
  for (const Checkpoint& each : {said.kept(), said.newest()}) {
    if (each.size() > ended->size()) continue;
    AMANA_RETURN_IF_ERROR(CheckRoot(files, folder, ended->size(), each));
  }
  return absl::OkStatus();
}

absl::Status CheckBegun(FileSystem& files, const MirroredLog& after, uint64_t size) {
  const Succession& said = *after.begun;
  if (size <= said.kept().size()) {
    return sdk::LogIncomplete(absl::StrCat("entry ", said.kept().size()));
  }
  AMANA_RETURN_IF_ERROR(CheckRoot(files, after.folder, size, said.kept()));
  AMANA_ASSIGN_OR_RETURN(const auto file, envelope::RecoveryFile::Parse(after.statement));
  AMANA_ASSIGN_OR_RETURN(const sdk::VerifiedReceipt opened,
                         sdk::VerifyReceipt(file.message().receipt(), said.new_log()));
  AMANA_ASSIGN_OR_RETURN(const std::string entry,
                         sdk::ReadEntry(files, after.folder, said.kept().size()));
  return entry == opened.event.leaf_data
             ? absl::OkStatus()
             : sdk::LogTampered(absl::StrCat("entry ", said.kept().size()));
}

// The log that a folder is of, as far as is known: by its statement, else by its files.
bool IsOf(FileSystem& files, const MirroredLog& mirrored, const NoteVerifier& log) {
  if (mirrored.begun.has_value()) return mirrored.begun->new_log().vkey() == log.vkey();
  const auto newest = NewestOf(files, mirrored.folder, log);
  return newest.ok() && newest->has_value();
}

std::string Entries(uint64_t first, uint64_t end) {
  return end - first == 1 ? absl::StrCat("entry ", first)
                          : absl::StrCat("entries ", first, " to ", end - 1);
}

absl::Status CheckKeptReceipt(const Step& step, const sdk::VerifiedReceipt& receipt) {
  const Succession& said = *step.after.begun;
  AMANA_ASSIGN_OR_RETURN(const auto newest,
                         NewestOf(step.files, step.after.folder, said.new_log()));
  if (receipt.index >= said.kept().size() || !newest.has_value()) {
    return EntriesLost(said.old_log().name(), Entries(receipt.index, receipt.index + 1));
  }
  AMANA_ASSIGN_OR_RETURN(const std::string entry,
                         sdk::ReadEntry(step.files, step.after.folder, receipt.index));
  if (entry != receipt.event.leaf_data) {
    return sdk::LogTampered(absl::StrCat("entry ", receipt.index));
  }
  if (receipt.checkpoint.size() > said.kept().size()) return absl::OkStatus();
  return CheckRoot(step.files, step.after.folder, newest->size(), receipt.checkpoint);
}

absl::Status CheckNotAfter(const Succession& said, const Checkpoint& checkpoint) {
  const bool lost = said.cause() == v1::RECOVERY_CAUSE_KEY_LOST;
  return lost && checkpoint.size() > said.newest().size() ? LogEnded(said.old_log().name())
                                                          : absl::OkStatus();
}

}  // namespace

absl::StatusOr<MirroredLog> LogBegunBy(std::string statement) {
  AMANA_ASSIGN_OR_RETURN(const auto file, envelope::RecoveryFile::Parse(statement));
  MirroredLog log{"", std::move(statement)};
  AMANA_ASSIGN_OR_RETURN(log.begun, Succession::Create(file.statement()));
  return log;
}

absl::StatusOr<std::vector<MirroredLog>> LogsOf(FileSystem& files, const std::string& folder) {
  std::vector<MirroredLog> logs;
  for (std::string at = folder;; at += kNext) {
    absl::StatusOr<std::string> statement = files.Read(at + kStatement);
    const bool there = statement.ok();
    if (!there && !absl::IsNotFound(statement.status())) return statement.status();
    if (!there && !logs.empty()) return logs;
    MirroredLog& log = logs.emplace_back();
    if (there) {
      AMANA_ASSIGN_OR_RETURN(log, LogBegunBy(*std::move(statement)));
    }
    log.folder = at;
  }
}

std::vector<std::string> OriginsOf(FileSystem& files, const std::vector<MirroredLog>& logs) {
  std::vector<std::string> origins;
  for (size_t i = 0; i < logs.size(); ++i) {
    if (logs[i].begun.has_value()) {
      origins.push_back(logs[i].begun->new_log().name());
    } else if (i + 1 < logs.size()) {
      origins.push_back(logs[i + 1].begun->old_log().name());
    } else {
      const std::string note = files.Read(logs[i].folder + "/checkpoint").value_or("");
      origins.push_back(note.substr(0, note.find('\n')));
    }
  }
  return origins;
}

absl::StatusOr<std::string> GoOn(FileSystem& files, const std::string& folder,
                                 const std::vector<std::string>& accepted,
                                 const NoteVerifier& log) {
  std::vector<MirroredLog> steps;
  for (const std::string& statement : accepted) {
    AMANA_ASSIGN_OR_RETURN(steps.emplace_back(), LogBegunBy(statement));
  }
  for (size_t i = 0; i <= steps.size(); ++i) {
    AMANA_ASSIGN_OR_RETURN(const std::vector<MirroredLog> logs, LogsOf(files, folder));
    const MirroredLog& last = logs.back();
    if (IsOf(files, last, log)) return last.folder;
    AMANA_ASSIGN_OR_RETURN(const bool begun, files.Exists(last.folder + "/checkpoint"));
    // A mirror that begins with a log that goes on in another's place.
    const bool first = !begun && !last.begun.has_value();
    const auto step = std::ranges::find_if(steps, [&](const MirroredLog& each) {
      return first ? each.begun->new_log().vkey() == log.vkey()
                   : IsOf(files, last, each.begun->old_log());
    });
    if (step == steps.end()) return last.folder;
    const std::string next = first ? last.folder : last.folder + kNext;
    if (!first) {
      AMANA_ASSIGN_OR_RETURN(const auto ended,
                             NewestOf(files, last.folder, step->begun->old_log()));
      AMANA_RETURN_IF_ERROR(CheckEnded(files, last.folder, ended, *step->begun));
    }
    AMANA_RETURN_IF_ERROR(files.CreateDirectories(next));
    AMANA_RETURN_IF_ERROR(files.WriteAtomically(next + kStatement, step->statement, kPublicFile));
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<MirroredLog> logs, LogsOf(files, folder));
  return logs.back().folder;
}

absl::Status CheckGoesOn(FileSystem& files, const MirroredLog* before, const MirroredLog& after) {
  if (!after.begun.has_value() || after.folder.empty()) return absl::OkStatus();
  const Succession& said = *after.begun;
  AMANA_ASSIGN_OR_RETURN(const auto newest, NewestOf(files, after.folder, said.new_log()));
  if (newest.has_value()) AMANA_RETURN_IF_ERROR(CheckBegun(files, after, newest->size()));
  if (before == nullptr || before->folder.empty()) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const auto ended, NewestOf(files, before->folder, said.old_log()));
  AMANA_RETURN_IF_ERROR(CheckEnded(files, before->folder, ended, said));
  // What was mirrored of less than is kept must be in the successor as well.
  const bool shorter = ended.has_value() && ended->size() < said.kept().size();
  if (!newest.has_value() || !shorter) return absl::OkStatus();
  return CheckRoot(files, after.folder, newest->size(), *ended);
}

CheckResult CheckStep(const Step& step) {
  Tally tally("SUCCESSION");
  tally.Look();
  tally.Found(step.believed);
  tally.Found(CheckGoesOn(step.files, step.before, step.after));
  const Succession& said = *step.after.begun;
  const bool mirrored = step.before != nullptr && !step.before->folder.empty();
  uint64_t seen = 0;  // how long the old log is known here to have been
  for (const v1::Receipt& receipt : step.receipts) {
    tally.Look();
    const auto verified = sdk::VerifyReceipt(receipt, said.old_log());
    tally.Found(verified.status());
    if (!verified.ok()) continue;
    tally.Found(CheckNotAfter(said, verified->checkpoint));
    seen = std::max(seen, verified->checkpoint.size());
    if (!mirrored && !step.after.folder.empty()) tally.Found(CheckKeptReceipt(step, *verified));
  }
  for (const std::string& note : step.notes) {
    tally.Look();
    const auto opened = transparency::OpenCheckpoint(note, said.old_log());
    if (!opened.ok()) continue;
    tally.Found(CheckNotAfter(said, opened->checkpoint));
    seen = std::max(seen, opened->checkpoint.size());
  }
  const uint64_t kept = said.kept().size(), newest = said.newest().size();
  uint64_t here = 0;
  if (mirrored) {
    const auto ended = NewestOf(step.files, step.before->folder, said.old_log());
    tally.Found(ended.status());
    if (ended.ok() && ended->has_value()) here = (*ended)->size();
    if (here < newest) {
      tally.Found(EntriesLost(said.old_log().name(), Entries(std::max(here, kept), newest)));
    }
  }
  std::string why = absl::StrCat(said.old_log().name(), " has ended: of it ");
  absl::StrAppend(&why, newest > kept ? Entries(kept, newest) + " may be lost"
                                      : absl::StrCat("what came after entry ", kept - 1,
                                                     " may be lost, and nothing is known of that"));
  absl::StrAppend(&why, here > kept ? ", and here are " + Entries(kept, here)
                                    : ", and nothing of that is here");
  // Its own key signed it: true, unless that key was lost.
  if (std::max(seen, here) > newest) {
    absl::StrAppend(&why, "; those who signed knew nothing of ",
                    Entries(newest, std::max(seen, here)), ", which the log had");
  }
  CheckResult result = std::move(tally).Done("");
  result.why = std::move(why);
  return result;
}

}  // namespace amana::auditor
