// The names of files that were laid out for the department, as this machine remembers them: when a
// file is no longer there, it was taken, and must not be laid out again. One name a line, fsynced;
// the newest 20,000 are kept. One thread at a time.
#ifndef AMANA_AGENCY_ADAPTERS_IMMIGRATION_SENT_NAMES_H_
#define AMANA_AGENCY_ADAPTERS_IMMIGRATION_SENT_NAMES_H_

#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/durable_file.h"

namespace amana::immigration {

class SentNames {
 public:
  // Makes the file when it is absent. Errors: of FileSystem.
  static absl::StatusOr<std::unique_ptr<SentNames>> Open(FileSystem& files,
                                                         const std::string& path);

  bool Has(std::string_view name) const { return names_.contains(name); }
  // On disk when it returns OK. After an error nothing more is added: that is for a new start.
  absl::Status Add(const std::string& name);

 private:
  SentNames(std::unique_ptr<AppendFile> file, std::set<std::string, std::less<>> names)
      : file_(std::move(file)), names_(std::move(names)) {}

  std::unique_ptr<AppendFile> file_;
  std::set<std::string, std::less<>> names_;
  absl::Status broken_;
};

}  // namespace amana::immigration

#endif  // AMANA_AGENCY_ADAPTERS_IMMIGRATION_SENT_NAMES_H_
