#include "tests/sim/live_folder.h"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "agency-adapters/sdk/keys.h"
#include "base/durable_file.h"

namespace amana::sim {

absl::Status Phone::Install(const std::string& agency) const {
  return RealFileSystem().CreateDirectories(folder_.phone(agency));
}

absl::Status Phone::Call(const std::string& agency, const StatementKey& referral) const {
  std::ofstream line(folder_.phone(agency) + "/" + referral.referral.hex(), std::ios::app);
  line << '.' << std::flush;
  return line.good() ? absl::OkStatus() : absl::InternalError("nobody has this phone: " + agency);
}

absl::Status Phone::Show(const StatementKey& referral, const std::string& code) const {
  return RealFileSystem().WriteAtomically(folder_.phone("escort") + "/" + referral.referral.hex(),
                                          code, kPublicFile);
}

std::string Phone::Shown(const StatementKey& referral) const {
  return RealFileSystem()
      .Read(folder_.phone("escort") + "/" + referral.referral.hex())
      .value_or("");
}

std::vector<StatementKey> Phone::Answer(const std::string& agency) {
  std::vector<StatementKey> calls;
  std::error_code error;
  for (const auto& line : std::filesystem::directory_iterator(folder_.phone(agency), error)) {
    const uint64_t rang = line.file_size(error);
    if (error || rang <= answered_[line.path()]) continue;
    const auto about = sdk::ParseStatementKey("police/" + line.path().filename().string() + "/1");
    if (!about.ok()) continue;
    answered_[line.path()] = rang;
    calls.push_back(*about);
  }
  return calls;
}

}  // namespace amana::sim
