#include <algorithm>
#include <optional>

#include "agency-adapters/auditor/check_parts.h"
#include "agency-adapters/auditor/errors.h"
#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/log_folder.h"
#include "agency-adapters/sdk/log_replay.h"
#include "agency-adapters/sdk/verifier.h"
#include "base/status.h"

namespace amana::auditor {
namespace {

using transparency::Checkpoint;
using transparency::OpenedCheckpoint;

constexpr char kNoFolder[] = "no mirror of the log";

// A checkpoint of which the log's own signature was seen.
struct Seen {
  Checkpoint checkpoint;
  std::vector<transparency::VerifiedSignature> witnesses;
};

// What was handed in, opened; what could not be opened is in `note` already.
struct Opened {
  std::optional<Seen> folder;
  std::vector<Seen> held, others;
  std::vector<sdk::VerifiedReceipt> receipts;
};

class LogChecker {
 public:
  LogChecker(const Evidence& evidence, const std::function<void(uint64_t, uint64_t)>& progress)
      : evidence_(evidence), progress_(progress) {}

  absl::StatusOr<LogResults> Run() {
    AMANA_RETURN_IF_ERROR(OpenAll());
    CheckWitnesses();
    if (opened_.folder.has_value()) AMANA_RETURN_IF_ERROR(Replay());
    CheckEquivocation();
    LogResults results;
    const char* const no_log = opened_.folder.has_value() ? "nothing was held" : kNoFolder;
    results.note = std::move(note_).Done("no checkpoint");
    results.witnesses = std::move(witnesses_).Done("no witnesses are believed here");
    results.consistency = std::move(consistency_).Done(no_log);
    results.replay = std::move(replay_).Done(kNoFolder);
    results.inclusion = std::move(inclusion_).Done("no receipt and no event");
    results.equivocation = std::move(equivocation_).Done("no checkpoint of anybody else");
    if (opened_.folder.has_value()) results.size = opened_.folder->checkpoint.size();
    return results;
  }

 private:
  std::optional<Seen> Open(const std::string& note) {
    note_.Look();
    auto opened = transparency::OpenCheckpoint(note, evidence_.log, evidence_.witnesses);
    note_.Found(opened.status());
    if (!opened.ok()) return std::nullopt;
    return Seen{std::move(opened->checkpoint), std::move(opened->witnesses)};
  }

  absl::Status OpenAll() {
    if (!evidence_.folder.empty()) {
      const auto note = sdk::ReadLogFile(evidence_.files, evidence_.folder, "checkpoint");
      if (note.ok()) {
        opened_.folder = Open(*note);
      } else if (ErrorReason(note.status()) == "LOG_INCOMPLETE") {
        note_.Found(note.status());
      } else {
        return note.status();
      }
    }
    for (const std::string& note : evidence_.held) {
      if (auto seen = Open(note)) opened_.held.push_back(*std::move(seen));
    }
    for (const std::string& note : evidence_.others) {
      if (auto seen = Open(note)) opened_.others.push_back(*std::move(seen));
    }
    for (const v1::Receipt& receipt : evidence_.receipts) {
      inclusion_.Look();
      auto verified = sdk::VerifyReceipt(receipt, evidence_.log);
      inclusion_.Found(verified.status());
      if (verified.ok()) opened_.receipts.push_back(*std::move(verified));
    }
    return absl::OkStatus();
  }

  // The newest checkpoint here that enough have cosigned must not be older than asked.
  void CheckWitnesses() {
    if (evidence_.witnesses.empty()) return;
    std::vector<std::vector<transparency::VerifiedSignature>> all;
    if (opened_.folder.has_value()) all.push_back(opened_.folder->witnesses);
    for (const Seen& seen : opened_.held) all.push_back(seen.witnesses);
    size_t most = 0;
    for (const auto& witnesses : all) most = std::max(most, witnesses.size());
    const absl::Time newest = CosignedAt(all, evidence_.quorum);
    witnesses_.Look(std::max<size_t>(all.size(), 1));
    if (newest == absl::InfinitePast()) {
      witnesses_.Found(NotWitnessed(most, evidence_.quorum));
    } else if (newest < evidence_.now - evidence_.freshness) {
      witnesses_.Found(
          CosignaturesOld(absl::FormatTime(absl::RFC3339_sec, newest, absl::UTCTimeZone())));
    }
  }

  // Which events were shown, beside the entries as they come.
  absl::Status CompareEvents(uint64_t index, const std::string& leaf_data) {
    if (!reader_.has_value()) return absl::OkStatus();
    while (next_ != nullptr && next_->index <= index) {
      inclusion_.Look();
      if (!next_->view.ok()) {
        inclusion_.Found(next_->view.status());
      } else if (next_->index < index || next_->view->leaf_data != leaf_data) {
        inclusion_.Found(sdk::LogTampered("event " + std::to_string(next_->index)));
      }
      AMANA_ASSIGN_OR_RETURN(next_, reader_->Next());
    }
    return absl::OkStatus();
  }

