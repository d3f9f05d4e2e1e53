#include "agency-adapters/auditor/mirror.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/log_folder.h"
#include "agency-adapters/sdk/rpcs.h"
#include "agency-adapters/sdk/verifier.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"
#include "proto/transparency/tile.h"

namespace amana::auditor {
namespace {

using transparency::kTileWidth;

constexpr uint32_t kPage = 1000;  // events in one call
constexpr size_t kKeep = 10'000;  // ... in one transaction, when much is to be caught up with

// Entries of one bundle at a time, in order.
class Entries {
 public:
  Entries(FileSystem& files, const std::string& folder, uint64_t size)
      : files_(files), folder_(folder), size_(size) {}

  absl::StatusOr<std::string> At(uint64_t index) {
    if (index >= size_) return sdk::LogIncomplete("entry " + std::to_string(index));
    const uint64_t bundle = index / kTileWidth;
    if (entries_.empty() || bundle != bundle_) {
      const int width = transparency::TileWidthAt(transparency::kEntriesLevel, bundle, size_);
      AMANA_ASSIGN_OR_RETURN(entries_, sdk::ReadBundle(files_, folder_, bundle, width));
      bundle_ = bundle;
    }
    return entries_[index % kTileWidth];
  }

 private:
  FileSystem& files_;
  const std::string& folder_;
  const uint64_t size_;
  uint64_t bundle_ = 0;
  std::vector<std::string> entries_;
};

// The certificate that an event names, once; a broker that has none is not at fault here.
absl::Status KeepCertificate(sdk::Client& client, const CertId& id, MirrorBook& book) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<std::string> kept, book.FindCertificate(id));
  if (kept.has_value()) return absl::OkStatus();
  v1::GetCertificateRequest request;
  request.set_cert_id(id.bytes());
  const auto found = client.Call(sdk::kGetCertificate, request);
  if (absl::IsNotFound(found.status())) return absl::OkStatus();
  if (!found.ok()) return found.status();
  // Another's under this name would stand there for ever.
  if (crypto::Sha256(found->certificate()) != *Digest::FromBytes(id.view())) {
    return absl::OkStatus();
  }
  return book.AddCertificate(id, found->certificate());
}

MirroredEvent Taken(const v1::ListEventsResponse& shown) {
  return {
      shown.index(), shown.has_whole(),
      shown.has_whole() ? shown.whole().SerializeAsString() : shown.partial().SerializeAsString()};
}

}  // namespace

absl::StatusOr<MirrorReport> Follow(sdk::Client& client, FileSystem& files,
                                    const std::string& folder,
                                    const transparency::NoteVerifier& log, MirrorBook& book,
                                    const std::function<void(uint64_t)>& progress) {
  AMANA_ASSIGN_OR_RETURN(const transparency::Checkpoint newest,
                         sdk::DownloadLog(client, files, folder, log));
  MirrorReport report{newest.size()};
  Entries entries(files, folder, report.size);
  std::set<CertId> named;
  AMANA_ASSIGN_OR_RETURN(uint64_t next, book.Next());
  std::vector<NewEvent> page;
  const auto keep = [&]() -> absl::Status {
    for (const CertId& id : named) AMANA_RETURN_IF_ERROR(KeepCertificate(client, id, book));
    AMANA_RETURN_IF_ERROR(book.Add(page, next));
    report.events += page.size();
    page.clear();
    return absl::OkStatus();
  };
  while (next < report.size) {
    const uint64_t end = std::min<uint64_t>(report.size, next + kPage);
    v1::ListEventsRequest request;
    request.set_first_index(next);
    request.set_limit(static_cast<uint32_t>(end - next));
    const auto shown = client.ListEvents(request);
    ++report.asked;
    if (!shown.ok()) {
      // What came before it goes away is not asked for again.
      if (!page.empty()) AMANA_RETURN_IF_ERROR(book.Add(page, next));
      return shown.status();
    }
    for (const v1::ListEventsResponse& event : *shown) {
      MirroredEvent taken = Taken(event);
      AMANA_ASSIGN_OR_RETURN(sdk::EventView view, ViewOf(taken));
      AMANA_ASSIGN_OR_RETURN(const std::string entry, entries.At(event.index()));
      if (entry != view.leaf_data || event.index() < next || event.index() >= end) {
        return sdk::LogTampered("event " + std::to_string(event.index()));
      }
      if (view.has(sdk::EventField::kCertId) && !view.cert_id.is_zero()) named.insert(view.cert_id);
      page.push_back({std::move(taken), std::move(view)});
    }
    next = end;
    if (progress) progress(end);
    if (page.size() >= kKeep || next == report.size) AMANA_RETURN_IF_ERROR(keep());
  }
  return report;
}

}  // namespace amana::auditor
