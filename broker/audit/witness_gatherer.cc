#include "broker/audit/witness_gatherer.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "base/status.h"
#include "broker/audit/proofs.h"
#include "proto/crypto/sha256.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/note.h"
#include "proto/transparency/text.h"
#include "proto/transparency/witness_request.h"

namespace amana::audit {
namespace {

using transparency::NoteSignature;
using transparency::NoteVerifier;

constexpr int kMaxTurns = 3;  // of one checkpoint with one witness: what it holds is learnt in one

absl::Status Refused(std::string_view reason, const WitnessPeer& peer, std::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, "witness",
                   peer.key.name() + ": " + std::string(message));
}

absl::Status BehindWitness(const WitnessPeer& peer, uint64_t theirs, uint64_t ours) {
  return Refused("LOG_BEHIND_WITNESS", peer,
                 "has cosigned a log of " + std::to_string(theirs) + " events, this store has " +
                     std::to_string(ours) +
                     ": it is an old copy, or somebody else signs with its key. Nothing may be "
                     "signed with it");
}

absl::Status ForkedAtWitness(const WitnessPeer& peer, uint64_t size) {
  return Refused("LOG_FORKED_AT_WITNESS", peer,
                 "has cosigned another history of " + std::to_string(size) +
                     " events than this store has. Nothing may be signed with it");
}

absl::Status NotUnderstood(const WitnessPeer& peer, int status) {
  return MakeError(absl::StatusCode::kUnavailable, "WITNESS_REFUSED", "witness",
                   peer.key.name() + ": answered " + std::to_string(status));
}

// The size in a 409.
std::optional<uint64_t> SizeIn(const http::Response& response) {
  std::string_view body = response.body;
  if (body.ends_with('\n')) body.remove_suffix(1);
  return transparency::ParseDecimal(body);
}

}  // namespace

WitnessGatherer::WitnessGatherer(const store::Store* store, FileSystem* files, std::string file,
                                 NoteVerifier log, Options options, Call call, Listener listener)
    : store_(store),
      files_(files),
      file_(std::move(file)),
      log_(std::move(log)),
      options_(std::move(options)),
      call_(std::move(call)),
      listener_(std::move(listener)) {
  for (const WitnessPeer& peer : options_.peers) {
    peers_.push_back({peer, std::nullopt, "", std::thread()});
  }
  Load();
}

WitnessGatherer::~WitnessGatherer() { Stop(); }

void WitnessGatherer::Load() {
  const absl::StatusOr<std::string> note = files_->Read(file_);
  if (!note.ok()) return;
  std::vector<NoteVerifier> keys;
  for (const Peer& peer : peers_) keys.push_back(peer.about.key);
  const auto opened = transparency::OpenCheckpoint(*note, log_, keys);
  if (!opened.ok() || static_cast<int>(opened->witnesses.size()) < options_.quorum) return;
  absl::MutexLock lock(&mu_);
  newest_ = {opened->checkpoint.size(), *note, static_cast<int>(opened->witnesses.size())};
}

void WitnessGatherer::Tell(Peer& peer, const absl::Status& status) {
  std::string reason(status.ok() ? "" : ErrorReason(status));
  if (!status.ok() && reason.empty()) reason = absl::StatusCodeToString(status.code());
  if (reason == peer.told) return;
  peer.told = std::move(reason);
  listener_(peer.about.key.name(), status);
}

absl::Status WitnessGatherer::CheckStore() {
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_->Read());
  for (Peer& peer : peers_) {
    absl::Status status = CheckAgainst(*snapshot, peer.about);
    if (absl::IsFailedPrecondition(status)) return status;
    Tell(peer, status);
  }
  return absl::OkStatus();
}

absl::Status WitnessGatherer::CheckAgainst(const store::Snapshot& snapshot,
                                           const WitnessPeer& peer) {
  AMANA_ASSIGN_OR_RETURN(
      const http::Response response,
      call_({.path = peer.url + "/checkpoint/" + crypto::Sha256(log_.name()).hex()}));
  if (response.status == 404) return absl::OkStatus();  // it has cosigned nothing of this log
  if (response.status != 200) return NotUnderstood(peer, response.status);
  AMANA_ASSIGN_OR_RETURN(const transparency::OpenedCheckpoint opened,
                         transparency::OpenCheckpoint(response.body, log_));
  AMANA_ASSIGN_OR_RETURN(const store::LogHead head, snapshot.log().Head());
  const uint64_t size = opened.checkpoint.size();
  if (size > head.size) return BehindWitness(peer, size, head.size);
  AMANA_ASSIGN_OR_RETURN(const Digest root, RootAt(snapshot, size));
  return root == opened.checkpoint.root() ? absl::OkStatus() : ForkedAtWitness(peer, size);
}

void WitnessGatherer::Start() {
  leader_ = std::thread([this] { LeadRounds(); });
  for (size_t i = 0; i < peers_.size(); ++i) {
    peers_[i].thread = std::thread([this, i] { Follow(i); });
  }
}

void WitnessGatherer::Poke() {
  absl::MutexLock lock(&mu_);
  poked_ = true;
}

