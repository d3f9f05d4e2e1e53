#include "broker/rpc/open_streams.h"

#include <utility>

namespace amana::rpc {

void OpenStreams::Add(std::weak_ptr<OpenStream> stream) {
  absl::MutexLock lock(&mu_);
  streams_.push_back(std::move(stream));
}

size_t OpenStreams::Sweep(absl::Time now) {
  std::vector<std::shared_ptr<OpenStream>> open;
  {
    absl::MutexLock lock(&mu_);
    std::erase_if(streams_, [](const auto& stream) { return stream.expired(); });
    for (const auto& weak : streams_) {
      if (std::shared_ptr<OpenStream> stream = weak.lock()) open.push_back(std::move(stream));
    }
  }
  for (const auto& stream : open) stream->Check(now);
  return open.size();
}

}  // namespace amana::rpc