  absl::Status Replay() {
    const uint64_t size = opened_.folder->checkpoint.size();
    if (evidence_.book != nullptr) {
      reader_.emplace(*evidence_.book);
      AMANA_ASSIGN_OR_RETURN(next_, reader_->Next());
    }
    sdk::ReplayWanted wanted;
    for (const Seen& seen : opened_.held) wanted.sizes.insert(seen.checkpoint.size());
    for (const Seen& seen : opened_.others) wanted.sizes.insert(seen.checkpoint.size());
    for (const sdk::VerifiedReceipt& receipt : opened_.receipts) {
      wanted.sizes.insert(receipt.checkpoint.size());
      wanted.entries.insert(receipt.index);
    }
    wanted.on_entry = [&](uint64_t index, const std::string& leaf_data) {
      if (progress_ && index % 1024 == 0) progress_(index, size);
      return CompareEvents(index, leaf_data);
    };
    auto replayed = sdk::ReplayLog(evidence_.files, evidence_.folder, size, wanted);
    replay_.Look(size);
    replay_.Found(replayed.status());
    if (!replayed.ok()) return absl::OkStatus();
    if (replayed->root != opened_.folder->checkpoint.root())
      replay_.Found(sdk::LogTampered("root"));
    replay_.Found(replayed->tiled);
    if (next_ != nullptr) inclusion_.Found(sdk::LogIncomplete("entry " + std::to_string(size)));
    Compare(*replayed, size);
    roots_ = std::move(replayed->roots);
    return absl::OkStatus();
  }

  void CompareRoot(const sdk::Replayed& replayed, uint64_t size, const Checkpoint& held) {
    consistency_.Look();
    if (held.size() > size) {
      consistency_.Found(
          sdk::LogIncomplete("entry " + std::to_string(size) + " (a held checkpoint is newer)"));
    } else if (replayed.roots.at(held.size()) != held.root()) {
      consistency_.Found(sdk::LogForked(held.size(), size));
    }
  }

  void Compare(const sdk::Replayed& replayed, uint64_t size) {
    for (const Seen& seen : opened_.held) CompareRoot(replayed, size, seen.checkpoint);
    for (const sdk::VerifiedReceipt& receipt : opened_.receipts) {
      CompareRoot(replayed, size, receipt.checkpoint);
      const auto leaf = replayed.leaves.find(receipt.index);
      if (leaf != replayed.leaves.end() && leaf->second != receipt.event.leaf_hash) {
        inclusion_.Found(sdk::LogTampered("entry " + std::to_string(receipt.index)));
      }
    }
  }

  // OK where REPLAY says already why there is nothing to compare with.
  absl::Status NotCompared(uint64_t size) const {
    if (!opened_.folder.has_value()) {
      return sdk::LogIncomplete("a mirror, to compare checkpoints of different sizes with,");
    }
    const uint64_t here = opened_.folder->checkpoint.size();
    if (size <= here) return absl::OkStatus();
    return sdk::LogIncomplete("entry " + std::to_string(here) + " (another's checkpoint is newer)");
  }

  void CheckEquivocation() {
    if (opened_.others.empty()) return;
    if (opened_.folder.has_value()) {
      roots_.emplace(opened_.folder->checkpoint.size(), opened_.folder->checkpoint.root());
    }
    for (const Seen& seen : opened_.held) {
      roots_.emplace(seen.checkpoint.size(), seen.checkpoint.root());
    }
    for (const sdk::VerifiedReceipt& receipt : opened_.receipts) {
      roots_.emplace(receipt.checkpoint.size(), receipt.checkpoint.root());
    }
    for (const Seen& seen : opened_.others) {
      equivocation_.Look();
      const auto [root, added] = roots_.emplace(seen.checkpoint.size(), seen.checkpoint.root());
      if (!added && root->second != seen.checkpoint.root()) {
        equivocation_.Found(sdk::LogForked(seen.checkpoint.size(), seen.checkpoint.size()));
      } else if (added) {
        equivocation_.Found(NotCompared(seen.checkpoint.size()));
      }
    }
  }

  const Evidence& evidence_;
  const std::function<void(uint64_t, uint64_t)>& progress_;
  Opened opened_;
  std::optional<EventReader> reader_;
  const ShownEvent* next_ = nullptr;
  std::map<uint64_t, Digest> roots_;  // by size: as replayed, and then as others say
  Tally note_{"NOTE"}, witnesses_{"WITNESSES"}, consistency_{"CONSISTENCY"}, replay_{"REPLAY"},
      inclusion_{"INCLUSION"}, equivocation_{"EQUIVOCATION"};
};

}  // namespace

absl::Time CosignedAt(const std::vector<std::vector<transparency::VerifiedSignature>>& cosigned,
                      size_t quorum) {
  absl::Time newest = absl::InfinitePast();
  for (const auto& signatures : cosigned) {
    std::vector<uint64_t> times;
    times.reserve(signatures.size());
    for (const auto& signature : signatures) times.push_back(signature.unix_seconds);
    if (quorum == 0 || times.size() < quorum) continue;
    std::ranges::sort(times, std::greater<>());
    newest = std::max(newest, absl::FromUnixSeconds(static_cast<int64_t>(times[quorum - 1])));
  }
  return newest;
}

absl::StatusOr<LogResults> CheckLog(const Evidence& evidence,
                                    const std::function<void(uint64_t, uint64_t)>& progress) {
  return LogChecker(evidence, progress).Run();
}

}  // namespace amana::auditor
