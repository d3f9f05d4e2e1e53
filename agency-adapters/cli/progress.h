// A line on stderr that shows how far long work has come; nothing where stderr is no terminal.
// Thread-compatible.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_PROGRESS_H_
#define AMANA_AGENCY_ADAPTERS_CLI_PROGRESS_H_

#include <cstddef>
#include <ostream>
#include <string>

#include "absl/time/time.h"
#include "base/clock.h"

namespace amana::cli {

class Progress {
 public:
  // `total` 0: not known. Redraws at most every tenth of a second.
  Progress(std::ostream& err, bool tty, const Clock& clock, std::string what, size_t total);
  ~Progress();  // clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Advance(size_t by = 1);

 private:
  void Draw();

  std::ostream& err_;
  const bool tty_;
  const Clock& clock_;
  const std::string what_;
  const size_t total_;
  size_t done_ = 0;
  absl::Time drawn_ = absl::InfinitePast();
};

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_PROGRESS_H_
