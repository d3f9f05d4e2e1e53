#include <future>
#include <span>

#include "agency-adapters/auditor/check_parts.h"
#include "base/status.h"

namespace amana::auditor {
namespace {

constexpr size_t kPage = 4096;

void Rebuild(std::span<const MirroredEvent> from, std::span<ShownEvent> to) {
  for (size_t i = 0; i < from.size(); ++i) to[i] = {from[i].index, ViewOf(from[i])};
}

}  // namespace

absl::Status EventReader::ReadPage() {
  AMANA_ASSIGN_OR_RETURN(const std::vector<MirroredEvent> read, book_.Read(from_, kPage));
  at_ = 0;
  page_.assign(read.size(), {0, absl::UnknownError("not rebuilt")});
  end_ = read.size() < kPage;
  if (read.empty()) return absl::OkStatus();
  from_ = read.back().index + 1;
  const size_t half = read.size() / 2;
  const std::span<const MirroredEvent> events(read);
  const std::span<ShownEvent> views(page_);
  std::future<void> first = std::async(
      std::launch::async, [&] { Rebuild(events.subspan(0, half), views.subspan(0, half)); });
  Rebuild(events.subspan(half), views.subspan(half));
  first.get();
  return absl::OkStatus();
}

absl::StatusOr<const ShownEvent*> EventReader::Next() {
  if (at_ == page_.size()) {
    if (end_) return nullptr;
    AMANA_RETURN_IF_ERROR(ReadPage());
    if (page_.empty()) return nullptr;
  }
  return &page_[at_++];
}

}  // namespace amana::auditor
