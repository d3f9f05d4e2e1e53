// What the processes of a live world share: a folder, which is a BrokerWorld's, with an identity
// for each of them; and phones, on which somebody is reminded of a referral outside the broker. A
// phone is a folder, a call a file that grows. What an escort is given is shown on a phone as well.
// For one thread.
#ifndef AMANA_TESTS_SIM_LIVE_FOLDER_H_
#define AMANA_TESTS_SIM_LIVE_FOLDER_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/ids.h"

namespace amana::sim {

// The link or the broker is not there now, and will be.
inline bool Passes(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsCancelled(status) || absl::IsResourceExhausted(status);
}

class LiveFolder {
 public:
  explicit LiveFolder(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  std::string agency_toml(const std::string& endpoint) const {
    return path_ + "/endpoints/" + endpoint + "/agency.toml";
  }
  std::string phone(const std::string& agency) const { return path_ + "/phones/" + agency; }

 private:
  std::string path_;
};

// One end of all lines.
class Phone {
 public:
  explicit Phone(LiveFolder folder) : folder_(std::move(folder)) {}

  absl::Status Install(const std::string& agency) const;  // before anybody calls
  // Calls `agency` about a referral of the police's.
  absl::Status Call(const std::string& agency, const StatementKey& referral) const;
  // The code that an escort was given for a referral, as it is shown at the door; empty: none.
  absl::Status Show(const StatementKey& referral, const std::string& code) const;
  std::string Shown(const StatementKey& referral) const;
  // Calls that came since this was last asked; after a restart all of them.
  std::vector<StatementKey> Answer(const std::string& agency);

 private:
  const LiveFolder folder_;
  std::map<std::string, uint64_t> answered_;  // by file
};

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_LIVE_FOLDER_H_
