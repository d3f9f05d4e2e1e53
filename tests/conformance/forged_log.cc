#include "tests/conformance/forged_log.h"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <utility>

#include "agency-adapters/auditor/mirror_book.h"
#include "agency-adapters/sdk/log_folder.h"
#include "base/durable_file.h"
#include "base/sqlite.h"
#include "base/status.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/compact_range.h"
#include "proto/transparency/merkle.h"
#include "proto/transparency/salted_event.h"
#include "proto/transparency/tile.h"

namespace amana::tests {
namespace {

using transparency::kTileWidth;
using transparency::TileId;

template <class T>
T ValueOrDie(absl::StatusOr<T> value, std::string_view what) {
  CheckOrDie(value.status(), what);
  return *std::move(value);
}

transparency::Checkpoint Parse(const std::string& note) {
  return ValueOrDie(transparency::Checkpoint::Parse(note.substr(0, note.find("\n\n") + 1)),
                    "checkpoint");
}

// The hashes of one level of tiles to those of the next: roots of full tiles.
transparency::Hashes LevelAbove(const transparency::Hashes& hashes) {
  transparency::Hashes above;
  for (size_t at = 0; at + kTileWidth <= hashes.size(); at += kTileWidth) {
    transparency::Hashes tile(hashes.begin() + static_cast<ptrdiff_t>(at),
                              hashes.begin() + static_cast<ptrdiff_t>(at + kTileWidth));
    while (tile.size() > 1) {
      for (size_t i = 0; i < tile.size() / 2; ++i) {
        tile[i] = transparency::HashNode(tile[2 * i], tile[2 * i + 1]);
      }
      tile.resize(tile.size() / 2);
    }
    above.push_back(tile[0]);
  }
  return above;
}

std::unique_ptr<sqlite::Database> Book(const std::string& folder) {
  return ValueOrDie(sqlite::Database::Open(folder + "/" + auditor::MirrorBook::kFile, {}), "book");
}

v1::EventOpening Shown(sqlite::Database& book, uint64_t index) {
  auto row =
      ValueOrDie(book.Prepare("SELECT opening FROM event WHERE idx = ?1 AND whole = 1"), "select");
  row.Bind(index);
  if (!ValueOrDie(row.Step(), "select")) CheckOrDie(absl::NotFoundError("event"), "book");
  v1::EventOpening opening;
  opening.ParseFromString(std::string(row.Bytes(0)));
  return opening;
}

}  // namespace

void CheckOrDie(const absl::Status& status, std::string_view what) {
  if (status.ok()) return;
  std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(what.size()), what.data(),
               status.ToString().c_str());
  std::exit(2);
}

std::string ReadOrDie(const std::string& path) {
  return ValueOrDie(RealFileSystem().Read(path), path);
}

void WriteOrDie(const std::string& path, const std::string& content) {
  CheckOrDie(RealFileSystem().CreateDirectories(FolderOf(path)), path);
  CheckOrDie(RealFileSystem().WriteAtomically(path, content, kPrivateFile), path);
}

ForgedLog::ForgedLog(std::string folder) : folder_(std::move(folder)) {
  const uint64_t size = Parse(ReadOrDie(folder_ + "/checkpoint")).size();
  for (uint64_t bundle = 0; entries_.size() < size; ++bundle) {
    const int width = transparency::TileWidthAt(transparency::kEntriesLevel, bundle, size);
    for (std::string& entry :
         ValueOrDie(sdk::ReadBundle(RealFileSystem(), folder_, bundle, width), "bundle")) {
      entries_.push_back(std::move(entry));
    }
  }
}

std::string ForgedLog::Checkpoint(const transparency::NoteSigner& signer) const {
  transparency::CompactRange tree;
  for (const std::string& entry : entries_) tree.Append(transparency::HashLeaf(entry));
  const auto checkpoint = ValueOrDie(
      transparency::Checkpoint::Create(signer.verifier().name(), tree.size(), tree.Root()),
      "checkpoint");
  return ValueOrDie(transparency::SignCheckpoint(checkpoint, signer), "note");
}

void ForgedLog::Write(const transparency::NoteSigner& signer) const {
  transparency::Hashes hashes;
  for (const std::string& entry : entries_) hashes.push_back(transparency::HashLeaf(entry));
  for (const TileId& tile : transparency::ChangedEntryBundles(0, entries_.size())) {
    const size_t from = tile.index * kTileWidth;
    const std::span<const std::string> all(entries_);
    WriteOrDie(folder_ + "/" + transparency::TilePath(tile),
               ValueOrDie(transparency::EncodeEntryBundle(
                              all.subspan(from, static_cast<size_t>(tile.width))),
                          "bundle"));
  }
  int level = 0;
  for (const TileId& tile : transparency::ChangedHashTiles(0, entries_.size())) {
    for (; level < tile.level; ++level) hashes = LevelAbove(hashes);
    const std::span<const Digest> all(hashes);
    WriteOrDie(folder_ + "/" + transparency::TilePath(tile),
               transparency::EncodeHashTile(
                   all.subspan(tile.index * kTileWidth, static_cast<size_t>(tile.width))));
  }
  WriteOrDie(folder_ + "/checkpoint", Checkpoint(signer));
}

void ForgedLog::ChangeEvent(uint64_t index, const std::function<void(v1::EventOpening&)>& change) {
  ChangeShown(folder_, index, change);
  const auto book = Book(folder_);
  const v1::EventOpening opening = Shown(*book, index);
  const std::vector<std::string> fields(opening.fields().begin(), opening.fields().end());
  const auto seed = ValueOrDie(transparency::EventSeed::FromBytes(opening.seed()), "seed");
  entries_[index] = ValueOrDie(transparency::Commit(fields, seed), "commit").leaf_data;
}

std::vector<std::string> ForgedLog::Files() const {
  std::vector<std::string> files{"checkpoint"};
  for (const TileId& tile : transparency::ChangedEntryBundles(0, entries_.size())) {
    files.push_back(transparency::TilePath(tile));
  }
  for (const TileId& tile : transparency::ChangedHashTiles(0, entries_.size())) {
    files.push_back(transparency::TilePath(tile));
  }
  return files;
}

void ChangeShown(const std::string& folder, uint64_t index,
                 const std::function<void(v1::EventOpening&)>& change) {
  const auto book = Book(folder);
  v1::EventOpening opening = Shown(*book, index);
  change(opening);
  const std::string bytes = opening.SerializeAsString();
  CheckOrDie(book->Run("UPDATE event SET opening = ?1 WHERE idx = ?2", sqlite::Blob(bytes), index),
             "book");
}

void DropShown(const std::string& folder, uint64_t index) {
  CheckOrDie(Book(folder)->Run("DELETE FROM event WHERE idx = ?1", index), "book");
}

uint64_t FindShown(const std::string& folder, v1::EventKind kind, size_t nth) {
  const auto book = ValueOrDie(auditor::MirrorBook::Open(folder), "book");
  for (const auto& event : ValueOrDie(book->Read(0, 1'000'000), "book")) {
    const auto view = ValueOrDie(auditor::ViewOf(event), "event");
    if (event.whole && view.kind == kind && nth-- == 0) return event.index;
  }
  CheckOrDie(absl::NotFoundError(v1::EventKind_Name(kind)), "book");
  return 0;
}

}  // namespace amana::tests
