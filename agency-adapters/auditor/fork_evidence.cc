#include "agency-adapters/auditor/fork_evidence.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "proto/crypto/sha256.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/witness_request.h"

namespace amana::auditor {
namespace {

using transparency::Checkpoint;
using transparency::OpenCheckpoint;

absl::Status Unproven(std::string_view why) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "FORK_UNPROVEN", "proof", why);
}
absl::Status Malformed(const std::string& file) {
  return MakeError(absl::StatusCode::kInvalidArgument, "FORK_MALFORMED", file,
                   file + " is no part of a proof of two histories");
}

}  // namespace

absl::Status JudgeFork(const Fork& fork, const transparency::NoteVerifier& log) {
  AMANA_ASSIGN_OR_RETURN(const auto one, OpenCheckpoint(fork.one, log));
  AMANA_ASSIGN_OR_RETURN(const auto other, OpenCheckpoint(fork.other, log));
  const Checkpoint& longer = one.checkpoint;
  const Checkpoint& shorter = other.checkpoint;
  if (longer.size() < shorter.size()) return Unproven("the first is the shorter one");
  if (longer.size() == shorter.size()) {
    return longer.root() != shorter.root() ? absl::OkStatus() : Unproven("the two are the same");
  }
  if (fork.root == shorter.root()) return Unproven("the longer one has what the shorter one has");
  const absl::Status grown = transparency::VerifyConsistency(shorter.size(), longer.size(),
                                                             fork.root, longer.root(), fork.proof);
  return grown.ok() ? grown : Unproven("it does not say what the longer one was");
}

absl::StatusOr<std::string> KeepFork(FileSystem& files, const std::string& mirror,
                                     const Fork& fork) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> kept, ForksOf(files, mirror));
  const std::string folder =
      mirror + "/" + kForksFolder + "/" + crypto::Sha256(fork.one + fork.other).hex().substr(0, 16);
  if (std::ranges::find(kept, folder) == kept.end() && kept.size() >= kMaxForks) {
    return MakeError(absl::StatusCode::kResourceExhausted, "FORKS_TOO_MANY", "forks",
                     mirror + " keeps as many as it may: they prove enough");
  }
  AMANA_ASSIGN_OR_RETURN(const transparency::Note other, transparency::ParseNote(fork.other));
  AMANA_ASSIGN_OR_RETURN(const Checkpoint shorter, Checkpoint::Parse(other.text));
  AMANA_RETURN_IF_ERROR(files.CreateDirectories(folder));
  const auto write = [&](const char* name, const std::string& bytes) {
    return files.WriteAtomically(folder + "/" + name, bytes, kPublicFile);
  };
  AMANA_RETURN_IF_ERROR(write("root", fork.root.hex() + "\n"));
  AMANA_RETURN_IF_ERROR(
      write("proof", transparency::FormatWitnessRequest({shorter.size(), fork.proof, fork.one})));
  AMANA_RETURN_IF_ERROR(write("other", fork.other));
  AMANA_RETURN_IF_ERROR(write("one", fork.one));  // the last: with it the folder is whole
  return folder;
}

absl::StatusOr<Fork> ReadFork(FileSystem& files, const std::string& folder) {
  Fork fork;
  AMANA_ASSIGN_OR_RETURN(fork.one, files.Read(folder + "/one"));
  AMANA_ASSIGN_OR_RETURN(fork.other, files.Read(folder + "/other"));
  AMANA_ASSIGN_OR_RETURN(std::string root, files.Read(folder + "/root"));
  AMANA_ASSIGN_OR_RETURN(const std::string proof, files.Read(folder + "/proof"));
  if (root.ends_with('\n')) root.pop_back();
  const auto digest = Digest::FromHexString(root);
  if (!digest.ok()) return Malformed("root");
  fork.root = *digest;
  auto request = transparency::ParseWitnessRequest(proof);
  if (!request.ok()) return Malformed("proof");
  fork.proof = std::move(request->proof);
  return fork;
}

absl::StatusOr<std::vector<std::string>> ForksOf(FileSystem& files, const std::string& mirror) {
  const std::string all = mirror + "/" + kForksFolder + "/";
  AMANA_ASSIGN_OR_RETURN(const bool any, files.Exists(all));
  std::vector<std::string> folders;
  if (!any) return folders;
  AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(all));
  for (const std::string& name : names) {
    // One whose making was cut short is made again when it is seen again.
    std::string folder = all + name;
    AMANA_ASSIGN_OR_RETURN(const bool whole, files.Exists(folder + "/one"));
    if (whole) folders.push_back(std::move(folder));
  }
  return folders;
}

}  // namespace amana::auditor
