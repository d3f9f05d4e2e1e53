// The federation that an adapter is checked in: an authority, a broker on a loopback port with an
// origin that begins with "drill", a secretariat, an agency that plays the counterpart, and the
// agency that the adapter speaks for; all keys made now and gone with the folder.
//
// It is made and moved by the programs themselves, `amana-broker`, `amana-pki` and the commands of
// `amana`, as deploy/quickstart does it: there is no second way to set up a federation that could
// differ from the documented one, and whoever doubts a finding can repeat each step by hand. The
// commands of `amana` run in this process, so that a sender's clock can be moved.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_CHECK_CHECK_DRILL_H_
#define AMANA_AGENCY_ADAPTERS_CLI_CHECK_CHECK_DRILL_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/cli/report.h"
#include "agency-adapters/cli/world.h"
#include "base/child_process.h"

namespace amana::cli {

inline constexpr char kDrillSender[] = "drill-police";   // unit "desk"
inline constexpr char kDrillAdapter[] = "drill-agency";  // unit "intake"
inline constexpr char kDrillOffice[] = "drill-secretariat";

struct DrillOptions {
  std::string folder;                 // empty, and the drill's own
  std::string programs;               // where amana-broker and amana-pki are
  std::vector<std::string> services;  // that the adapter's agency offers
  // `amana` itself.
  std::function<int(const std::vector<std::string>&, World)> run;
  const World* world = nullptr;
};

// Thread-compatible. Errors: DRILL_FAILED naming the step; of commands, their own reason and field.
class Drill {
 public:
  static absl::StatusOr<std::unique_ptr<Drill>> Start(DrillOptions options);

  std::string File(const std::string& name) const { return options_.folder + "/" + name; }
  std::string AgencyToml(const std::string& agency) const { return File(agency + "/agency.toml"); }
  // A command of `amana` as this agency, whose clock is `ahead` of the true one; its JSON.
  absl::StatusOr<Json> As(const std::string& agency, std::vector<std::string> arguments,
                          absl::Duration ahead = absl::ZeroDuration());

  // Everything that the agency's unit holds, in force at the broker within 10 s.
  absl::Status Revoke(const std::string& agency);
  // New keys made at the agency, certified, registered, and in the directory. What was sealed to
  // the old key can still be opened.
  absl::Status Reenrol(const std::string& agency);
  std::string BrokerLog() const { return File("broker/log"); }

 private:
  explicit Drill(DrillOptions options) : options_(std::move(options)) {}
  absl::Status MakeAuthority();
  absl::Status MakeAgency(const std::string& agency);
  absl::Status MakeOffice();
  absl::Status StartBroker();
  absl::Status WriteRegistry();
  absl::Status Configure(const std::string& agency);
  absl::Status SetEntry(const std::string& agency);
  absl::Status Pki(std::vector<std::string> arguments);
  absl::Status Program(const std::string& name, std::vector<std::string> arguments);
  absl::Status Enrol(const std::string& agency);

  const DrillOptions options_;
  std::unique_ptr<ChildProcess> broker_;
  int port_ = 0;
  int enrolments_ = 0;
};

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_CHECK_CHECK_DRILL_H_
