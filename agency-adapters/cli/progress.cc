#include "agency-adapters/cli/progress.h"

#include <utility>

namespace amana::cli {

Progress::Progress(std::ostream& err, bool tty, const Clock& clock, std::string what, size_t total)
    : err_(err), tty_(tty), clock_(clock), what_(std::move(what)), total_(total) {
  Draw();
}

Progress::~Progress() {
  if (tty_ && drawn_ != absl::InfinitePast()) err_ << "\r\x1B[K" << std::flush;
}

void Progress::Advance(size_t by) {
  done_ += by;
  Draw();
}

void Progress::Draw() {
  if (!tty_) return;
  const absl::Time now = clock_.Now();
  if (now - drawn_ < absl::Milliseconds(100)) return;
  drawn_ = now;
  err_ << "\r\x1B[K" << what_ << ": " << done_;
  if (total_ > 0) err_ << " of " << total_;
  err_ << std::flush;
}

}  // namespace amana::cli
