// Auditors tell each other which log they see: each gives its newest verified checkpoint to whoever
// asks, and compares those of its peers with its own mirror. A log that shows two of them two
// histories is found out, with its own signatures as evidence (fork_evidence.h). A peer's word is
// not believed in anything: what it hands over counts only as far as the log has signed it.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_GOSSIP_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_GOSSIP_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "agency-adapters/auditor/fork_evidence.h"
#include "base/durable_file.h"
#include "base/http_client.h"
#include "base/http_server.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/note_verifier.h"

namespace amana::auditor {

inline constexpr size_t kMaxPeerNote = size_t{64} << 10;

enum class PeerState {
  kAgrees,   // its checkpoint is of the log that is mirrored here
  kAhead,    // kept, and compared when the mirror has grown as far
  kForked,   // two histories: evidence is kept
  kTrouble,  // nothing that the log has signed came from it
};
struct PeerReport {
  std::string peer;
  PeerState state = PeerState::kTrouble;
  uint64_t size = 0;          // of its checkpoint
  absl::Status trouble = {};  // kTrouble: why
  std::string evidence = {};  // kForked: the folder
};

// What a peer shows: at most kMaxPeerNote bytes, or why not.
using PeerReader = std::function<absl::StatusOr<std::string>(const std::string& peer)>;
// "http://..." and "https://...": GET <peer>/checkpoint, which auditors and logs serve alike;
// anything else is a file. Neither argument is owned. PEER_REFUSED for another status than 200,
// PEER_NOTE_TOO_LARGE, errors of Client::Call and of reading. `client`: max_body kMaxPeerNote.
PeerReader ReadPeer(http::Client& client, FileSystem& files);

// Rounds by one thread; newest() by any.
class Gossip {
 public:
  // `folder` is a mirror, which another process may be following. Does not own `files`.
  Gossip(FileSystem& files, std::string folder, transparency::NoteVerifier log, PeerReader read)
      : files_(files), folder_(std::move(folder)), log_(std::move(log)), read_(std::move(read)) {}

  // Looks at the mirror's newest checkpoint, and whether its tiles follow from it; then at every
  // peer, and at what was ahead before. Errors are of the mirror alone: LOG_INCOMPLETE,
  // LOG_TAMPERED, those of OpenCheckpoint, of reading and writing.
  absl::StatusOr<std::vector<PeerReport>> Round(const std::vector<std::string>& peers);

  // The newest checkpoint of this mirror that a round has verified; empty before the first.
  std::string newest() const;

 private:
  struct Own {
    transparency::Checkpoint checkpoint;
    std::string note;
  };
  absl::StatusOr<Own> LookAtOwn();
  absl::Status Judge(const Own& own, const std::string& note, PeerReport& report);
  absl::StatusOr<Fork> Prove(const Own& own, const transparency::Checkpoint& other,
                             const std::string& note);
  absl::Status Keep(const Fork& fork, PeerReport& report);
  absl::Status KeepAhead(const transparency::Checkpoint& ahead, const std::string& note,
                         PeerReport& report);
  std::string AheadFile(const std::string& peer) const;

  FileSystem& files_;
  const std::string folder_;
  const transparency::NoteVerifier log_;
  const PeerReader read_;
  mutable absl::Mutex mu_;
  std::string newest_ ABSL_GUARDED_BY(mu_);
};

// Serves GET /checkpoint, gossip.newest(), and nothing else. `gossip` must outlive it. Errors of
// http::Server::Start.
absl::StatusOr<std::unique_ptr<http::Server>> ServeNewest(const Gossip& gossip,
                                                          http::ServerOptions http);

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_GOSSIP_H_
