#include "agency-adapters/auditor/gossip.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agency-adapters/auditor/fork_evidence.h"
#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/log_folder.h"
#include "agency-adapters/sdk/log_replay.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"
#include "proto/transparency/proof_builder.h"
#include "proto/transparency/tile_node_reader.h"

namespace amana::auditor {
namespace {

using transparency::Checkpoint;
using transparency::OpenCheckpoint;

constexpr char kAheadFolder[] = "/ahead";

// The mirror's hash tiles.
class Tiles final : public transparency::TileReader {
 public:
  Tiles(FileSystem& files, const std::string& folder) : files_(files), folder_(folder) {}
  absl::StatusOr<std::string> Tile(int level, uint64_t index, int width) override {
    return sdk::ReadHashTile(files_, folder_, {level, index, width});
  }

 private:
  FileSystem& files_;
  const std::string& folder_;
};

// What the tree of `size` leaves was when it had `earlier`, as its tiles say.
absl::StatusOr<Digest> RootOf(FileSystem& files, const std::string& folder, uint64_t size,
                              uint64_t earlier) {
  Tiles tiles(files, folder);
  transparency::TileNodeReader nodes(tiles, size);
  AMANA_ASSIGN_OR_RETURN(const transparency::CompactRange tree,
                         transparency::ReadFrontier(nodes, earlier));
  return tree.Root();
}

absl::Status TooLarge() {
  return MakeError(absl::StatusCode::kOutOfRange, "PEER_NOTE_TOO_LARGE", "peer",
                   absl::StrCat("shows more than ", kMaxPeerNote, " bytes"));
}

absl::StatusOr<std::string> ReadFile(FileSystem& files, const std::string& path) {
  AMANA_ASSIGN_OR_RETURN(std::string note, files.ReadRange(path, 0, kMaxPeerNote + 1));
  if (note.size() > kMaxPeerNote) return TooLarge();
  return note;
}

}  // namespace

PeerReader ReadPeer(http::Client& client, FileSystem& files) {
  return [&client, &files](const std::string& peer) -> absl::StatusOr<std::string> {
    if (!peer.starts_with("http://") && !peer.starts_with("https://")) {
      return ReadFile(files, peer);
    }
    const std::string url = peer + (peer.ends_with('/') ? "" : "/") + "checkpoint";
    AMANA_ASSIGN_OR_RETURN(http::Response answer, client.Call({.path = url}));
    if (answer.status != 200) {
      return MakeError(absl::StatusCode::kUnavailable, "PEER_REFUSED", "peer",
                       absl::StrCat("answers with HTTP status ", answer.status));
    }
    if (answer.body.size() > kMaxPeerNote) return TooLarge();
    return std::move(answer.body);
  };
}

absl::StatusOr<Gossip::Own> Gossip::LookAtOwn() {
  AMANA_ASSIGN_OR_RETURN(std::string note, sdk::ReadLogFile(files_, folder_, "checkpoint"));
  AMANA_ASSIGN_OR_RETURN(const auto opened, OpenCheckpoint(note, log_));
  const uint64_t size = opened.checkpoint.size();
  AMANA_ASSIGN_OR_RETURN(const Digest root, RootOf(files_, folder_, size, size));
  // Only what the tiles here add up to is handed on.
  if (root != opened.checkpoint.root()) return sdk::LogTampered("tile");
  return Own{opened.checkpoint, std::move(note)};
}

absl::StatusOr<std::vector<PeerReport>> Gossip::Round(const std::vector<std::string>& peers) {
  AMANA_ASSIGN_OR_RETURN(const Own own, LookAtOwn());
  {
    const absl::MutexLock lock(&mu_);
    newest_ = own.note;
  }
  std::vector<PeerReport> reports;
  for (const std::string& peer : peers) {
    // What it showed when this mirror was not as far yet, before that is replaced.
    PeerReport before{peer};
    const absl::StatusOr<std::string> ahead = files_.Read(AheadFile(peer));
    if (ahead.ok()) AMANA_RETURN_IF_ERROR(Judge(own, *ahead, before));
    PeerReport now{peer};
    const absl::StatusOr<std::string> note = read_(peer);
    if (note.ok()) {
      AMANA_RETURN_IF_ERROR(Judge(own, *note, now));
    } else {
      now.trouble = note.status();
    }
    reports.push_back(before.state == PeerState::kForked ? std::move(before) : std::move(now));
  }
  return reports;
}

absl::Status Gossip::Judge(const Own& own, const std::string& note, PeerReport& report) {
  const auto opened = OpenCheckpoint(note, log_);
  if (!opened.ok()) {
    report.trouble = opened.status();
    return absl::OkStatus();
  }
  const Checkpoint& other = opened->checkpoint;
  report.size = other.size();
  if (other.size() > own.checkpoint.size()) return KeepAhead(other, note, report);
  AMANA_ASSIGN_OR_RETURN(const Digest root,
                         RootOf(files_, folder_, own.checkpoint.size(), other.size()));
  if (root == other.root()) {
    report.state = PeerState::kAgrees;
  } else {
    AMANA_ASSIGN_OR_RETURN(const Fork fork, Prove(own, other, note));
    AMANA_RETURN_IF_ERROR(Keep(fork, report));
  }
  const absl::Status removed = files_.Remove(AheadFile(report.peer));
  return ErrorReason(removed) == "FILE_NOT_FOUND" ? absl::OkStatus() : removed;
}

// An accusation rests on the entries themselves: a tile that has rotted here accuses nobody.
absl::StatusOr<Fork> Gossip::Prove(const Own& own, const Checkpoint& other,
                                   const std::string& note) {
  const uint64_t size = own.checkpoint.size();
  sdk::ReplayWanted wanted;
  wanted.sizes.insert(other.size());
  AMANA_ASSIGN_OR_RETURN(const sdk::Replayed replayed,
                         sdk::ReplayLog(files_, folder_, size, wanted));
  AMANA_RETURN_IF_ERROR(replayed.tiled);
  if (replayed.root != own.checkpoint.root()) return sdk::LogTampered("root");
  Fork fork{own.note, note, replayed.roots.at(other.size())};
  Tiles tiles(files_, folder_);
  transparency::TileNodeReader nodes(tiles, size);
  AMANA_ASSIGN_OR_RETURN(fork.proof,
                         transparency::BuildConsistencyProof(nodes, other.size(), size));
  AMANA_RETURN_IF_ERROR(JudgeFork(fork, log_));
  return fork;
}

absl::Status Gossip::Keep(const Fork& fork, PeerReport& report) {
  absl::StatusOr<std::string> kept = KeepFork(files_, folder_, fork);
  // A hundred say the same as a hundred and one.
  if (ErrorReason(kept.status()) == "FORKS_TOO_MANY") kept = folder_ + "/" + kForksFolder;
  if (!kept.ok()) return kept.status();
  report.evidence = *std::move(kept);
  report.state = PeerState::kForked;
  return absl::OkStatus();
}

// Two peers that are both ahead are compared with each other, where they are equally far.
absl::Status Gossip::KeepAhead(const Checkpoint& ahead, const std::string& note,
                               PeerReport& report) {
  report.state = PeerState::kAhead;
  const std::string folder = folder_ + kAheadFolder + "/";
  AMANA_RETURN_IF_ERROR(files_.CreateDirectories(folder));
  AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.List(folder));
  for (const std::string& name : names) {
    AMANA_ASSIGN_OR_RETURN(const std::string kept, files_.Read(folder + name));
    const auto opened = OpenCheckpoint(kept, log_);
    if (!opened.ok()) continue;
    const Fork fork{kept, note, opened->checkpoint.root()};
    if (opened->checkpoint.size() != ahead.size() || !JudgeFork(fork, log_).ok()) continue;
    AMANA_RETURN_IF_ERROR(Keep(fork, report));
  }
  return files_.WriteAtomically(AheadFile(report.peer), note, kPublicFile);
}

std::string Gossip::AheadFile(const std::string& peer) const {
  return folder_ + kAheadFolder + "/" + crypto::Sha256(peer).hex().substr(0, 16);
}

std::string Gossip::newest() const {
  const absl::MutexLock lock(&mu_);
  return newest_;
}

absl::StatusOr<std::unique_ptr<http::Server>> ServeNewest(const Gossip& gossip,
                                                          http::ServerOptions http) {
  http.max_body = 1024;
  return http::Server::Start(http, [&gossip](const http::Request& request) {
    if (request.path != "/checkpoint") {
      return http::Response{.status = 404, .body = "nothing here\n"};
    }
    if (request.method != "GET") {
      return http::Response{.status = 405, .body = "use GET\n", .headers = {{"Allow", "GET"}}};
    }
    std::string newest = gossip.newest();
    if (newest.empty()) return http::Response{.status = 404, .body = "no checkpoint yet\n"};
    return http::Response{.body = std::move(newest)};
  });
}

}  // namespace amana::auditor
