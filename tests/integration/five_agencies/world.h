// The whole of it: a real broker, five agencies with their own servers, and an adapter program for
// each. For one thread.
#ifndef AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_WORLD_H_
#define AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_WORLD_H_

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "amana/v1/codes.pb.h"
#include "tests/integration/five_agencies/program.h"
#include "tests/integration/five_agencies/side.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/endpoint.h"

namespace amana::five {

struct Agency {
  std::string name;      // "shelter"
  std::string id, unit;  // "haven", "intake"
  std::string endpoint;  // in the world
  std::unique_ptr<Program> program = {};
  std::unique_ptr<Side> side = {};
  std::unique_ptr<tests::Endpoint> office =
      {};  // where its consents are signed, beside the adapter
};

inline constexpr size_t kPolice = 0, kShelter = 1, kIom = 2, kMinistry = 3, kImmigration = 4;

class World {
 public:
  World();
  ~World();

  // Everything listens; the adapters are not started.
  absl::Status Open();
  absl::Status StartAdapters();
  absl::Status StopAdapters();

  std::vector<Agency>& agencies() { return agencies_; }
  Agency& agency(size_t which) { return agencies_[which]; }
  template <typename T>
  T& side(size_t which) {
    return static_cast<T&>(*agencies_[which].side);
  }
  tests::BrokerWorld& broker_world() { return broker_world_; }
  tests::BrokerProcess& broker() { return broker_; }

  // A consent of a new SYNTHETIC person, signed by `sender`, for these recipients; registered.
  absl::StatusOr<Person> NewPerson(size_t sender, const std::vector<std::string>& recipients);
  // All people act, until `done` or for as long as `patience`; false: it was not done.
  absl::StatusOr<bool> ActUntil(absl::Duration patience, const std::function<bool()>& done);
  // That the log verifies, and that each sender's events tell of nothing that was done twice;
  // further findings are added. `accepted`: how many referrals each agency's events tell of, by id.
  absl::Status CheckLog(std::vector<std::string>& findings,
                        std::map<std::string, size_t>* accepted = nullptr);
  // Names each stderr and log file in which a SYNTHETIC content is found.
  std::vector<std::string> Leaks();

 private:
  absl::Status HandInDirectory();
  absl::Status OpenAgency(Agency& agency);

  tests::BrokerWorld broker_world_;
  tests::BrokerProcess broker_{broker_world_};
  std::vector<Agency> agencies_;
  int persons_ = 0;
};

}  // namespace amana::five

#endif  // AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_WORLD_H_