void WitnessGatherer::Stop() {
  {
    absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  if (leader_.joinable()) leader_.join();
  for (Peer& peer : peers_) {
    if (peer.thread.joinable()) peer.thread.join();
  }
}

std::optional<WitnessedCheckpoint> WitnessGatherer::Newest() const {
  absl::MutexLock lock(&mu_);
  return newest_;
}

absl::Status WitnessGatherer::Alarm() const {
  absl::MutexLock lock(&mu_);
  return alarm_;
}

int WitnessGatherer::Count(const Target& target) const {
  return static_cast<int>(
      std::count_if(target.signatures.begin(), target.signatures.end(),
                    [](const auto& signature) { return signature.has_value(); }));
}

bool WitnessGatherer::MayMoveOn(absl::Time now) const {
  return target_.size == 0 || Count(target_) >= options_.quorum ||
         now - target_.since >= options_.patience;
}

// Gives all the same checkpoint to bring to their witness.
void WitnessGatherer::LeadRounds() {
  const auto woken = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return stopping_ || poked_; };
  while (true) {
    {
      absl::MutexLock lock(&mu_);
      mu_.Await(absl::Condition(&woken));
      if (stopping_) return;
      poked_ = false;  // before the look: what comes during it is not in it
    }
    absl::StatusOr<store::LogHead> head = [this]() -> absl::StatusOr<store::LogHead> {
      AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_->Read());
      return snapshot->log().Head();
    }();
    absl::MutexLock lock(&mu_);
    const absl::Time now = absl::Now();
    if (!head.ok() || !MayMoveOn(now)) {
      poked_ = true;
    } else if (head->size > target_.size) {
      target_ = {head->size, std::move(head->checkpoint), now, {}};
      target_.signatures.resize(peers_.size());
    }
    mu_.AwaitWithTimeout(absl::Condition(&stopping_), options_.pause);
  }
}

void WitnessGatherer::Follow(size_t index) {
  Peer& peer = peers_[index];
  absl::Duration backoff = options_.backoff;
  Target target;
  const auto wanted = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return stopping_ || (target_.size > 0 && !target_.signatures[index].has_value() &&
                         (!peer.told.empty() || target_.size != target.size));
  };
  while (true) {
    {
      absl::MutexLock lock(&mu_);
      mu_.Await(absl::Condition(&wanted));
      if (stopping_) return;
      target = target_;
    }
    const absl::StatusOr<NoteSignature> signature = Ask(peer, target);
    Tell(peer, signature.status());
    if (signature.ok()) {
      backoff = options_.backoff;
      Take(index, target, *signature);
      continue;
    }
    absl::MutexLock lock(&mu_);
    if (absl::IsFailedPrecondition(signature.status()) && alarm_.ok()) alarm_ = signature.status();
    mu_.AwaitWithTimeout(absl::Condition(&stopping_), backoff);
    backoff = std::min(backoff * 2, options_.longest_backoff);
  }
}

absl::StatusOr<http::Response> WitnessGatherer::Submit(const Peer& peer, const Target& target) {
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_->Read());
  transparency::WitnessRequest request{peer.held.value_or(0), {}, target.note};
  AMANA_ASSIGN_OR_RETURN(request.proof,
                         ConsistencyProofBetween(*snapshot, request.old_size, target.size));
  return call_({.method = "POST",
                .path = peer.about.url + "/add-checkpoint",
                .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
                .body = transparency::FormatWitnessRequest(request)});
}

absl::Status WitnessGatherer::Confirm(const Peer& peer, int status) {
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_->Read());
  const absl::Status checked = CheckAgainst(*snapshot, peer.about);
  return absl::IsFailedPrecondition(checked) ? checked : NotUnderstood(peer.about, status);
}

absl::StatusOr<NoteSignature> WitnessGatherer::Ask(Peer& peer, const Target& target) {
  for (int turn = 0; turn < kMaxTurns; ++turn) {
    AMANA_ASSIGN_OR_RETURN(const http::Response response, Submit(peer, target));
    if (response.status == 409) {
      const std::optional<uint64_t> held = SizeIn(response);
      if (!held) return NotUnderstood(peer.about, response.status);
      if (*held > target.size || held == peer.held) return Confirm(peer, response.status);
      peer.held = held;
      continue;
    }
    if (response.status == 422 && peer.held.has_value()) {
      return Confirm(peer, response.status);
    }
    if (response.status != 200) return NotUnderstood(peer.about, response.status);
    AMANA_ASSIGN_OR_RETURN(const std::vector<NoteSignature> lines,
                           transparency::ParseWitnessAnswer(response.body));
    AMANA_ASSIGN_OR_RETURN(const transparency::Note note, transparency::ParseNote(target.note));
    for (const NoteSignature& line : lines) {
      if (!peer.about.key.Names(line)) continue;
      AMANA_RETURN_IF_ERROR(peer.about.key.Verify(note.text, line.signature).status());
      peer.held = target.size;
      return line;
    }
    return NotUnderstood(peer.about, response.status);
  }
  return NotUnderstood(peer.about, 409);
}

// Late ones are added as long as no newer checkpoint is under way.
void WitnessGatherer::Take(size_t index, const Target& target, const NoteSignature& signature) {
  absl::MutexLock lock(&mu_);
  if (target_.size != target.size) return;
  target_.signatures[index] = signature;
  const int count = Count(target_);
  if (count < options_.quorum) return;
  absl::StatusOr<transparency::Note> note = transparency::ParseNote(target.note);
  if (!note.ok()) return;
  for (const auto& each : target_.signatures) {
    if (each.has_value()) note->signatures.push_back(*each);
  }
  absl::StatusOr<std::string> text = transparency::FormatNote(*note);
  if (!text.ok()) return;
  // A file that cannot be written costs a restart its memory of it, and nothing else.
  files_->WriteAtomically(file_, *text, kPublicFile).IgnoreError();
  newest_ = {target.size, *std::move(text), count};
}

}  // namespace amana::audit
