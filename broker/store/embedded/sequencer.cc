#include "broker/store/embedded/sequencer.h"

#include <algorithm>

#include "broker/events/visibility.h"
#include "broker/store/embedded/committed_batch.h"
#include "broker/store/errors.h"
#include "proto/crypto/random.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/tile.h"
#include "proto/transparency/tile_node_reader.h"

namespace amana::store::embedded {
namespace {

using transparency::CompactRange;
using transparency::Hashes;
using transparency::kTileWidth;

constexpr size_t kSeedsAtOnce = 32;

class RowTileReader final : public transparency::TileReader {
 public:
  explicit RowTileReader(Session& session) : session_(session) {}
  absl::StatusOr<std::string> Tile(int level, uint64_t index, int width) override {
    AMANA_ASSIGN_OR_RETURN(const Hashes hashes, ReadTile(session_, level, index, width));
    return transparency::EncodeHashTile(hashes);
  }

 private:
  Session& session_;
};

Digest RootOfFullTile(const Hashes& hashes) {
  CompactRange range;
  for (const Digest& hash : hashes) range.Append(hash);
  return range.Root();
}

absl::Time FloorToMillis(absl::Time time) { return FromUnixMillis(ToUnixMillis(time)); }

}  // namespace

absl::StatusOr<std::unique_ptr<Sequencer>> Sequencer::Load(
    Session& session, const Clock& clock, transparency::NoteSigner signer,
    const transparency::NoteVerifier* before) {
  std::unique_ptr<Sequencer> sequencer(new Sequencer(session, clock, std::move(signer)));
  AMANA_ASSIGN_OR_RETURN(std::optional<HeadRow> head, ReadHeadRow(session));
  if (head.has_value()) {
    const transparency::NoteVerifier& log =
        before == nullptr ? sequencer->signer_.verifier() : *before;
    AMANA_RETURN_IF_ERROR(sequencer->Restore(*std::move(head), log));
  } else {
    AMANA_ASSIGN_OR_RETURN(const auto leaves, ReadLeafData(session, 0, 1));
    if (!leaves.empty()) return LogInconsistentError("there are events but no signed checkpoint");
    sequencer->head_.root = transparency::EmptyRoot();
  }
  return sequencer;
}

absl::Status Sequencer::Restore(HeadRow head, const transparency::NoteVerifier& log) {
  const auto opened = transparency::OpenCheckpoint(head.checkpoint, log);
  if (!opened.ok()) {
    return LogInconsistentError("the checkpoint is not by this log's key and origin: " +
                                std::string(opened.status().message()));
  }
  const uint64_t size = head.frontier.size();
  if (opened->checkpoint.size() != size || opened->checkpoint.root() != head.frontier.Root()) {
    return LogInconsistentError("the signed checkpoint is not of the stored tree");
  }
  AMANA_RETURN_IF_ERROR(CheckFrontier(head.frontier));
  for (uint64_t hashes = size, level = 0; hashes > 0; hashes /= kTileWidth, ++level) {
    tails_.emplace_back();
    const int width = static_cast<int>(hashes % kTileWidth);
    if (width == 0) continue;
    AMANA_ASSIGN_OR_RETURN(tails_.back(),
                           ReadTile(session_, static_cast<int>(level), hashes / kTileWidth, width));
  }
  head_ = {size, head.frontier.Root(), std::move(head.checkpoint)};
  frontier_ = std::move(head.frontier);
  tree_.Restart(frontier_);
  last_time_ = head.time;
  return absl::OkStatus();
}

// No leaf beyond the tree, and the stored tiles and leaves give its frontier.
absl::Status Sequencer::CheckFrontier(const CompactRange& frontier) {
  AMANA_ASSIGN_OR_RETURN(const auto beyond, ReadLeafData(session_, frontier.size(), 1));
  if (!beyond.empty()) return LogInconsistentError("there are events beyond the signed tree");
  RowTileReader tiles(session_);
  transparency::TileNodeReader nodes(tiles, frontier.size());
  const auto stored = transparency::ReadFrontier(nodes, frontier.size());
  if (absl::IsNotFound(stored.status())) return LogInconsistentError("leaves are missing");
  AMANA_RETURN_IF_ERROR(stored.status());
  if (*stored != frontier) return LogInconsistentError("the leaves do not give the signed root");
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> Sequencer::Count(std::string name) {
  auto counter = counters_.find(name);
  if (counter == counters_.end()) {
    AMANA_ASSIGN_OR_RETURN(const uint64_t stored, ReadCounter(session_, name));
    counter = counters_.emplace(name, stored).first;
  }
  counted_.emplace_back(std::move(name), counter->second);
  return ++counter->second;
}

absl::StatusOr<uint64_t> Sequencer::Append(events::Event event) {
  const Mark before = mark();
  absl::StatusOr<uint64_t> index = TryAppend(std::move(event));
  if (!index.ok()) BackTo(before);
  return index;
}

events::EventSeed Sequencer::NextSeed() {
  if (seeds_.empty()) {
    const std::string bytes = crypto::RandomBytes(kSeedsAtOnce * events::EventSeed::kSize);
    for (size_t i = 0; i < kSeedsAtOnce; ++i) {
      const auto part =
          std::string_view(bytes).substr(i * events::EventSeed::kSize, events::EventSeed::kSize);
      seeds_.push_back(events::EventSeed::FromBytes(part).value());
    }
  }
  const events::EventSeed seed = seeds_.back();
  seeds_.pop_back();
  return seed;
}

absl::StatusOr<uint64_t> Sequencer::TryAppend(events::Event event) {
  last_time_ = event.time = std::max(FloorToMillis(clock_.Now()), last_time_);
  event.sender_counter = event.recipient_counter = 0;
  std::optional<int64_t> referral;
  if (event.referral.has_value()) {
    AMANA_ASSIGN_OR_RETURN(referral, session_.FindFirstRow(event.referral->referral));
    AMANA_ASSIGN_OR_RETURN(event.sender_counter, Count("s/" + event.referral->sender.value()));
  }
  if (event.recipient.has_value() && events::IsParty(event, event.recipient->agency)) {
    AMANA_ASSIGN_OR_RETURN(event.recipient_counter, Count("r/" + ToString(*event.recipient)));
  }
  const events::EventSeed seed = NextSeed();
  const events::CommittedEvent committed = events::Commit(event, seed);
  AMANA_RETURN_IF_ERROR(InsertEvent(session_, tree_.size(), referral, committed, seed));
  const uint64_t index = tree_.Append(committed.leaf_hash);
  events_.push_back({index, std::move(event), seed, committed.leaf_hash});
  return index;
}

void Sequencer::BackTo(const Mark& mark) {
  if (!tree_.Truncate(mark.size).ok()) return;  // not possible: a mark is of this batch
  while (!events_.empty() && events_.back().index >= mark.size) events_.pop_back();
  for (; counted_.size() > mark.counted; counted_.pop_back()) {
    counters_[counted_.back().first] = counted_.back().second;
  }
}

absl::Status Sequencer::Seal() {
  sealed_ = head_;
  sealed_tails_ = tails_;
  if (events_.empty()) return absl::OkStatus();
  sealed_.size = tree_.size();
  sealed_.root = tree_.Root();
  AMANA_ASSIGN_OR_RETURN(
      const auto checkpoint,
      transparency::Checkpoint::Create(signer_.verifier().name(), sealed_.size, sealed_.root));
  AMANA_ASSIGN_OR_RETURN(sealed_.checkpoint, transparency::SignCheckpoint(checkpoint, signer_));
  AMANA_RETURN_IF_ERROR(WriteHeadRow(session_, {last_time_, tree_.Frontier(), sealed_.checkpoint}));
  std::sort(counted_.begin(), counted_.end());
  for (size_t i = 0; i < counted_.size(); ++i) {
    const std::string& name = counted_[i].first;
    if (i > 0 && counted_[i - 1].first == name) continue;
    AMANA_RETURN_IF_ERROR(WriteCounter(session_, name, counters_[name]));
  }
  for (const StoredEvent& stored : events_) AMANA_RETURN_IF_ERROR(indexer_.Add(stored));
  return WriteTiles();
}

absl::Status Sequencer::WriteTiles() {
  uint64_t size = head_.size;
  for (const Digest& leaf : tree_.leaf_hashes()) {
    ++size;
    Digest hash = leaf;
    uint64_t hashes = size;
    for (size_t level = 0;; ++level, hashes /= kTileWidth) {
      if (sealed_tails_.size() == level) sealed_tails_.emplace_back();
      Hashes& tail = sealed_tails_[level];
      tail.push_back(hash);
      if (tail.size() < static_cast<size_t>(kTileWidth)) break;
      hash = RootOfFullTile(tail);
      AMANA_RETURN_IF_ERROR(
          InsertTile(session_, static_cast<int>(level), hashes / kTileWidth - 1, hash, tail));
      tail.clear();
    }
  }
  return absl::OkStatus();
}

BatchPtr Sequencer::Committed() {
  head_ = sealed_;
  tails_.swap(sealed_tails_);
  frontier_ = tree_.Frontier();
  auto batch = std::make_shared<EmbeddedBatch>(head_, std::move(tree_), std::move(events_));
  tree_ = transparency::TreeBatch(frontier_);
  events_.clear();
  counted_.clear();
  return batch;
}

void Sequencer::RolledBack() {
  indexer_.Forget();
  tree_.Restart(frontier_);
  events_.clear();
  counted_.clear();
  counters_.clear();
}

}  // namespace amana::store::embedded
